import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { JsonObject, LocalSlack } from '../../../playground/local-slack/local-slack.ts';
import { call, isSigned, modal, slackFor, startTestApp, textInput } from './test-app.ts';

test('requests are signed, with the time, over the exact body', async (t) => {
  let now = 1_700_000_000_000;
  const slack = await slackFor(t, { now: () => now });
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  now += 5_000;
  await slack.as(slack.addPerson({ name: 'jané' }).id).command('/add-inbox ü & x=y');
  const [request] = app.received;
  assert.ok(request);
  assert.ok(isSigned(slack, request));
  assert.equal(request.headers['x-slack-request-timestamp'], '1700000005');
  assert.equal(request.payload.text, 'ü &amp; x=y');
});

test('several URLs take turns, as behind a load balancer', async (t) => {
  const slack = await slackFor(t);
  const [one, two] = [await startTestApp(t), await startTestApp(t)];
  slack.deliverTo('all', [one.url, two.url]);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  for (let index = 0; index < 4; index += 1) await jane.command('/add-inbox');
  assert.deepEqual([one.received.length, two.received.length], [2, 2]);
});

test('a delivery can be copied, sent elsewhere, dated wrong and forged', async (t) => {
  const slack = await slackFor(t);
  const [one, two] = [await startTestApp(t), await startTestApp(t)];
  slack.deliverTo('all', one.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  slack.tamperNext({ copies: 2, to: [one.url, two.url] });
  await jane.command('/add-inbox');
  assert.deepEqual([one.received.length, two.received.length], [2, 2]);
  await jane.command('/add-inbox');
  assert.equal(one.received.length, 3);

  const last = slack.ledger.deliveries.at(-1);
  assert.ok(last);
  await slack.redeliver(last);
  assert.deepEqual(one.received[3]?.payload, one.received[2]?.payload);
  await slack.redeliver(last, { timestampOffsetSeconds: 400 });
  const shifted = one.received.at(-1);
  const skew = Number(shifted?.headers['x-slack-request-timestamp']) - Date.now() / 1000;
  assert.ok(shifted && isSigned(slack, shifted) && skew > 390);
  await slack.redeliver(last, { signingSecret: 'forged' });
  const forged = one.received.at(-1);
  assert.ok(forged && !isSigned(slack, forged));
  await slack.redeliver(last, { unsigned: true });
  assert.equal(one.received.at(-1)?.headers['x-slack-signature'], undefined);
  await slack.redeliver(last, { payload: (payload) => ({ ...payload, user_id: 'U0EVIL' }) });
  assert.equal(one.received.at(-1)?.payload.user_id, 'U0EVIL');
});

test('raw requests go out as they are', async (t) => {
  const slack = await slackFor(t);
  const app = await startTestApp(t, () => ({ status: 401, body: 'no' }));
  await assert.rejects(slack.sendRaw({ body: 'x' }), /deliverTo/);
  slack.deliverTo('all', app.url);
  const body = 'payload=%7B%7D';
  const answer = await slack.sendRaw({ body, headers: { ...slack.sign(body), 'x-odd': '1' } });
  assert.deepEqual([answer.status, answer.body], [401, 'no']);
  assert.ok(app.received[0] && isSigned(slack, app.received[0]));
  assert.equal(app.received[0]?.headers['x-odd'], '1');
});

test('events are tried again with a number and a reason, commands are not', async (t) => {
  const slack = await slackFor(t, { eventRetryMs: [0, 1, 1] });
  const app = await startTestApp(t, () => ({ status: app.received.length < 3 ? 500 : 200 }));
  slack.deliverTo('all', app.url);
  const attempts = await slack.sendEvent(slack.workspace.teamId, { type: 'tokens_revoked' });
  assert.deepEqual(
    attempts.map(({ outcome }) => outcome),
    ['http_error', 'http_error', 'ok'],
  );
  const retries = app.received.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]);
  assert.deepEqual(retries, [
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
  ]);
  const [first, second] = app.received;
  assert.deepEqual(first?.payload, second?.payload);
  const [authorization] = (first?.payload.authorizations ?? []) as JsonObject[];
  assert.equal(authorization?.team_id, slack.workspace.teamId);
});

test('uninstalling and revoking are told to the app, unless they happen silently', async (t) => {
  const slack = await slackFor(t);
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  await slack.revokeToken(slack.workspace.teamId);
  slack.install(slack.workspace.teamId);
  await slack.uninstall(slack.workspace.teamId);
  const types = app.received.map(({ payload }) => (payload.event as JsonObject).type);
  assert.deepEqual(types.toSorted(), ['app_uninstalled', 'tokens_revoked', 'tokens_revoked']);
  assert.equal(slack.workspace.installation, undefined);
});

test('events the app is not subscribed to are not sent', async (t) => {
  const slack = await slackFor(t, { app: { events: ['app_uninstalled'] } });
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  await slack.as(slack.addPerson({ name: 'jane' }).id).openHome();
  assert.equal(app.received.length, 0);
});

type Envelope = JsonObject & { envelope_id: string; type: string; payload: JsonObject };

/** A Socket Mode client; acknowledges with what `answer` says, or not at all where it says undefined. */
async function connect(
  t: TestContext,
  slack: LocalSlack,
  answer: (envelope: Envelope) => JsonObject | undefined = () => ({}),
) {
  const opened = await call(slack, 'apps.connections.open', {}, slack.app.appToken);
  const socket = new WebSocket(String(opened.url));
  t.after(() => socket.terminate());
  const received: Envelope[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Envelope;
    received.push(message);
    if (message.envelope_id === undefined) return;
    const payload = answer(message);
    if (payload !== undefined) socket.send(JSON.stringify({ envelope_id: message.envelope_id, payload }));
  });
  await once(socket, 'message');
  return { socket, received, url: String(opened.url) };
}

test('Socket Mode says hello, and its address works once', async (t) => {
  const slack = await slackFor(t);
  assert.equal((await call(slack, 'apps.connections.open')).error, 'not_allowed_token_type');
  assert.equal((await call(slack, 'apps.connections.open', {}, 'xapp-wrong')).error, 'invalid_auth');
  const { received, url } = await connect(t, slack);
  assert.equal(received[0]?.type, 'hello');
  const again = new WebSocket(url);
  const [error] = await once(again, 'error');
  assert.match(String(error), /403/);
  assert.equal(slack.socketCount(), 1);
});

test('each envelope goes to one of the connections, and its answer is applied', async (t) => {
  const slack = await slackFor(t);
  const answer = ({ type, payload }: Envelope) =>
    type === 'slash_commands'
      ? { text: `got ${String(payload.text)}` }
      : { response_action: 'errors', errors: { a: 'No.' } };
  const one = await connect(t, slack, answer);
  const two = await connect(t, slack, answer);
  await slack.waitForSockets(2);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  assert.equal((await jane.command('/add-inbox x')).ephemeral?.text, 'got x');
  assert.equal((await jane.command('/add-inbox y')).ephemeral?.text, 'got y');
  const [first, second] = [one.received, two.received].map((all) =>
    all.filter(({ type }) => type === 'slash_commands'),
  );
  assert.deepEqual([first?.length, second?.length], [1, 1]);
  const trigger_id = second?.[0]?.payload.trigger_id;
  await call(slack, 'views.open', { trigger_id, view: modal([textInput('a', { initial_value: 'x' })]) });
  assert.deepEqual((await jane.submit()).errors, { a: 'No.' });
  assert.deepEqual(slack.problems, []);
});

test('an envelope that is not acknowledged times out, and one whose connection breaks is lost', async (t) => {
  const slack = await slackFor(t, { ackTimeoutMs: 30 });
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  assert.equal((await jane.command('/add-inbox')).status, 'not_delivered');
  await connect(t, slack, () => undefined);
  assert.equal((await jane.command('/add-inbox')).status, 'operation_timeout');
  const breaking = slack.waitFor(() => (slack.socketCount() === 0 ? true : undefined), 'no connection');
  const lost = jane.command('/add-inbox');
  slack.cutSockets();
  assert.equal((await lost).status, 'not_delivered');
  await breaking;
});

test('Slack asks to reconnect before it closes', async (t) => {
  const slack = await slackFor(t);
  const { socket, received } = await connect(t, slack);
  const closed = once(socket, 'close');
  slack.disconnectSockets();
  await closed;
  assert.deepEqual([received.at(-1)?.type, received.at(-1)?.reason], ['disconnect', 'refresh_requested']);
});

test('a connection that Slack warned of is used for a while, and then closed', async (t) => {
  const slack = await slackFor(t);
  const { socket, received } = await connect(t, slack);
  const closed = once(socket, 'close');
  slack.disconnectSockets('warning', { closeAfterMs: 1_000 });
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  assert.equal((await jane.command('/add-inbox')).status, 'ok');
  await closed;
  assert.deepEqual([received[1]?.type, received[1]?.reason], ['disconnect', 'warning']);
  assert.equal((await jane.command('/add-inbox')).status, 'not_delivered');
});

test('what is sent over a connection that hangs is lost, and the others go on', async (t) => {
  const slack = await slackFor(t, { ackTimeoutMs: 30 });
  const { socket, received } = await connect(t, slack);
  await connect(t, slack);
  const closed = once(socket, 'close');
  slack.hangSockets(200, { only: 0 });
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  assert.equal((await jane.command('/add-inbox')).status, 'not_delivered');
  assert.equal((await jane.command('/add-inbox')).status, 'ok');
  await closed;
  assert.equal(received.length, 1, 'nothing came after hello');
  assert.deepEqual(slack.problems, []);
});

test('acknowledging what was never sent, or with garbage, is noted', async (t) => {
  const slack = await slackFor(t);
  const { socket } = await connect(t, slack);
  socket.send('garbage');
  socket.send(JSON.stringify({ envelope_id: 'unknown' }));
  await slack.waitFor(() => (slack.problems.length === 2 ? true : undefined), 'two problems');
  assert.match(slack.problems.join('\n'), /not JSON[\s\S]*unknown, late or already acknowledged/);
});

test('an event can come late, after the app has left', async (t) => {
  const slack = await slackFor(t);
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  await slack.uninstall(slack.workspace.teamId, { silent: true });
  await slack.sendEvent(slack.workspace.teamId, { type: 'app_uninstalled' }, { eventTime: 1_600_000_000 });
  assert.equal(app.received[0]?.payload.event_time, 1_600_000_000);
});

test('more than ten connections are sent away', async (t) => {
  const slack = await slackFor(t);
  const connections = [];
  for (let count = 0; count < 11; count += 1) connections.push(await connect(t, slack));
  assert.equal(connections[9]?.received[0]?.type, 'hello');
  assert.deepEqual(
    [connections[10]?.received[0]?.type, connections[10]?.received[0]?.reason],
    ['disconnect', 'too_many_websockets'],
  );
});

test('listeners hear of every change until they stop', async (t) => {
  const slack = await slackFor(t);
  const kinds: string[] = [];
  const stop = slack.onChange(({ kind }) => kinds.push(kind));
  const channel = slack.addChannel({ withBot: true });
  await call(slack, 'chat.postMessage', { channel: channel.id, text: 'hi' });
  await call(slack, 'chat.nonsense');
  stop();
  slack.addPerson({ name: 'late' });
  assert.deepEqual(kinds, ['channel', 'message', 'call', 'problem', 'call']);
});
