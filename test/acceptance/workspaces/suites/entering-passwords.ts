import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestPassword, openHowPage, submitInbox, waitForSent } from '../../world/fill-form.ts';
import { GONE, look, post, SECRET, tokenOf } from '../../world/secure-page.ts';
import { type Setting, startAgency } from '../start-agency.ts';

export function describeEnteringPasswords(name: string, setting: Setting): void {
  test(`${name}: any replica takes the password, once, for the workspace it belongs to`, async (context) => {
    const agency = await startAgency(context, setting);
    const { bots, coldsend, env, teams } = agency;
    const [acme] = teams;
    const publicUrl = env.PUBLIC_URL ?? '';
    await agency.setUp(acme);
    await openHowPage(acme.member, acme.channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await submitInbox(acme.member);
    const token = tokenOf(acme.member);
    for (const { url } of bots) {
      const looked = await post(publicUrl, 'look', { token }, url);
      assert.equal(looked.status, 200);
      assert.match(looked.body, /"workspace":"Acme"/);
    }
    const passwords = { smtp_password: SECRET, imap_password: SECRET };
    const saves = Array.from({ length: 6 }, (_, page) => {
      const body = { token, pageId: String(page).padStart(32, 'p'), ...passwords, isSure: false };
      return post(publicUrl, 'save', body, bots[page % bots.length]?.url);
    });
    const statuses = (await Promise.all(saves)).map(({ status }) => status);
    assert.deepEqual(statuses.toSorted(), [200, 404, 404, 404, 404, 404]);
    const { smtpPassword } = await waitForSent(coldsend, 'jane@acme.com');
    assert.equal(smtpPassword, digestPassword(SECRET));
    await agency.restart();
    assert.deepEqual(await look(publicUrl, token), GONE);
  });
}
