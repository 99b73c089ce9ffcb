import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import {
  closeAll,
  errorsOf,
  fieldOf,
  fillWho,
  KEY_FORM,
  submitInbox,
  WHO_PAGE,
  waitForPage,
  waitForSent,
} from '../world/fill-form.ts';
import { API_KEY, MANY_POSTS, startWorld, storeKey, type World } from '../world/start-bot.ts';
import { addInbox, assertOnlySays, waitForHome, waitForText } from './key-world.ts';

test('without a key', async (context) => {
  const world = await startKeylessWorld(context);
  const { slack, coldsend, admin, member, guest, channelId } = world;

  await context.test('a member is told who can store one, and has nothing to type into', async () => {
    await member.command('/add-inbox jane@acme.com', { channelId });
    const page = await waitForText(member, /This workspace has no ColdSend API key/);
    assert.match(page.rendered, /An admin or owner of this workspace can add a key in my Home tab, or by typing/);
    assertOnlySays(page);
  });

  await context.test('a guest is told only that guests can not add inboxes', async () => {
    await guest.command('/add-inbox', { channelId });
    const page = await waitForText(guest, /Guests can't add inboxes/);
    assert.doesNotMatch(page.rendered, /key/i);
    assertOnlySays(page);
  });

  await context.test('the Home says so, with the button for admins only', async () => {
    const asAdmin = await waitForHome(world, admin, /This workspace has no key yet/);
    assert.match(asAdmin, /\[ Add a key \]/);
    assert.doesNotMatch(asAdmin, /\[ Remove the key \]/);
    const asMember = await waitForHome(world, member, /This workspace has no key yet/);
    assert.deepEqual(asMember.match(/\[ [^\]]+ \]/g), ['[ Add an inbox ]', '[ Add many ]']);
    assert.match(asMember, /An admin or owner of this workspace can add/);
  });

  for (const typed of [
    'sk_live_0123456789',
    'cs_test_0123456789',
    'cs_live_',
    'CS_LIVE_0123456789',
    'cs_live_0123 456789',
    'X-API-Key: cs_live_0123456789',
    'cs_live_ümlaut',
    `cs_live_${'a'.repeat(201)}`,
    '<cs_live_0123456789>',
    '   ',
  ]) {
    await context.test(`“${typed.slice(0, 30)}” is not taken for a key`, async () => {
      const asked = coldsend.ledger.length;
      const form = await openKeyForm(admin, channelId);
      assert.equal(fieldOf(form, 'api_key').value, undefined);
      await admin.type('api_key', typed);
      const { modal } = await admin.submit();
      assert.match(errorsOf(modal).api_key ?? '', /This is not a ColdSend API key\. .* starts with cs_live_/);
      assert.equal(fieldOf(modal, 'api_key').value, typed);
      assert.equal(coldsend.ledger.length, asked, 'ColdSend is not asked');
    });
  }

  const refusals: [how: string, script: Script, sentence: RegExp][] = [
    ['refuses it', { kind: 'key_refused' }, /ColdSend refused this key\. Check that you pasted all of it/],
    ['misses scopes (list)', { kind: 'scopes_missing', form: 'list' }, /scopes are missing: sender_accounts:\w+\./],
    ['misses scopes (text)', { kind: 'scopes_missing', form: 'text' }, /scopes are missing: sender_accounts:write\./],
    ['forbids it', { kind: 'refused', status: 403, detail: 'Forbidden' }, /doesn't let this key add inboxes/],
    ['is not there', { kind: 'refused', status: 404, detail: 'Not Found' }, /was not saved: .* COLDSEND_API_URL/],
    ['is somewhere else', { kind: 'redirect', status: 308, location: 'https://example.com/' }, /COLDSEND_ADD_PATH/],
    ['takes anything', { kind: 'raw', status: 200, body: '{}' }, /was not saved: .* COLDSEND_API_URL/],
    ['is a page', { kind: 'raw', status: 200, body: '<html></html>' }, /was not saved: .* COLDSEND_API_URL/],
  ];
  for (const [how, script, sentence] of refusals) {
    await context.test(`a key is not stored when ColdSend ${how}`, async () => {
      await openKeyForm(admin, channelId);
      await admin.type('api_key', API_KEY);
      coldsend.answerNext(script);
      const { modal } = await admin.submit();
      assert.equal(modal?.callbackId, KEY_FORM);
      assert.match(errorsOf(modal).api_key ?? '', sentence);
      assert.equal(fieldOf(modal, 'api_key').value, API_KEY, 'it need not be pasted again');
      await waitForHome(world, admin, /This workspace has no key yet/);
    });
  }

  await context.test('a key is not stored when who stores it can not be looked up', async () => {
    await openKeyForm(admin, channelId);
    await admin.type('api_key', API_KEY);
    const asked = coldsend.ledger.length;
    slack.failNext('users.info', { status: 500 });
    const { modal } = await admin.submit();
    assert.match(modal?.rendered ?? '', /could not check your account because Slack did not answer, so I did nothing/);
    assert.equal(coldsend.ledger.length, asked);
    await waitForHome(world, admin, /This workspace has no key yet/);
  });

  await context.test('an admin stores it from the command, and goes on to the inbox', async () => {
    await closeAll(admin);
    await admin.command('/add-inbox jane@acme.com', { channelId });
    const form = await waitForPage(admin, KEY_FORM);
    assert.match(form.rendered, /I need a ColdSend API key for this workspace/);
    assert.match(form.rendered, /scope sender_accounts:write/);
    assert.match(fieldOf(form, 'api_key').hint ?? '', /near your screen can read it/);
    await admin.type('api_key', `  ${API_KEY} `);
    const { status, modal } = await admin.submit();
    assert.equal(status, 'ok');
    assert.equal(modal?.callbackId, WHO_PAGE);
    assert.match(modal.rendered, /The key works and is saved\. Now the inbox:/);
    assert.equal(fieldOf(modal, 'email_address').value, 'jane@acme.com');
    const checked = coldsend.ledger.at(-1);
    assert.deepEqual([checked?.body, checked?.key], [{}, 'key 1']);
    assert.deepEqual(coldsend.accounts, []);

    await fillWho(admin, { name: 'Jane Doe', provider: 'GOOGLE_WORKSPACE' });
    await admin.type('smtp_password', 'abcd efgh ijkl mnop');
    await submitInbox(admin);
    await waitForSent(coldsend, 'jane@acme.com');
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('ACTIVE'));
  });

  await context.test("keeps within Slack's rules, and the key is never sent to Slack", () => {
    assert.deepEqual(slack.problems, []);
  });
});

test('a key that could not be checked', async (context) => {
  const world = await startKeylessWorld(context);
  const { slack, coldsend, admin, member, channelId } = world;
  const owner = slack.as(slack.addPerson({ name: 'olga', is_owner: true }).id);
  slack.join(channelId, owner.userId);

  const scripts: [how: string, script: Script][] = [
    ['answered 500', { kind: 'server_error', status: 500 }],
    ['answered 503', { kind: 'server_error', status: 503 }],
    ['is behind a broken proxy', { kind: 'server_error', status: 502 }],
    ['took no more requests', { kind: 'rate_limited' }],
    ['broke off', { kind: 'lost_answer' }],
    ['was cut off', { kind: 'reset', when: 'before_reading' }],
    ['did not answer', { kind: 'hang' }],
  ];
  for (const [how, script] of scripts) {
    await context.test(`because ColdSend ${how} is stored all the same`, async () => {
      coldsend.answerNext(script);
      await admin.openHome();
      await admin.click('home_store_key', { in: 'home' });
      await waitForPage(admin, KEY_FORM);
      await admin.type('api_key', API_KEY);
      const { status, modal } = await admin.submit();
      assert.deepEqual([status, modal], ['ok', undefined]);
      await waitForHome(world, admin, /The key ends in 4567\. I could not check it yet/);
      await admin.click('home_remove_key', { in: 'home' });
      await waitForHome(world, admin, /This workspace has no key yet/);
    });
  }

  await context.test('works from the first inbox on that ColdSend takes', async () => {
    coldsend.answerNext({ kind: 'server_error', status: 503 });
    await openKeyForm(owner, channelId);
    await owner.type('api_key', API_KEY);
    const { modal } = await owner.submit();
    assert.equal(modal?.callbackId, WHO_PAGE);
    assert.match(modal.rendered, /saved, but I could not check it because ColdSend did not answer/);
    await addInbox(member, channelId, 'first@acme.com');
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('ACTIVE'));
    await waitForHome(world, member, /The key ends in 4567\. It worked the last time I used it\./);
  });

  for (const [how, script] of [
    ['400', { kind: 'refused', status: 400, detail: 'Invalid request' }],
    ['422', { kind: 'field_errors', errors: [{ loc: ['body'], msg: 'Field required', type: 'missing' }] }],
  ] as [string, Script][]) {
    await context.test(`is told from one that ColdSend knows, by its ${how}`, async () => {
      coldsend.answerNext(script);
      await storeKey(admin, API_KEY);
      await waitForHome(world, admin, /It worked the last time I used it\./);
    });
  }

  await context.test("keeps within Slack's rules", () => assert.deepEqual(slack.problems, []));
});

async function startKeylessWorld(context: TestContext): Promise<World> {
  const world = await startWorld(context, { withKey: false, slack: MANY_POSTS });
  world.slack.watchSecret(API_KEY);
  return world;
}

async function openKeyForm(person: Person, channelId: string): Promise<ModalSeen> {
  await closeAll(person);
  await person.command('/add-inbox', { channelId });
  return waitForPage(person, KEY_FORM);
}
