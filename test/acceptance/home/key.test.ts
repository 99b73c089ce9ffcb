import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import {
  additionsIn,
  closeAll,
  errorsOf,
  fieldOf,
  fillWho,
  KEY_FORM,
  NOTICE,
  openHowPage,
  submitInbox,
  valuesOf,
  WHO_PAGE,
  waitForPage,
  waitForSent,
} from '../world/fill-form.ts';
import { API_KEY, startWorld, storeKey, type World } from '../world/start-bot.ts';

const OTHER_KEY = 'cs_live_another0another0another0another0ano1';
const MANY_POSTS = { rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 } } };

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
    assert.doesNotMatch(asMember, /\[ /);
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

test('the stored key', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey(OTHER_KEY, { name: 'other' });
  for (const key of [API_KEY, OTHER_KEY]) slack.watchSecret(key);

  await context.test('shows its last four characters, who stored it and when, and whether it works', async () => {
    for (const person of [admin, member]) {
      const home = await waitForHome(world, person, /The key ends in 4567\. It worked the last time I used it\./);
      assert.match(home, /Saved by @ada, \d{4}-\d\d-\d\d/);
      assert.match(home, /Last checked \d{4}-\d\d-\d\d/);
    }
  });

  await context.test('stays where the admin thinks again', async () => {
    await waitForHome(world, admin, /The key ends in 4567/);
    const { status } = await admin.click('home_remove_key', { in: 'home', confirm: false });
    assert.equal(status, 'cancelled');
    await waitForHome(world, admin, /The key ends in 4567/);
    const [confirm] = JSON.stringify(admin.home().view?.blocks).match(/"confirm":\{"title".*?\}\}/) ?? [];
    assert.match(confirm ?? '', /Remove the key\?/);
  });

  await context.test('is replaced from the Home, and the next inbox is added with the new one', async () => {
    await addInbox(member, channelId, 'before@acme.com');
    await waitForReply(world, 'before@acme.com', /ACTIVE/);
    await waitForHome(world, admin, /The key ends in 4567/);
    await admin.click('Replace the key', { in: 'home' });
    const form = await waitForPage(admin, KEY_FORM);
    assert.match(form.rendered, /This replaces the key ending in 4567/);
    assert.equal(fieldOf(form, 'api_key').value, undefined, 'the key is never filled in');
    await admin.type('api_key', OTHER_KEY);
    const { modal } = await admin.submit();
    assert.equal(modal, undefined);
    await waitForHome(world, admin, /The key ends in ano1/);
    await addInbox(member, channelId, 'after@acme.com');
    await waitForReply(world, 'after@acme.com', /ACTIVE/);
    assert.deepEqual(
      additionsIn(coldsend).map(({ key }) => key),
      ['key 1', 'other'],
    );
  });

  await context.test('stays as it was when the one to replace it is refused', async () => {
    await waitForHome(world, admin, /The key ends in ano1/);
    await admin.click('Replace the key', { in: 'home' });
    await waitForPage(admin, KEY_FORM);
    await admin.type('api_key', 'cs_live_unknown');
    const { modal } = await admin.submit();
    assert.match(errorsOf(modal).api_key ?? '', /ColdSend refused this key/);
    await closeAll(admin);
    await waitForHome(world, admin, /The key ends in ano1\. It worked/);
  });

  await context.test('outlives a restart', async () => {
    await world.bot.stop();
    await world.restart();
    await waitForHome(world, member, /The key ends in ano1\. It worked/);
    await addInbox(member, channelId, 'restarted@acme.com');
    await waitForReply(world, 'restarted@acme.com', /ACTIVE/);
    assert.equal(additionsIn(coldsend).at(-1)?.key, 'other');
  });

  await context.test('that ColdSend refuses later is told to those who would type passwords in vain', async () => {
    await openHowPage(admin, channelId, { address: 'waits@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await admin.type('smtp_password', 'abcd efgh ijkl mnop');
    coldsend.revokeKey(OTHER_KEY);
    await addInbox(member, channelId, 'refused@acme.com');
    const told = await waitForReply(world, 'refused@acme.com', /ColdSend refused the API key/);
    assert.match(told, /An admin or owner of this workspace can add another key/);

    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    const page = await waitForText(member, /ColdSend refuses the API key of this workspace/);
    assert.match(page.rendered, /An admin or owner of this workspace can add another key/);
    assertOnlySays(page);
    await waitForHome(
      world,
      member,
      /ColdSend refused it the last time I used it\. Inboxes wait until you add another key/,
    );
  });

  await context.test('is waited for, and a new one sets everything going', async () => {
    const page = await submitInbox(admin);
    assert.match(page.rendered, /waits@acme\.com/);
    const announced = await slack.waitFor(
      () => member.in(channelId).find(({ rendered }) => /Waiting to add an inbox.*waits@acme/s.test(rendered)),
      'the announcement of what waits',
    );
    assert.match(
      announced.rendered,
      /The API key of this workspace is missing, or ColdSend refuses it.*add another key/,
    );
    assert.deepEqual(announced.thread, []);

    await closeAll(admin);
    await admin.command('/add-inbox next@acme.com', { channelId });
    const form = await waitForPage(admin, KEY_FORM);
    assert.match(form.rendered, /ColdSend refused the key ending in ano1\. Please enter another one/);
    await admin.type('api_key', API_KEY);
    const { modal } = await admin.submit();
    assert.equal(modal?.callbackId, WHO_PAGE);
    assert.equal(fieldOf(modal, 'email_address').value, 'next@acme.com');
    await waitForReply(world, 'waits@acme.com', /ACTIVE/);
    assert.equal(additionsIn(coldsend).at(-1)?.key, 'key 1');
  });

  await context.test('is named with the scopes it misses', async () => {
    coldsend.answerNext({ kind: 'scopes_missing', form: 'list' });
    await addInbox(member, channelId, 'scopes@acme.com');
    const told = await waitForReply(world, 'scopes@acme.com', /ColdSend refused the API key/);
    assert.match(told, /Missing scopes: sender_accounts:\w+/);
    const home = await waitForHome(world, admin, /ColdSend refused it the last time I used it/);
    assert.match(home, /Missing scopes: sender_accounts:\w+/);
    await storeKey(admin, API_KEY);
    await waitForHome(world, admin, /The key ends in 4567\. It worked/);
  });

  await context.test('has the last ten inboxes beside it, with their outcome, the newest first', async () => {
    for (let count = 1; count <= 9; count += 1) {
      await addInbox(member, channelId, `n${count}@acme.com`);
      await waitForReply(world, `n${count}@acme.com`, /ACTIVE/);
    }
    coldsend.answerNext({ kind: 'login_failed' });
    await addInbox(admin, channelId, 'last@acme.com');
    await waitForReply(world, 'last@acme.com', /Connection failed/);
    const home = await waitForHome(world, member, /last@acme\.com/);
    const shown = [...home.matchAll(/^(\w+@acme\.com)$/gm)].map(([address]) => address);
    const latest = [9, 8, 7, 6, 5, 4, 3, 2, 1].map((count) => `n${count}@acme.com`);
    assert.deepEqual(shown, ['last@acme.com', ...latest]);
    assert.match(home, /last@acme\.com\nJane Doe\n.*Inbox not added: ColdSend refused it · @ada · \d{4}-\d\d-\d\d/);
    assert.match(home, /n9@acme\.com\nJane Doe\n.*Inbox added · @mel · .*overall_status: ACTIVE \(ready to use\)/);
  });

  await context.test('is removed once that is confirmed, and nothing is sent with it any more', async () => {
    await openHowPage(member, channelId, { address: 'removed@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'abcd efgh ijkl mnop');
    await waitForHome(world, admin, /The key ends in 4567/);
    await admin.click('home_remove_key', { in: 'home' });
    await waitForHome(world, admin, /This workspace has no key yet/);
    const sent = additionsIn(coldsend).length;
    await submitInbox(member);
    await slack.waitFor(
      () => member.in(channelId).find(({ rendered }) => /Waiting to add an inbox.*removed@acme/s.test(rendered)),
      'the announcement of what waits',
    );
    assert.equal(additionsIn(coldsend).length, sent);
    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    await waitForText(member, /This workspace has no ColdSend API key/);

    await storeKey(admin, API_KEY);
    await waitForReply(world, 'removed@acme.com', /ACTIVE/);
  });

  await context.test('is told of in a DM when the form for it can not be opened', async () => {
    await waitForHome(world, admin, /The key ends in 4567/);
    slack.failNext('views.open', { error: 'expired_trigger_id' });
    await admin.click('Replace the key', { in: 'home' });
    const told = await slack.waitForMessage(({ channelId: place }) => place === admin.botDm());
    assert.match(told.text, /Slack did not open the form in time, and I did nothing\. Press the button again/);
  });

  await context.test('is never sent to Slack, nor written to the log', () => {
    assert.deepEqual(slack.problems, []);
    for (const key of [API_KEY, OTHER_KEY]) {
      assert.ok(!JSON.stringify(slack.ledger.payloads).includes(key));
      assert.ok(!world.bot.output().includes(key));
    }
  });
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

async function addInbox(person: Person, channelId: string, address: string): Promise<void> {
  await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
  await person.type('smtp_password', 'abcd efgh ijkl mnop');
  await submitInbox(person);
  await closeAll(person);
}

/** The reply in the thread of this inbox's announcement. */
async function waitForReply({ slack, member, channelId }: World, address: string, text: RegExp): Promise<string> {
  const reply = await slack.waitFor(
    () =>
      member
        .in(channelId)
        .flatMap(({ thread }) => thread)
        .find((message) => message.text.includes(address) && text.test(message.rendered)),
    `the reply about ${address}`,
  );
  return reply.rendered;
}

function waitForText(person: Person, text: RegExp): Promise<ModalSeen> {
  return person.waitForModal(({ rendered }) => text.test(rendered));
}

/** Opens the Home and looks until it says this: what was published for other reasons may still be on its way. */
async function waitForHome({ slack }: World, person: Person, text: RegExp): Promise<string> {
  await person.openHome();
  const find = () => (text.test(person.home().rendered) ? person.home().rendered : undefined);
  return slack.waitFor(find, () => `${text} in the Home:\n${person.home().rendered}`);
}

/** A notice: nothing to type into, nothing to submit, and it says who it is. */
function assertOnlySays(page: ModalSeen): void {
  assert.equal(page.callbackId, NOTICE);
  assert.deepEqual(valuesOf(page), {});
  assert.equal(page.submitLabel, undefined);
}
