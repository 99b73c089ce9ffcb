import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Script } from '../../../playground/local-coldsend/script.ts';
import type { MessageSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { closeAll, waitForPage } from '../world/fill-form.ts';
import { API_KEY, MANY_POSTS, startWorld, storeKey, type World } from '../world/start-bot.ts';
import { threadOf } from './outcome-world.ts';

test('an inbox that was added: a test email from it, and its removal', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  const other = slack.as(slack.addPerson({ name: 'otto' }).id);
  slack.join(channelId, other.userId);

  await context.test('the person who added it sends one, once, to a valid address', async () => {
    const reply = await addInbox(world, 'mail@acme.com');
    const form = await openTestEmail(member, reply);
    assert.match(form.rendered, /mail@acme\.com/);
    assert.equal(form.fields[0]?.value, undefined, 'Slack does not show the address of the person');
    await member.type('recipient', 'not an address');
    assert.match(JSON.stringify((await member.submit()).errors), /not an email address/);
    await member.type('recipient', ' me@example.com ');
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /You get the result in the thread/);
    const told = await waitForReply(world, 'mail@acme.com', '📨 Test email sent');
    assert.match(told.rendered, /Requested by @mel\nTo: me@example\.com/);
    const submission = slack.ledger.deliveries.findLast(({ payload }) => payload.type === 'view_submission');
    assert.ok(submission);
    await slack.redeliver(submission);
    const [call, ...more] = callsOf(world, 'POST');
    assert.equal(more.length, 0);
    assert.match(call?.path ?? '', /\/sender-accounts\/[0-9a-f-]{36}\/test-email$/);
    assert.deepEqual(call?.body, { recipient_email: 'me@example.com' });
  });

  await context.test('an admin may, another member may not', async () => {
    const reply = replyTo(world, 'mail@acme.com');
    for (const button of ['inbox_test_email', 'inbox_remove']) {
      await other.click(button, { in: reply });
      assert.match((await waitForPage(other, 'notice')).rendered, /Only the person who added this inbox and admins/);
      await closeAll(other);
    }
    await openTestEmail(admin, reply);
    await closeAll(admin);
  });

  await context.test('it is removed after a question, and its messages say so and lose their buttons', async () => {
    const reply = await addInbox(world, 'old@acme.com');
    assert.equal((await member.click('inbox_remove', { in: reply, confirm: false })).status, 'cancelled');
    assert.deepEqual(callsOf(world, 'DELETE'), []);
    await member.click('inbox_remove', { in: reply });
    await waitForReply(world, 'old@acme.com', '🗑️ Inbox removed from ColdSend\nRequested by @mel');
    await slack.waitFor(
      () => threadOf(world, 'old@acme.com').root.rendered.startsWith('🗑️ Inbox removed') || undefined,
      'the announcement',
    );
    await slack.waitFor(
      () => (!/Send a test email/.test(replyTo(world, 'old@acme.com').rendered) ? true : undefined),
      'the reply without buttons',
    );
    assert.ok(!coldsend.accounts.some(({ email_address }) => email_address === 'old@acme.com'));
    assert.equal(callsOf(world, 'DELETE').length, 1);
    const { rendered } = await member.openHome();
    assert.match(rendered, /old@acme\.com\n🗑️ Inbox removed from ColdSend/);
  });

  const cases: [name: string, script: Script, kind: 'test_email' | 'remove', says: RegExp][] = [
    [
      'a lost answer',
      { kind: 'lost_answer' },
      'test_email',
      /❓ We don't know if the test email was sent[\s\S]*broke before/,
    ],
    ['a server error', { kind: 'server_error', status: 500 }, 'remove', /❓ We don't know if the inbox was removed/],
    [
      'a refusal',
      { kind: 'refused', status: 400, detail: 'It is paused' },
      'test_email',
      /❌ Test email not sent: ColdSend refused it[\s\S]*It is paused/,
    ],
    [
      'missing scopes',
      { kind: 'refused', status: 403, detail: 'Missing API key scopes: x:delete' },
      'remove',
      /🔑 Inbox not removed[\s\S]*x:delete/,
    ],
    [
      'its own limit',
      { kind: 'server_error', status: 503 },
      'remove',
      /🕒 Inbox not removed[\s\S]*temporarily unavailable/,
    ],
    [
      'an inbox it does not have',
      { kind: 'refused', status: 404, detail: 'Inbox not found' },
      'test_email',
      /❌ Test email not sent: ColdSend does not have/,
    ],
  ];
  for (const [index, [name, script, kind, says]] of cases.entries()) {
    await context.test(`${name}: said in the thread, and not repeated`, async () => {
      const address = `case${index}@acme.com`;
      const reply = await addInbox(world, address);
      const before = callsOf(world).length;
      coldsend.answerNext(script, { about: 'added' });
      await act(member, reply, kind);
      const told = await slack.waitFor(() => threadOf(world, address).replies[1], 'the outcome');
      assert.match(told.rendered, says);
      assert.match(told.rendered, /Support code: /);
      assert.equal(callsOf(world).length, before + 1);
    });
  }

  await context.test(
    'a refusal for scopes of this call says nothing about the key: inboxes are added as before',
    async () => {
      await addInbox(world, 'still@acme.com');
    },
  );

  await context.test('all of that is in the audit trail', async () => {
    await admin.openHome();
    await admin.click('home_audit', { in: 'home' });
    const { rendered } = await waitForPage(admin, 'audit_trail');
    assert.match(rendered, /Test email · @mel/);
    assert.match(rendered, /Removal from ColdSend · ColdSend or the bot/);
    await closeAll(admin);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

test('an API without test emails and removals: they are hidden for its key from then on', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { coldsend, member, admin } = world;
  const [first, second] = [await addInbox(world, 'one@acme.com'), await addInbox(world, 'two@acme.com')];
  coldsend.answerNext({ kind: 'refused', status: 404, detail: 'Not Found' }, { about: 'added' });
  await act(member, first, 'test_email');
  const told = await waitForReply(world, 'one@acme.com', '🔧 Test email not sent');
  assert.match(told.rendered, /I no longer offer test emails and removals for this API key/);
  await world.slack.waitFor(
    () => (!/Send a test email/.test(replyTo(world, 'one@acme.com').rendered) ? true : undefined),
    'the reply without buttons',
  );
  const third = await addInbox(world, 'three@acme.com');
  assert.doesNotMatch(third.rendered, /Send a test email|Remove from/);

  coldsend.answerNext({ kind: 'refused', status: 405, detail: 'Method Not Allowed' }, { about: 'added' });
  await member.click('inbox_remove', { in: second });
  await waitForReply(world, 'two@acme.com', '🔧 Inbox not removed');
  await storeKey(admin, API_KEY);
  assert.match((await addInbox(world, 'four@acme.com')).rendered, /Send a test email/);
});

test('the same from the Home, for the person who added it and for admins', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, member, admin, channelId } = world;
  await addInbox(world, 'home@acme.com');
  const other = slack.as(slack.addPerson({ name: 'otto' }).id);
  slack.join(channelId, other.userId);
  assert.doesNotMatch((await other.openHome()).rendered, /Send a test email/);
  assert.match((await admin.openHome()).rendered, /Send a test email/);
  await member.openHome();
  await member.click('Remove from ColdSend', { in: 'home' });
  assert.match((await waitForPage(member, 'remove_inbox')).rendered, /home@acme\.com\nColdSend stops sending from it/);
  assert.match((await member.submit()).modal?.rendered ?? '', /You get the result in its thread/);
  await waitForReply(world, 'home@acme.com', '🗑️ Inbox removed from ColdSend');
});

test('killed while ColdSend is asked: said as unknown after the restart, and never asked again', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { coldsend, member } = world;
  const reply = await addInbox(world, 'killed@acme.com');
  coldsend.answerNext({ kind: 'hang' }, { about: 'added' });
  await member.click('inbox_remove', { in: reply });
  await coldsend.waitFor(({ method, bodyComplete }) => method === 'DELETE' && bodyComplete);
  await member.click('inbox_remove', { in: reply });
  assert.match((await waitForPage(member, 'notice')).rendered, /I am doing this right now/);
  await closeAll(member);
  await world.bot.stop('SIGKILL');
  await world.restart();
  const told = await waitForReply(world, 'killed@acme.com', "❓ We don't know if the inbox was removed");
  assert.match(told.rendered, /I restarted before I got ColdSend's answer/);
  assert.equal(callsOf(world).length, 1);
  await member.click('inbox_remove', { in: replyTo(world, 'killed@acme.com') });
  await waitForReply(world, 'killed@acme.com', 'ℹ️ Inbox not removed: ColdSend does not have it');
  assert.equal(callsOf(world).length, 2, 'a person asked again');
});

test('without a free slot of the key nothing is sent', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS, env: { COLDSEND_RATE_LIMIT: '2/3600' } });
  const reply = await addInbox(world, 'limit@acme.com');
  await act(world.member, reply, 'test_email');
  const told = await waitForReply(world, 'limit@acme.com', '🕒 Test email not sent');
  assert.match(told.rendered, /We reached the limit/);
  assert.deepEqual(callsOf(world), []);
});

test('where Slack shows the address of the person, it is filled in', async (context) => {
  const scopes = ['commands', 'chat:write', 'chat:write.public', 'users:read', 'users:read.email'];
  const world = await startWorld(context, { slack: { ...MANY_POSTS, scopes } });
  world.slack.setPerson(world.member.userId, { email: 'mel@acme.com' });
  const form = await openTestEmail(world.member, await addInbox(world, 'own@acme.com'));
  assert.equal(form.fields[0]?.value, 'mel@acme.com');
});

async function addInbox(world: World, address: string): Promise<MessageSeen> {
  await closeAll(world.member);
  await addGoogleInbox(world.member, { address, channelId: world.channelId });
  const reply = await world.slack.waitFor(() => {
    const root = world.member.in(world.channelId).find(({ rendered }) => rendered.includes(address));
    return root?.rendered.startsWith('✅') ? root.thread[0] : undefined;
  }, `the reply about ${address}`);
  await closeAll(world.member);
  return reply;
}

async function act(person: Person, reply: MessageSeen, kind: 'test_email' | 'remove'): Promise<void> {
  if (kind === 'remove') {
    await person.click('inbox_remove', { in: reply });
    return;
  }
  await openTestEmail(person, reply);
  await person.type('recipient', 'me@example.com');
  await person.submit();
  await closeAll(person);
}

async function openTestEmail(person: Person, reply: MessageSeen) {
  await closeAll(person);
  await person.click('inbox_test_email', { in: reply });
  return waitForPage(person, 'test_email');
}

function replyTo(world: World, address: string): MessageSeen {
  return threadOf(world, address).replies[0] ?? assert.fail(`no reply about ${address}`);
}

function waitForReply(world: World, address: string, says: string): Promise<MessageSeen> {
  return world.slack.waitFor(
    () => threadOf(world, address).replies.find(({ rendered }) => rendered.startsWith(says)),
    `“${says}” in the thread of ${address}`,
  );
}

/** The calls about inboxes that were added. */
function callsOf({ coldsend }: World, method?: string) {
  return coldsend.ledger.filter(
    (entry) =>
      (entry.method === 'DELETE' || entry.path.endsWith('/test-email')) && (method ?? entry.method) === entry.method,
  );
}
