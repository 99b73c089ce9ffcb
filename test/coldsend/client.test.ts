import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SendResult } from '../../src/add-inbox/request/outcome.ts';
import type { ColdsendCall } from '../../src/coldsend/client.ts';
import { findErrorCode } from '../../src/operations/log/log.ts';
import { ANSWER_LOST, answering, clientFor, OK, sendTo } from './world/client-world.ts';
import { ACCOUNT, ADDED, ADDED_BODY, API_KEY } from './world/documented.ts';
import { openRawServer, rawAnswer } from './world/raw-server.ts';

test('slashes between the base URL and the path do not matter', async () => {
  const server = await openRawServer(answering(OK));
  for (const [baseUrl, addPath] of [
    [`${server.baseUrl}/`, '/sender-accounts/smtp'],
    [server.baseUrl, 'sender-accounts/smtp'],
  ] as const)
    await clientFor(baseUrl, { addPath }).addSenderAccount(API_KEY, ACCOUNT);
  assert.deepEqual(
    server.requests.map(({ head }) => head.split('\r\n')[0]),
    Array(2).fill('POST /api/public/v1/sender-accounts/smtp HTTP/1.1'),
  );
  await server.close();
});

const statuses: [number, string, SendResult['kind']][] = [
  [201, JSON.stringify(ADDED_BODY), 'added'],
  [200, JSON.stringify({ ...ADDED_BODY, success: false }), 'refused'],
  [200, '', 'unknown'],
  [204, '', 'unknown'],
  [304, '', 'refused'],
  [200, 'ok', 'unknown'],
  [400, '{"detail":"Connection failed"}', 'refused'],
  [401, '{"detail":"API key required"}', 'key_refused'],
  [403, '{"detail":"Missing API key scopes: sender_accounts:write"}', 'key_refused'],
  [404, '<html>', 'refused'],
  [409, '{"detail":"Email already exists"}', 'exists'],
  [422, '{"detail":[{"loc":["body","smtp_port"],"msg":"no","type":"t"}]}', 'refused'],
  [429, '{"detail":"Rate limit exceeded. Retry after 60 seconds."}', 'not_done'],
  [500, '{"detail":"oops"}', 'unknown'],
  [503, '{"detail":"Temporarily unavailable"}', 'not_done'],
  [503, '<html>Service unavailable</html>', 'unknown'],
  [401, '', 'refused'],
  [403, '<html>Blocked</html>', 'refused'],
];

for (const [status, body, kind] of statuses) {
  test(`over the wire, ${status} ${body.slice(0, 30)} is ${kind}`, async () => {
    const { result } = await sendTo(answering(rawAnswer(status, body)));
    assert.equal(result.kind, kind);
  });
}

test('answer headers reach the reading of a 429', async () => {
  const { result } = await sendTo(answering(rawAnswer(429, '', ['Retry-After: 7'])));
  assert.deepEqual(result, { kind: 'not_done', why: 'rate_limited', retryAfterMs: 7_000 });
});

test('1xx answers before the answer itself are passed over', async () => {
  const { result } = await sendTo(
    answering(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}`),
  );
  assert.deepEqual(result, ADDED);
  assert.deepEqual((await sendTo(answering('HTTP/1.1 103 Early Hints\r\n\r\n'))).result, ANSWER_LOST);
});

test('a refusal whose body is lost is still a refusal', async () => {
  const refusal = rawAnswer(422, '{"detail":"Connection failed"}');
  const { result } = await sendTo(answering(refusal.slice(0, -3)));
  assert.deepEqual(result, { kind: 'refused', reason: 'HTTP 422', fields: [] });
});

test('an answer that is not HTTP is a lost answer', async () => {
  for (const garbage of [
    'hello\r\n\r\n',
    'HTTP/9 abc\r\n\r\n',
    '\x16\x03\x01\x00',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  ])
    assert.deepEqual((await sendTo(answering(garbage))).result, ANSWER_LOST);
});

test('the address and the name that were added are shown whole, even where a password is a word of them', async () => {
  const server = await openRawServer(answering(OK));
  const account = { ...ACCOUNT, smtp_password: 'acme', imap_password: 'Jane' };
  assert.deepEqual(await clientFor(server.baseUrl).addSenderAccount(API_KEY, account), ADDED);
  await server.close();
});

test('a key is tried by a POST of {} to the same path, within a time of its own', async () => {
  const server = await openRawServer(answering(rawAnswer(422, '{"detail":[]}')));
  const client = clientFor(server.baseUrl);
  assert.deepEqual(await client.checkKey(API_KEY, { timeoutMs: 3_000 }), { kind: 'works' });
  assert.equal(server.requests[0]?.body, '{}');
  assert.match(server.requests[0]?.head ?? '', /^POST \/api\/public\/v1\/sender-accounts /);
  await server.close();

  const silent = await openRawServer({});
  const checked = await clientFor(silent.baseUrl).checkKey(API_KEY, { timeoutMs: 50 });
  assert.deepEqual(checked, { kind: 'unchecked', why: 'no_answer' });
  await silent.close();
});

test('a key that is echoed does not come back', async () => {
  const server = await openRawServer(answering(rawAnswer(401, JSON.stringify({ detail: `Invalid key ${API_KEY}` }))));
  const checked = await clientFor(server.baseUrl).checkKey(API_KEY, { timeoutMs: 3_000 });
  assert.deepEqual(checked, { kind: 'refused', reason: 'Invalid key •••' });
  await server.close();
});

test('a key that cannot stand in a header is a mistake of the caller, told without the key', async () => {
  const client = clientFor('http://127.0.0.1:9');
  for (const key of ['', 'cs_live_a\r\nX-Evil: 1', 'cs_live_ä', 'cs live'])
    await assert.rejects(client.addSenderAccount(key, ACCOUNT), (error: unknown) => {
      assert.ok(error instanceof TypeError);
      return key === '' || !error.message.includes(key);
    });
});

test('an address that is no http(s) URL is a mistake of the caller', () => {
  for (const baseUrl of ['', 'api.coldsend.io', 'ftp://api.coldsend.io'])
    assert.throws(() => clientFor(baseUrl), TypeError);
});

test('each call is told to the hook once, by kind and why', async () => {
  const calls: { result: string; ms: number }[] = [];
  const onCall = (call: { result: string; ms: number }) => void calls.push(call);
  await sendTo(answering(OK), { onCall });
  await sendTo(answering(''), { onCall });
  const server = await openRawServer(answering(rawAnswer(422, '{"detail":"no"}')));
  await clientFor(server.baseUrl, { onCall }).checkKey(API_KEY, { timeoutMs: 3_000 });
  await server.close();
  assert.deepEqual(
    calls.map(({ result }) => result),
    ['added', 'unknown:answer_lost', 'works'],
  );
  assert.ok(calls.every(({ ms }) => ms >= 0));
});

test('the hook is told the status of the answer, or the error that there was instead of one', async () => {
  const calls: ColdsendCall[] = [];
  const onCall = (call: ColdsendCall) => void calls.push(call);
  const server = await openRawServer(answering(rawAnswer(404, '')));
  await clientFor(server.baseUrl, { onCall }).addSenderAccount(API_KEY, ACCOUNT);
  await server.close();
  await clientFor(server.baseUrl, { onCall }).addSenderAccount(API_KEY, ACCOUNT);
  await clientFor('http://nobody.invalid', { onCall }).checkKey(API_KEY, { timeoutMs: 3_000 });
  await sendTo({}, { onCall, timeoutMs: 300 });
  assert.deepEqual(
    calls.map(({ result, status, error }) => [result, status, findErrorCode(error)]),
    [
      ['refused:wrong_address', 404, undefined],
      ['not_done:no_connection', undefined, 'ECONNREFUSED'],
      ['unchecked:no_answer', undefined, calls[2] && findErrorCode(calls[2].error)],
      ['unknown:answer_lost', undefined, 'TIMEOUT'],
    ],
  );
  assert.match(findErrorCode(calls[2]?.error) ?? '', /^(ENOTFOUND|EAI_AGAIN)$/);
});
