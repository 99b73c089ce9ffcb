import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { closeAll, NOTICE, waitForPage } from '../world/fill-form.ts';
import { API_KEY, OTHER_KEY, startWorld, storeKey } from '../world/start-bot.ts';

const MANY = {
  rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 }, method: { burst: 5_000, perSecond: 5_000 } },
};

test('the audit trail', async (context) => {
  const world = await startWorld(context, { slack: MANY });
  const { slack, coldsend, admin, member, guest, channelId } = world;

  await context.test('tells who did what when, newest first', async () => {
    coldsend.addKey(OTHER_KEY);
    await storeKey(admin, OTHER_KEY);
    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await waitForPage(admin, 'settings');
    await admin.type('default_daily_limit', '40');
    assert.equal((await admin.submit()).modal, undefined);
    await addGoogleInbox(member, { address: '+cmd@acme.com', name: '=HYPERLINK("x")', channelId });
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('+cmd@acme.com'));
    await guest.command('/add-inbox', { channelId });
    await guest.waitForModal(({ rendered }) => /Guests can't/.test(rendered));
    await admin.click('home_remove_key', { in: 'home' });
    await slack.waitFor(
      () => /This workspace has no key yet/.test(admin.home().rendered) || undefined,
      'the key to be gone',
    );

    const lines = entriesOf(await openTrail(admin));
    const expected = [
      /^Key removed · @ada · .* UTC · key ending in: ano1$/,
      /^Attempt refused · @gus · .* · attempt: \/add-inbox · why: a guest$/,
      /^Result · ColdSend or the bot · .* · address: \+cmd@acme\.com · outcome: added · inbox ID: \S+ · request: [0-9A-Z]{12}$/,
      /^Inbox requested · @mel · .* · address: \+cmd@acme\.com · request: [0-9A-Z]{12} · channel: #inboxes$/,
      /^Setting changed · @ada · .* · setting: default daily limit · from: not set · to: 40$/,
      /^Key replaced · @ada · .* · key ending in: ano1$/,
      /^Key added · @ada · .* · key ending in: 4567$/,
    ];
    for (const [index, says] of expected.entries()) assert.match(lines[index] ?? '', says);
    await closeAll(admin);
  });

  await context.test('is exported as CSV into the DM of who asks, without secrets and without formulas', async () => {
    await openTrail(admin);
    await admin.click('audit_export', { in: 'modal' });
    const page = await admin.waitForModal(({ rendered }) => /Look in your direct messages/.test(rendered));
    assert.equal(page.callbackId, NOTICE);
    await closeAll(admin);
    const dm = admin.botDm() ?? assert.fail('no DM');
    const [said, shared] = admin.in(dm);
    assert.match(said?.rendered ?? '', /Here is the audit trail as CSV, \d+ entries/);
    const file = slack.file(shared?.files[0] ?? assert.fail('no file'));
    assert.match(file.name, /^audit-trail-\d{4}-\d\d-\d\d\.csv$/);
    const csv = new TextDecoder().decode(file.content);
    const rows = csv.trimEnd().split('\r\n');
    assert.equal(rows[0], '"time","user","action","request","details"');
    assert.match(csv, /"inbox_requested","[0-9A-Z]{12}","email_address: \+cmd@acme\.com; channel: C\w+"/);
    assert.doesNotMatch(csv, /"[=+@-]/);
    for (const secret of [API_KEY, OTHER_KEY, GOOGLE_PASSWORD, GOOGLE_PASSWORD.replaceAll(' ', '')]) {
      assert.ok(!csv.includes(secret));
    }
    assert.match(entriesOf(await openTrail(admin))[0] ?? '', /^Audit trail exported · @ada .* entries: \d+$/);
    await closeAll(admin);
  });

  await context.test('says so where Slack does not take the file', async () => {
    await openTrail(admin);
    slack.failNext('files.completeUploadExternal', { error: 'missing_scope' });
    await admin.click('audit_export', { in: 'modal' });
    await admin.waitForModal(({ rendered }) => /Slack refused the file.*files:write/.test(rendered));
    assert.match(admin.in(admin.botDm() ?? '').at(-1)?.rendered ?? '', /could not send it to you/);
    await closeAll(admin);
  });

  await context.test('nobody fills it by being refused, and nobody else is shut out by that', async () => {
    for (let n = 0; n < 30; n += 1) {
      await closeAll(guest);
      await guest.command('/add-inbox', { channelId });
      await guest.waitForModal(({ rendered }) => /Guests can't/.test(rendered));
    }
    const other = slack.as(slack.addPerson({ name: 'gina', is_restricted: true }).id);
    await other.command('/add-inbox', { channelId: slack.addChannel({ name: 'g', members: [other.userId] }).id });
    await other.waitForModal(({ rendered }) => /Guests can't/.test(rendered));
    const [newest, next] = [await openTrail(admin), await turn(admin, 'Older')].map(entriesOf);
    const refused = [...(newest ?? []), ...(next ?? [])].filter((line) => /^Attempt refused/.test(line));
    assert.equal(refused.filter((line) => /@gus/.test(line)).length, 20);
    assert.match(refused[0] ?? '', /@gina/);
    await closeAll(admin);
  });

  await context.test('is read page by page, there and back', async () => {
    const first = await openTrail(admin);
    assert.equal(entriesOf(first).length, 20);
    assert.doesNotMatch(first.rendered, /\[ Newer \]/);
    const second = await turn(admin, 'Older');
    assert.match(entriesOf(second).at(-1) ?? '', /^Key added · @ada/);
    assert.doesNotMatch(second.rendered, /\[ Older \]/);
    assert.deepEqual(entriesOf(await turn(admin, 'Newer')), entriesOf(first));
    await closeAll(admin);
  });

  await context.test('is narrowed down by person, topic and time, and leads to the threads', async () => {
    await openTrail(admin);
    const choose = async (menu: string, option: string, says: (lines: string[]) => boolean) => {
      await admin.choose(menu, option);
      return entriesOf(await admin.waitForModal((page) => says(entriesOf(page))));
    };
    const isOfMel = (lines: string[]) => lines.length > 0 && lines.every((line) => line.includes(' · @mel · '));
    const ofMel = await choose('audit_person', 'mel', isOfMel);
    assert.match(ofMel[0] ?? '', /^Inbox requested .* · Open thread \(https:\/\/acme\.slack\.com\/archives\/C/);
    await choose('audit_topic', 'keys', (lines) => lines.length === 0);
    assert.match(admin.modal()?.rendered ?? '', /No entry matches these filters/);
    await admin.click('audit_all', { in: 'modal' });
    await admin.waitForModal((page) => entriesOf(page).length === 20);
    const isOfKeys = (lines: string[]) => lines.length > 0 && lines.every((line) => line.startsWith('Key '));
    const ofKeys = await choose('audit_topic', 'keys', isOfKeys);
    assert.deepEqual(await choose('audit_period', '1', isOfKeys), ofKeys);
    await closeAll(admin);
  });

  await context.test('is gone from the screen of who is no admin any more', async () => {
    await openTrail(admin);
    slack.setPerson(admin.userId, { is_admin: false });
    await admin.click('Older', { in: 'modal' });
    const page = await waitForPage(admin, NOTICE);
    assert.match(page.rendered, /Only admins and owners/);
    slack.setPerson(admin.userId, { is_admin: true });
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

async function openTrail(admin: Person): Promise<ModalSeen> {
  await closeAll(admin);
  await admin.openHome();
  await admin.click('home_audit', { in: 'home' });
  return waitForPage(admin, 'audit_trail');
}

async function turn(admin: Person, button: string): Promise<ModalSeen> {
  const before = admin.modal()?.rendered;
  await admin.click(button, { in: 'modal' });
  return admin.waitForModal(({ rendered }) => rendered !== before);
}

function entriesOf({ rendered }: ModalSeen): string[] {
  return rendered.split('\n').filter((line) => / · /.test(line) && !line.startsWith('['));
}
