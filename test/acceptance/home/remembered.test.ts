import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { previewPaste } from '../batches/batch-world.ts';
import {
  closeAll,
  fieldOf,
  HOW_PAGE,
  openHowPage,
  submitInbox,
  typeAll,
  valuesOf,
  waitForPage,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { ACME_KEY, addInbox, bindClient } from './key-world.ts';

const REMEMBERED = 'remembered';

test('what is remembered of added inboxes', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey(ACME_KEY, { name: 'acme' });
  const acme = slack.addChannel({ name: 'acme', members: [admin.userId, member.userId], withBot: true }).id;
  await bindClient(admin, acme);
  const other = slack.as(slack.addPerson({ name: 'eve', is_admin: true }).id);

  const waitForAdded = (channel: string, address: string) =>
    slack.waitForMessage(
      ({ channelId, threadTs, text }) => channelId === channel && threadTs !== undefined && text.includes(address),
    );

  await context.test('inboxes that were added are listed by their domains, for their owner only', async () => {
    assert.match((await openRemembered(admin)).rendered, /I remember no such domain/);
    await closeAll(admin);
    await addInbox(member, acme, 'jane@globex.com');
    await waitForAdded(acme, 'jane@globex.com');
    await addInbox(member, channelId, 'bob@own.com');
    await waitForAdded(channelId, 'bob@own.com');
    const page = (await openRemembered(admin)).rendered;
    assert.match(
      page,
      /globex\.com\n.*Google Workspace · SMTP smtp\.gmail\.com:587 · IMAP imap\.gmail\.com:993 · 30 mails a day/,
    );
    assert.doesNotMatch(page, /own\.com|jane|Doe/);
    await closeAll(admin);
    const own = (await openRemembered(admin, 'workspace')).rendered;
    assert.match(own, /own\.com\n/);
    assert.doesNotMatch(own, /globex/);
    await closeAll(admin);
  });

  await context.test('a list feeds it, and an admin finds a domain in it and turns its pages', async () => {
    const domains = Array.from({ length: 24 }, (_, index) => `d${String(index).padStart(2, '0')}.com`);
    const rows = domains.map((domain) => `a@${domain},abcd efgh ijkl mnop,google`);
    await previewPaste(member, acme, ['Email,Password,Provider', ...rows].join('\n'));
    await member.submit();
    await slack.waitForMessage(({ text }) => /All 24 inboxes added/.test(text));
    const first = await openRemembered(admin);
    assert.match(first.rendered, /d00\.com[\s\S]*d19\.com[\s\S]*1–20/);
    assert.doesNotMatch(first.rendered, /d20\.com|Previous domains/);
    await admin.click('More domains', { in: 'modal' });
    const second = await admin.waitForModal(({ rendered }) => rendered.includes('d23.com'));
    assert.match(second.rendered, /globex\.com[\s\S]*Previous domains/);
    await admin.type('remembered_domain', ' D1 ');
    const found = (await admin.submit()).modal;
    assert.match(found?.rendered ?? '', /d10\.com[\s\S]*d19\.com/);
    assert.doesNotMatch(found?.rendered ?? '', /d09|d20|globex/);
    await closeAll(admin);
  });

  await context.test('one domain is forgotten, while another admin forgets it, too', async () => {
    await openRemembered(admin);
    await openRemembered(other);
    for (const person of [admin, other]) {
      await person.type('remembered_domain', 'globex');
      assert.match((await person.submit()).modal?.rendered ?? '', /globex\.com/);
    }
    for (const person of [admin, other]) {
      await person.click('Forget', { in: 'modal' });
      await person.waitForModal(({ rendered }) => /I remember no such domain/.test(rendered));
      await closeAll(person);
    }
    assert.match((await openRemembered(admin)).rendered, /d00\.com/);
    await closeAll(admin);
  });

  await context.test('an admin who is none any more forgets nothing', async () => {
    await openRemembered(other);
    slack.setPerson(other.userId, { is_admin: false });
    await other.click('remembered_forget_owner', { in: 'modal' });
    await other.waitForModal(({ rendered }) => /admins and owners/i.test(rendered));
    await closeAll(other);
    assert.match((await openRemembered(admin)).rendered, /d00\.com/);
  });

  await context.test('all of a client is forgotten, then all, and the trail says so', async () => {
    await admin.click('remembered.0/remembered_forget_domain', { in: 'modal' });
    await admin.waitForModal(({ rendered }) => !rendered.includes('d00.com') && rendered.includes('d01.com'));
    await admin.click('remembered_forget_owner', { in: 'modal' });
    await admin.waitForModal(({ rendered }) => /I remember no such domain/.test(rendered));
    await closeAll(admin);
    assert.match((await openRemembered(admin, 'workspace')).rendered, /own\.com/);
    await admin.click('remembered_forget_everything', { in: 'modal' });
    await admin.waitForModal(({ rendered }) => /I remember no such domain/.test(rendered));
    await closeAll(admin);
    await admin.openHome();
    await admin.click('home_audit', { in: 'home' });
    const trail = (await waitForPage(admin, 'audit_trail')).rendered;
    assert.match(trail, /Remembered inboxes forgotten · @ada .*domains: 1/);
    assert.match(trail, /Remembered inboxes forgotten · @ada .*client: Acme · domains: 23/);
    assert.match(trail, /Remembered inboxes forgotten · @ada .*client: Acme · domain: globex\.com · domains: 1/);
    await closeAll(admin);
  });

  await context.test(
    'the limit of the last inbox of a client is the next one’s, unless a person types another',
    async () => {
      await openHowPage(member, acme, { address: 'kim@globex.com', provider: 'GOOGLE_WORKSPACE' });
      await member.type('smtp_password', 'abcd efgh ijkl mnop');
      await member.type('daily_limit', '17');
      await member.submit();
      await waitForAdded(acme, 'kim@globex.com');
      await closeAll(member);
      const page = await openHowPage(member, acme, { address: 'lee@globex.com', provider: 'GOOGLE_WORKSPACE' });
      assert.deepEqual([page.callbackId, fieldOf(page, 'daily_limit').value], [HOW_PAGE, '17']);
      await closeAll(member);
    },
  );

  await context.test(
    'the next form of a domain begins with its servers, though this bot looks nothing up',
    async () => {
      const servers = { smtp_host: 'smtp.initech.net', imap_host: 'imap.initech.net' };
      await openHowPage(member, acme, { address: 'kim@initech.com', provider: 'CUSTOM_SMTP' });
      await typeAll(member, { ...servers, smtp_password: 'abcd efgh ijkl mnop' });
      await submitInbox(member);
      await waitForAdded(acme, 'kim@initech.com');
      const page = await openHowPage(member, acme, { address: 'lee@initech.com', provider: 'CUSTOM_SMTP' });
      assert.partialDeepStrictEqual(valuesOf(page), servers);
      await closeAll(member);
      const preview = await previewPaste(member, acme, 'lee@initech.com abcdefgh');
      assert.match(preview.rendered, /1 ready[\s\S]*SMTP smtp\.initech\.net:587/);
      await closeAll(member);
    },
  );
  assert.deepEqual(slack.problems, []);
});

async function openRemembered(person: Person, of: 'client' | 'workspace' = 'client'): Promise<ModalSeen> {
  await person.openHome();
  await person.click(of === 'client' ? 'Remembered' : 'Remembered for the workspace', { in: 'home' });
  return waitForPage(person, REMEMBERED);
}
