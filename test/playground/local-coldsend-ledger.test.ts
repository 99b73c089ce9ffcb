import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { Agent, request } from 'undici';
import { loadContract } from '../../playground/local-coldsend/contract.ts';
import { digestPassword } from '../../playground/local-coldsend/ledger.ts';
import { startLocalColdsend } from '../../playground/local-coldsend/local-coldsend.ts';
import { createRateWindows } from '../../playground/local-coldsend/rate-windows.ts';
import { JANE, KEY, OTHER_KEY, post, start } from './coldsend-requests.ts';

test('a query is noted as not documented', async (t) => {
  const coldsend = await start(t);
  assert.equal((await post(coldsend, JANE, { path: '/sender-accounts?debug=1' })).status, 200);
  assert.deepEqual(coldsend.ledger[0]?.contractErrors, ['query: none is documented']);
});

test('each key has its own rate, told on each answer, and gets 429 beyond it', async (t) => {
  let nowMs = 1_000_000_500;
  const coldsend = await start(t, { now: () => nowMs, rateLimits: [{ requests: 2, seconds: 60 }] });
  coldsend.addKey(OTHER_KEY);
  const rateOf = ({ headers }: Awaited<ReturnType<typeof post>>) =>
    ['limit', 'remaining', 'reset'].map((name) => headers[`x-ratelimit-${name}`]);
  assert.deepEqual(rateOf(await post(coldsend, JANE)), ['2', '1', '1000061']);
  nowMs += 10_000;
  assert.deepEqual(rateOf(await post(coldsend, {})), ['2', '0', '1000061']);
  const refused = await post(coldsend, {});
  assert.deepEqual([refused.status, refused.body], [429, { detail: 'Rate limit exceeded. Retry after 50 seconds.' }]);
  assert.deepEqual(rateOf(refused), ['2', '0', '1000061']);
  assert.equal((await post(coldsend, JANE, { key: OTHER_KEY })).status, 200);
  nowMs += 50_000;
  assert.equal((await post(coldsend, {})).status, 422);
});

test('rate windows roll, and the fuller one is told', () => {
  let nowMs = 0;
  const windows = createRateWindows(
    [
      { requests: 2, seconds: 10 },
      { requests: 3, seconds: 100 },
    ],
    () => nowMs,
  );
  assert.equal(windows.take('a').headers['X-RateLimit-Limit'], '2');
  nowMs = 9_999;
  assert.equal(windows.take('a').retryAfterSeconds, undefined);
  assert.equal(windows.take('a').retryAfterSeconds, 1);
  nowMs = 10_000;
  const third = windows.take('a');
  assert.deepEqual([third.retryAfterSeconds, third.headers['X-RateLimit-Remaining']], [undefined, '0']);
  nowMs = 30_000;
  const fourth = windows.take('a');
  assert.deepEqual([fourth.retryAfterSeconds, fourth.headers['X-RateLimit-Limit']], [70, '3']);
  assert.equal(windows.take('b').retryAfterSeconds, undefined);
});

test('the ledger has every request in order, without a secret, and what was typed can still be compared', async (t) => {
  const coldsend = await start(t, { now: () => 7 });
  await post(coldsend, JANE);
  await post(coldsend, { inboxes: [{ smtp_password: 'planted deep secret' }] }, { key: 'cs_live_x' });
  const [first, second] = coldsend.ledger;
  assert.deepEqual(
    [first?.at, first?.method, first?.path, first?.key, first?.headers['x-api-key'], first?.bodyComplete],
    [7, 'POST', '/api/public/v1/sender-accounts', 'key 1', '…abcd', true],
  );
  assert.deepEqual(first?.body, { ...JANE, smtp_password: '********', imap_password: '********' });
  assert.deepEqual(first?.contractErrors, []);
  assert.deepEqual(first?.passwordDigests, {
    smtp_password: digestPassword('planted smtp secret'),
    imap_password: digestPassword('planted imap secret'),
  });
  assert.deepEqual([second?.key, second?.headers['x-api-key']], [undefined, '…']);
  assert.notEqual(first?.connection, second?.connection);
  assert.doesNotMatch(JSON.stringify([coldsend.ledger, coldsend.accounts]), /planted|cs_live_/);
});

test('the ledger shows when a connection is used again', async (t) => {
  const coldsend = await start(t);
  const dispatcher = new Agent({ connections: 1 });
  t.after(() => dispatcher.destroy());
  for (const _ of [1, 2]) {
    const { body } = await request(`${coldsend.url}/sender-accounts`, { method: 'POST', dispatcher });
    await body.dump();
  }
  assert.deepEqual(
    coldsend.ledger.map(({ connection }) => connection),
    [1, 1],
  );
});

test('a request whose body never came whole is in the ledger and adds nothing', async (t) => {
  const coldsend = await start(t);
  const { port } = new URL(coldsend.url);
  const body = JSON.stringify(JANE);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST /api/public/v1/sender-accounts HTTP/1.1\r\nHost: x\r\nX-API-Key: ${KEY}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`,
  );
  await coldsend.waitFor(() => true);
  socket.destroy();
  const entry = await coldsend.waitFor(({ answered }) => answered === 'client_left');
  assert.deepEqual([entry.bodyComplete, entry.body, entry.key], [false, undefined, 'key 1']);
  assert.deepEqual([coldsend.ledger.length, coldsend.accounts.length], [1, 0]);
});

test('listeners hear of each request once, before it is answered, until they leave', async (t) => {
  const coldsend = await start(t);
  const heard: unknown[] = [];
  const leave = coldsend.onRequest(({ bodyComplete, answered }) => heard.push([bodyComplete, answered]));
  await post(coldsend, JANE);
  assert.deepEqual(heard, [[true, undefined]]);
  leave();
  await post(coldsend, JANE);
  assert.equal(heard.length, 1);
});

test('waitFor finds requests that came, waits for those to come, and gives up at the close', async (t) => {
  const coldsend = await startLocalColdsend();
  t.after(() => coldsend.close().catch(() => undefined));
  const to409 = coldsend.waitFor(({ answered }) => typeof answered === 'object' && answered.status === 409);
  coldsend.addKey(KEY);
  await post(coldsend, JANE);
  await post(coldsend, JANE);
  assert.equal(await to409, coldsend.ledger[1]);
  assert.equal(await coldsend.waitFor(() => true), coldsend.ledger[0]);
  const never = assert.rejects(
    coldsend.waitFor(() => false),
    /closed/,
  );
  await coldsend.close();
  await never;
});

test('an answer that claims to be documented and is not is found out', () => {
  const { assertAnswer } = loadContract();
  assert.throws(() => assertAnswer(200, { success: true }), /not an answer of ColdSend's/);
  assert.throws(() => assertAnswer(400, { message: 'no detail' }));
  assert.throws(() => assertAnswer(422, { detail: [{ msg: 'no loc' }] }));
});
