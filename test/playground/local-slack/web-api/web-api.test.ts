import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, slackFor } from '../test-app.ts';

test('a token that Slack does not know, or no more, is refused', async (t) => {
  const slack = await slackFor(t);
  const { botToken, teamId } = slack.installation;
  assert.equal((await call(slack, 'auth.test', {}, null)).error, 'not_authed');
  assert.equal((await call(slack, 'auth.test', {}, 'xoxb-unknown')).error, 'invalid_auth');
  assert.equal((await call(slack, 'auth.test', {}, slack.app.appToken)).error, 'not_allowed_token_type');
  assert.equal((await call(slack, 'auth.test')).ok, true);
  await slack.revokeToken(teamId, { silent: true });
  assert.equal((await call(slack, 'auth.test', {}, botToken)).error, 'token_revoked');
  await slack.uninstall(teamId, { silent: true });
  assert.equal((await call(slack, 'auth.test', {}, botToken)).error, 'account_inactive');
  assert.notEqual(slack.install(teamId).botToken, botToken);
  assert.equal((await call(slack, 'auth.test')).ok, true);
});

test('a missing scope is named, with the ones there are', async (t) => {
  const slack = await slackFor(t, { scopes: ['commands'] });
  const answer = await call(slack, 'chat.postMessage', { channel: slack.addChannel().id, text: 'hi' });
  assert.deepEqual(answer, { ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'commands' });
  assert.match(slack.problems.join(), /chat.postMessage: missing_scope \(needs chat:write\)/);
});

test('scopes are told in the header, form-encoded arguments and a token argument are taken', async (t) => {
  const slack = await slackFor(t, { scopes: ['commands', 'chat:write'] });
  const channel = slack.addChannel({ withBot: true });
  const blocks = JSON.stringify([{ type: 'divider' }]);
  const body = new URLSearchParams({ token: slack.installation.botToken, channel: channel.id, text: 'hi', blocks });
  const answer = await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', body });
  assert.equal(answer.headers.get('x-oauth-scopes'), 'commands,chat:write');
  assert.equal(slack.messages(channel.id)[0]?.blocks[0]?.type, 'divider');
  const [noted] = slack.ledger.calls;
  assert.deepEqual(noted?.args.blocks, [{ type: 'divider' }]);
  assert.ok(!JSON.stringify(slack.ledger.calls).includes(slack.installation.botToken));
});

test('where the bot may post depends on membership, scopes, archive and workspace', async (t) => {
  const slack = await slackFor(t, { scopes: ['chat:write'] });
  const other = slack.addWorkspace({ name: 'Other' });
  const jane = slack.addPerson({ name: 'jane' });
  const bob = slack.addPerson({ name: 'bob' });
  const foreign = slack.addPerson({ name: 'eve', teamId: other.teamId });
  const post = async (channel: string) => (await call(slack, 'chat.postMessage', { channel, text: 'hi' })).error;

  const open = slack.addChannel();
  assert.equal(await post(open.id), 'not_in_channel');
  slack.inviteBot(open.id);
  assert.equal(await post(open.id), undefined);
  slack.removeBot(open.id);
  slack.setScopes(slack.workspace.teamId, ['chat:write', 'chat:write.public']);
  assert.equal(await post(open.id), undefined);

  const secret = slack.addChannel({ kind: 'private', members: [jane.id] });
  assert.equal(await post(secret.id), 'channel_not_found');
  slack.inviteBot(secret.id);
  assert.equal(await post(secret.id), undefined);
  slack.archive(secret.id);
  assert.equal(await post(secret.id), 'is_archived');
  slack.deleteChannel(secret.id);
  assert.equal(await post(secret.id), 'channel_not_found');

  assert.equal(await post(slack.addChannel({ kind: 'im', members: [jane.id, bob.id] }).id), 'channel_not_found');
  assert.equal(await post(slack.addChannel({ teamId: other.teamId }).id), 'channel_not_found');
  assert.equal(await post(foreign.id), 'channel_not_found');
  assert.equal(await post('C0NOWHERE'), 'channel_not_found');
  assert.equal(await post(jane.id), undefined);
  slack.setPerson(jane.id, { deleted: true });
  assert.equal(await post(jane.id), 'channel_not_found');
});

test('a person id opens the conversation with them, which keeps its id', async (t) => {
  const slack = await slackFor(t);
  const jane = slack.addPerson({ name: 'jane' });
  const first = await call(slack, 'chat.postMessage', { channel: jane.id, text: 'one' });
  const second = await call(slack, 'chat.postMessage', { channel: String(first.channel), text: 'two' });
  assert.equal(first.channel, second.channel);
  assert.equal(slack.as(jane.id).botDm(), first.channel);
  assert.deepEqual(
    slack
      .as(jane.id)
      .in(String(first.channel))
      .map(({ text }) => text),
    ['one', 'two'],
  );
});

test('a message needs text or blocks that Slack takes, and says so with a pointer', async (t) => {
  const slack = await slackFor(t);
  const channel = slack.addChannel({ withBot: true }).id;
  assert.equal((await call(slack, 'chat.postMessage', { channel, text: ' ' })).error, 'no_text');
  assert.equal((await call(slack, 'chat.postMessage', { channel, text: 'x'.repeat(40_001) })).error, 'msg_too_long');
  assert.equal(
    (await call(slack, 'chat.postMessage', { channel, text: 't', blocks: 'nonsense' })).error,
    'invalid_blocks_format',
  );
  const refused = await call(slack, 'chat.postMessage', { channel, text: 't', blocks: [{ type: 'section' }] });
  assert.equal(refused.error, 'invalid_blocks');
  assert.deepEqual(refused.response_metadata, {
    messages: ['[ERROR] must define either text or fields [json-pointer:/blocks/0]'],
  });
  assert.equal((await call(slack, 'chat.postMessage', { text: 't' })).error, 'invalid_arguments');
  assert.equal(slack.messages(channel).length, 0);
  assert.equal((await call(slack, 'chat.postMessage', { channel, blocks: [{ type: 'divider' }] })).ok, true);
  assert.match(slack.problems.join('\n'), /without top-level text/);
});

test('threads: replies need a root that is there', async (t) => {
  const slack = await slackFor(t);
  const channel = slack.addChannel({ withBot: true }).id;
  const reply = (thread_ts: string) => call(slack, 'chat.postMessage', { channel, text: 'reply', thread_ts });
  const root = await call(slack, 'chat.postMessage', { channel, text: 'root' });
  assert.equal((await reply(String(root.ts))).ok, true);
  assert.equal((await reply('garbage')).error, 'invalid_thread_ts');
  assert.equal((await reply('1000000000.000000')).error, 'thread_not_found');
  slack.deleteMessage(channel, String(root.ts));
  assert.equal((await reply(String(root.ts))).error, 'thread_not_found');
});

test('chat.update changes own messages only and keeps the blocks it is not given', async (t) => {
  const slack = await slackFor(t);
  const jane = slack.addPerson({ name: 'jane' });
  const channel = slack.addChannel({ withBot: true, members: [jane.id] }).id;
  const posted = await call(slack, 'chat.postMessage', { channel, text: 'one', blocks: [{ type: 'divider' }] });
  const ts = String(posted.ts);
  assert.equal((await call(slack, 'chat.update', { channel, ts, text: 'two' })).ok, true);
  const [message] = slack.as(jane.id).in(channel);
  assert.equal(message?.text, 'two');
  assert.equal(message?.blocks.length, 1);
  assert.equal(message?.edited, true);
  const long = { channel, ts, text: 'x'.repeat(4_001) };
  assert.equal(
    (await call(slack, 'chat.update', long)).error,
    'msg_too_long',
    'an update takes less than a new message',
  );
  const hers = slack.as(jane.id).say(channel, 'hello');
  assert.equal((await call(slack, 'chat.update', { channel, ts: hers.ts, text: 'x' })).error, 'cant_update_message');
  assert.equal((await call(slack, 'chat.update', { channel, ts: '1.000000', text: 'x' })).error, 'message_not_found');
  slack.archive(channel);
  assert.equal((await call(slack, 'chat.update', { channel, ts, text: 'three' })).error, 'is_inactive');
});

test('an ephemeral message is seen by one person only', async (t) => {
  const slack = await slackFor(t);
  const jane = slack.addPerson({ name: 'jane' });
  const bob = slack.addPerson({ name: 'bob' });
  const channel = slack.addChannel({ members: [jane.id, bob.id] }).id;
  const send = (user: string) => call(slack, 'chat.postEphemeral', { channel, user, text: 'psst' });
  assert.equal((await send(jane.id)).error, 'not_in_channel');
  slack.inviteBot(channel);
  assert.equal((await send(slack.addPerson({ name: 'eve' }).id)).error, 'user_not_in_channel');
  assert.equal((await send(jane.id)).ok, true);
  assert.equal(slack.as(jane.id).in(channel)[0]?.ephemeral, true);
  const ts = slack.messages(channel)[0]?.ts;
  assert.equal((await call(slack, 'chat.update', { channel, ts, text: 'x' })).error, 'message_not_found');
  assert.deepEqual(slack.as(bob.id).in(channel), []);
});

test('permalinks and deleting', async (t) => {
  const slack = await slackFor(t);
  const channel = slack.addChannel({ withBot: true }).id;
  const { ts } = await call(slack, 'chat.postMessage', { channel, text: 'one' });
  const link = await call(slack, 'chat.getPermalink', { channel, message_ts: ts });
  assert.equal(link.permalink, `https://acme.slack.com/archives/${channel}/p${String(ts).replace('.', '')}`);
  assert.equal((await call(slack, 'chat.delete', { channel, ts })).ok, true);
  assert.equal((await call(slack, 'chat.getPermalink', { channel, message_ts: ts })).error, 'message_not_found');
});

test('more than the burst in one channel is told to wait; another channel is not', async (t) => {
  let now = 1_700_000_000_000;
  const slack = await slackFor(t, { now: () => now, rateLimits: { postMessage: { burst: 2, perSecond: 1 } } });
  const channel = slack.addChannel({ withBot: true }).id;
  const send = (to: string) =>
    fetch(`${slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.installation.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: to, text: 'hi' }),
    });
  assert.deepEqual([(await send(channel)).status, (await send(channel)).status], [200, 200]);
  const limited = await send(channel);
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get('retry-after'), '1');
  assert.deepEqual(await limited.json(), { ok: false, error: 'ratelimited' });
  assert.equal((await send(slack.addChannel().id)).status, 200);
  now += 1_000;
  assert.equal((await send(channel)).status, 200);
});

test('a method can have a limit of its own, as chat.update has at Slack', async (t) => {
  const slack = await slackFor(t, { rateLimits: { methods: { 'chat.update': { burst: 1, perSecond: 0.1 } } } });
  const channel = slack.addChannel({ withBot: true }).id;
  const { ts } = await call(slack, 'chat.postMessage', { channel, text: '1 of 40' });
  const update = (text: string) => call(slack, 'chat.update', { channel, ts, text });
  assert.equal((await update('2 of 40')).ok, true);
  assert.equal((await update('3 of 40')).error, 'ratelimited');
  assert.equal(slack.messages(channel)[0]?.text, '2 of 40');
  assert.equal((await call(slack, 'auth.test')).ok, true);
});

test('faults hit the calls they were ordered for, in order, and no others', async (t) => {
  const slack = await slackFor(t);
  const channel = slack.addChannel({ withBot: true }).id;
  const send = () => call(slack, 'chat.postMessage', { channel, text: 'hi' });
  slack.failNext('chat.postMessage', { error: 'fatal_error' }, 2);
  assert.deepEqual(
    [(await send()).error, (await send()).error, (await send()).ok],
    ['fatal_error', 'fatal_error', true],
  );
  slack.failNext('chat.postMessage', { status: 503 });
  assert.equal((await fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST' })).status, 503);
  slack.failNext('*', { retryAfter: 7 });
  assert.equal((await fetch(`${slack.apiUrl}auth.test`, { method: 'POST' })).headers.get('retry-after'), '7');
  slack.failNext('chat.postMessage', 'reset');
  await assert.rejects(send());
  assert.equal(slack.messages(channel).length, 1);
  slack.failNext('chat.postMessage', 'resetAfterTaking');
  await assert.rejects(send());
  assert.equal(slack.messages(channel).length, 2);
  slack.failNext('chat.postMessage', 'hang');
  await assert.rejects(
    fetch(`${slack.apiUrl}chat.postMessage`, { method: 'POST', signal: AbortSignal.timeout(50) }),
    /aborted|timeout/i,
  );
  slack.failNext('chat.postMessage', { status: 500 }, 99);
  slack.heal();
  assert.equal((await send()).ok, true);
});

test('people are shown with their rights; strangers as such', async (t) => {
  const slack = await slackFor(t);
  const other = slack.addWorkspace({ name: 'Other', installed: false });
  const boss = slack.addPerson({ name: 'boss', is_primary_owner: true });
  const eve = slack.addPerson({ name: 'eve', teamId: other.teamId, is_admin: true });
  const info = async (user: string) => call(slack, 'users.info', { user });
  const shown = (await info(boss.id)).user as { is_admin: boolean; is_owner: boolean };
  assert.deepEqual([shown.is_admin, shown.is_owner], [true, true]);
  assert.equal((await info('U0NOBODY')).error, 'user_not_found');
  assert.equal((await info(eve.id)).error, 'user_not_visible');
  const shared = slack.addChannel({ sharedWith: [other.teamId], members: [eve.id] });
  assert.equal(((await info(eve.id)).user as { is_stranger: boolean }).is_stranger, true);
  slack.inviteBot(shared.id);
  assert.equal(((await info(eve.id)).user as { is_stranger: boolean }).is_stranger, false);
  slack.setPerson(boss.id, { deleted: true });
  assert.equal(((await info(boss.id)).user as { deleted: boolean }).deleted, true);
});

test('lists come in pages', async (t) => {
  const slack = await slackFor(t);
  for (const name of ['a', 'b', 'c']) slack.addPerson({ name });
  const first = await call(slack, 'users.list', { limit: 2 });
  const { next_cursor } = first.response_metadata as { next_cursor: string };
  const second = await call(slack, 'users.list', { limit: 2, cursor: next_cursor });
  const names = [first, second].flatMap((page) => (page.members as { name: string }[]).map(({ name }) => name));
  assert.deepEqual(names, ['app', 'a', 'b', 'c']);
  assert.deepEqual(second.response_metadata, { next_cursor: '' });
  assert.equal((await call(slack, 'users.list', { cursor: 'garbage' })).error, 'invalid_cursor');
});

test('conversations are seen with the scope of their kind', async (t) => {
  const slack = await slackFor(t, { scopes: ['channels:read', 'im:write'] });
  const open = slack.addChannel({ name: 'sales' });
  const secret = slack.addChannel({ kind: 'private', withBot: true });
  const hidden = slack.addChannel({ kind: 'private' });
  const info = async (channel: string) => call(slack, 'conversations.info', { channel });
  assert.equal(((await info(open.id)).channel as { is_member: boolean }).is_member, false);
  assert.equal((await info(secret.id)).needed, 'groups:read');
  assert.equal((await info(hidden.id)).error, 'channel_not_found');
  const listed = await call(slack, 'conversations.list', {});
  assert.deepEqual(
    (listed.channels as { name: string }[]).map(({ name }) => name),
    ['sales'],
  );
  assert.equal((await call(slack, 'conversations.list', { types: 'private_channel' })).needed, 'groups:read');
  assert.equal((await call(slack, 'conversations.list', { types: 'all' })).error, 'invalid_types');
  const jane = slack.addPerson({ name: 'jane' });
  assert.equal((await call(slack, 'conversations.open', { users: jane.id })).ok, true);
  assert.equal((await call(slack, 'conversations.open', { users: jane.id })).already_open, true);
  assert.equal((await call(slack, 'conversations.open', { users: '' })).error, 'users_list_not_supplied');
});

test('user groups', async (t) => {
  const slack = await slackFor(t, { scopes: ['usergroups:read'] });
  const jane = slack.addPerson({ name: 'jane' });
  const group = slack.addUserGroup({ handle: 'sales', members: [jane.id] });
  const listed = await call(slack, 'usergroups.list', { include_users: true });
  assert.deepEqual((listed.usergroups as { users: string[] }[])[0]?.users, [jane.id]);
  assert.deepEqual((await call(slack, 'usergroups.users.list', { usergroup: group.id })).users, [jane.id]);
  assert.equal((await call(slack, 'usergroups.users.list', { usergroup: 'S0' })).error, 'no_such_subteam');
});

test('what Slack would ignore silently is noted', async (t) => {
  const slack = await slackFor(t);
  await call(slack, 'auth.test', { surprise: 1 });
  assert.equal((await call(slack, 'chat.nonsense')).error, 'unknown_method');
  const channel = slack.addChannel({ withBot: true }).id;
  slack.watchSecret('hunter2');
  await call(slack, 'chat.postMessage', { channel, text: 'the password is hunter2' });
  await call(slack, 'chat.postMessage', { channel, text: slack.installation.botToken });
  assert.deepEqual(slack.problems, [
    'auth.test: unknown argument surprise',
    'chat.nonsense: unknown_method',
    'chat.postMessage: a secret was sent to Slack',
    'chat.postMessage: a secret was sent to Slack',
  ]);
});

test('waiting resolves from the past and the future, and says what it waited for', async (t) => {
  const slack = await slackFor(t);
  const channel = slack.addChannel({ withBot: true }).id;
  const waiting = slack.waitForMessage(({ text }) => text === 'later');
  await call(slack, 'chat.postMessage', { channel, text: 'later' });
  assert.equal((await waiting).text, 'later');
  assert.equal((await slack.waitForMessage(({ text }) => text === 'later')).channelId, channel);
  assert.equal((await slack.waitForCall(({ method }) => method === 'chat.postMessage')).httpStatus, 200);
  await assert.rejects(
    slack.waitForMessage(() => false, { timeoutMs: 10 }),
    /waited 10 ms for a message/,
  );
});
