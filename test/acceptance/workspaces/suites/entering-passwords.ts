import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestPassword, openHowPage, submitInbox, waitForPage, waitForSent } from '../../world/fill-form.ts';
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

  test(`${name}: a code that one replica shows is confirmed at any, and opens the page at all`, async (context) => {
    const agency = await startAgency(context, setting);
    const { bots, env, slack, teams } = agency;
    const [{ admin, member, channelId }] = teams;
    const publicUrl = env.PUBLIC_URL ?? '';
    const page = 'p'.repeat(32);
    await agency.setUp(teams[0]);
    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await waitForPage(admin, 'settings');
    await admin.choose('matching_code', 'yes');
    assert.equal((await admin.submit()).modal, undefined);
    await openHowPage(member, channelId, { address: 'code@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await submitInbox(member);
    const token = tokenOf(member);
    const shown = await post(publicUrl, 'look', { token }, bots[0]?.url, page);
    const [, code] = /"code":"([^"]+)"/.exec(shown.body) ?? [];
    assert.ok(code !== undefined, shown.body);
    const asked = await slack.waitFor(
      () => member.in(member.botDm() ?? channelId).find(({ rendered }) => rendered.includes(`This is me: ${code}`)),
      'the question',
    );
    await member.click('confirm_code', { in: asked });
    await slack.waitFor(
      () => member.in(member.botDm() ?? channelId).find(({ rendered }) => /Confirmed/.test(rendered)),
      'the answer',
    );
    for (const { url } of bots) {
      assert.match((await post(publicUrl, 'look', { token }, url, page)).body, /"address":"code@acme\.com"/);
    }
  });
}
