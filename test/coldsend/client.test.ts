import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { SendResult } from '../../src/add-inbox/request/outcome.ts';
import { type ColdsendCall, type ColdsendClientDeps, createColdsendClient } from '../../src/coldsend/client.ts';
import { findErrorCode } from '../../src/operations/log/log.ts';
import { ACCOUNT, ADDED, ADDED_BODY, API_KEY } from './documented.ts';
import { openRawServer, rawAnswer } from './raw-server.ts';

const OK = rawAnswer(200, JSON.stringify(ADDED_BODY));
const NO_CONNECTION: SendResult = { kind: 'not_done', why: 'no_connection', retryAfterMs: undefined };
const ANSWER_LOST: SendResult = { kind: 'unknown', why: 'answer_lost' };
const UNEXPECTED: SendResult = { kind: 'unknown', why: 'unexpected_answer' };

type Behaviour = Parameters<typeof openRawServer>[0];

function clientFor(baseUrl: string, deps: Partial<ColdsendClientDeps> = {}) {
  return createColdsendClient({ baseUrl, addPath: '/sender-accounts', timeoutMs: 3_000, now: Date.now, ...deps });
}

async function sendTo(behaviour: Behaviour, deps: Partial<ColdsendClientDeps> = {}) {
  const server = await openRawServer(behaviour);
  const client = clientFor(server.baseUrl, deps);
  try {
    const result = await client.addSenderAccount(API_KEY, ACCOUNT);
    return { result, connections: server.connections.length, requests: server.requests };
  } finally {
    await client.close();
    await server.close();
  }
}

/** Answers with `text` and closes the connection in an orderly way. */
function answering(text: string): Behaviour {
  return { onRequest: (socket) => socket.end(text) };
}

test('sends one POST with the key, JSON and its length, and reads the answer', async () => {
  const { result, requests, connections } = await sendTo(answering(OK));
  assert.deepEqual(result, ADDED);
  assert.equal(connections, 1);
  assert.equal(requests.length, 1);
  const [request] = requests;
  const lines = request?.head.toLowerCase().split('\r\n') ?? [];
  assert.equal(lines[0], 'post /api/public/v1/sender-accounts http/1.1');
  for (const header of [
    `x-api-key: ${API_KEY.toLowerCase()}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(JSON.stringify(ACCOUNT))}`,
    'connection: close',
  ])
    assert.ok(lines.includes(header), header);
  assert.deepEqual(JSON.parse(request?.body ?? ''), ACCOUNT);
});

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

test('chunked answers and answers that end with the connection are read', async () => {
  const text = JSON.stringify(ADDED_BODY);
  const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  assert.deepEqual((await sendTo(answering(chunked))).result, ADDED);
  assert.deepEqual((await sendTo(answering(`HTTP/1.0 200 OK\r\n\r\n${text}`))).result, ADDED);
  assert.deepEqual((await sendTo(answering(`HTTP/1.0 200 OK\r\n\r\n${text.slice(0, -1)}`))).result, UNEXPECTED);
  assert.deepEqual((await sendTo(answering(chunked.slice(0, -5)))).result, UNEXPECTED);
});

test('1xx answers before the answer itself are passed over', async () => {
  const { result } = await sendTo(
    answering(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n${OK}`),
  );
  assert.deepEqual(result, ADDED);
  assert.deepEqual((await sendTo(answering('HTTP/1.1 103 Early Hints\r\n\r\n'))).result, ANSWER_LOST);
});

test('an answer closed at any byte is unknown until it is whole', async () => {
  const head = OK.indexOf('\r\n\r\n') + 4;
  const positions = [0, 1, 9, 12, head - 4, head - 1, head, head + 1, OK.length - 1];
  for (const position of positions) {
    const { result, connections } = await sendTo(answering(OK.slice(0, position)));
    assert.deepEqual(result, position < head ? ANSWER_LOST : UNEXPECTED, `at byte ${position}`);
    assert.equal(connections, 1, 'nothing is sent twice');
  }
});

test('an answer reset at any byte is unknown, and nothing is sent twice', async () => {
  for (let position = 0; position < OK.length; position += 23) {
    const { result, connections } = await sendTo({
      onRequest: (socket) => socket.write(OK.slice(0, position), () => socket.resetAndDestroy()),
    });
    assert.equal(result.kind, 'unknown', `at byte ${position}`);
    assert.equal(connections, 1);
  }
});

test('a refusal whose body is lost is still a refusal', async () => {
  const refusal = rawAnswer(422, '{"detail":"Connection failed"}');
  const { result } = await sendTo(answering(refusal.slice(0, -3)));
  assert.deepEqual(result, { kind: 'refused', reason: 'HTTP 422', fields: [] });
});

test('a server that closes or resets as soon as one connects is asked once', async () => {
  for (const end of ['destroy', 'resetAndDestroy'] as const) {
    const { result, connections } = await sendTo({ onConnection: (socket) => socket[end]() });
    assert.ok(result.kind === 'unknown' || result.kind === 'not_done');
    assert.equal(connections, 1);
  }
});

test('a server that talks before it is asked, and no HTTP, is unknown and asked once', async () => {
  for (const banner of ['220 mail.acme.com ESMTP\r\n', OK, '\0\0\0']) {
    const { result, connections } = await sendTo({
      onConnection: (socket) => socket.write(banner),
      onRequest: (socket) => socket.end(),
    });
    assert.notEqual(result.kind, 'not_done');
    assert.ok(connections <= 1);
  }
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

test('a port where nobody listens is no connection', async () => {
  const server = await openRawServer({});
  await server.close();
  assert.deepEqual(await clientFor(server.baseUrl).addSenderAccount(API_KEY, ACCOUNT), NO_CONNECTION);
});

test('a name that does not resolve is no connection', async () => {
  assert.deepEqual(await clientFor('http://nobody.invalid').addSenderAccount(API_KEY, ACCOUNT), NO_CONNECTION);
});

test('a TLS handshake that fails is no connection, and nobody saw the key', async () => {
  const seen: string[] = [];
  const server = await openRawServer({
    onConnection: (socket) => {
      socket.on('data', (chunk) => seen.push(chunk.toString('latin1')));
      socket.write('HTTP/1.1 400 Bad Request\r\n\r\n');
    },
  });
  const result = await clientFor(`https://127.0.0.1:${server.port}`).addSenderAccount(API_KEY, ACCOUNT);
  assert.deepEqual(result, NO_CONNECTION);
  assert.ok(!seen.join('').includes(API_KEY));
  await server.close();
});

test('a TLS handshake that hangs is no connection', async () => {
  const server = await openRawServer({});
  const client = clientFor(`https://127.0.0.1:${server.port}`, { timeoutMs: 50 });
  assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT), NO_CONNECTION);
  assert.equal(server.connections.length, 1);
  await server.close();
});

test('a socket that is still connecting does not outlive its call', { timeout: 5_000 }, async () => {
  const closed = Promise.withResolvers<void>();
  const server = await openRawServer({ onConnection: (socket) => socket.on('close', () => closed.resolve()) });
  const client = clientFor(`https://127.0.0.1:${server.port}`, { timeoutMs: 60_000 });
  const checked = await client.checkKey(API_KEY, { timeoutMs: 50 });
  assert.deepEqual(checked, { kind: 'unchecked', why: 'no_answer' });
  await closed.promise;
  await server.close();
});

test('a server that hangs is a lost answer when the time is up', async () => {
  assert.deepEqual((await sendTo({}, { timeoutMs: 50 })).result, ANSWER_LOST);
});

test('a server that drips is cut off when the time is up', async () => {
  let drip: NodeJS.Timeout | undefined;
  const { result } = await sendTo(
    {
      onRequest: (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n');
        drip = setInterval(() => socket.write(' '), 2);
        socket.on('close', () => clearInterval(drip));
      },
    },
    { timeoutMs: 80 },
  );
  assert.deepEqual(result, UNEXPECTED);
});

test('an answer of 1 MiB is read, a larger one is not, and the connection ends there', async () => {
  const fitting = JSON.stringify(ADDED_BODY).padEnd(1024 * 1024, ' ');
  assert.deepEqual((await sendTo(answering(rawAnswer(200, fitting)))).result, ADDED);
  assert.deepEqual((await sendTo(answering(rawAnswer(200, `${fitting} `)))).result, UNEXPECTED);
  assert.deepEqual((await sendTo(answering(rawAnswer(200, fitting.repeat(2))))).result, UNEXPECTED);
  const tooLongRefusal = await sendTo(answering(rawAnswer(400, fitting.repeat(2))));
  assert.deepEqual(tooLongRefusal.result, { kind: 'refused', reason: 'HTTP 400', fields: [] });
});

test('an endless answer is left as soon as it is too large', async () => {
  const { result } = await sendTo({
    onRequest: (socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(Buffer.alloc(65_536, 32)));
      };
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('drain', more);
      more();
    },
  });
  assert.deepEqual(result, UNEXPECTED);
});

test('a redirect is not followed', async () => {
  const elsewhere = await openRawServer(answering(OK));
  for (const status of [301, 302, 303, 307, 308]) {
    const location = `Location: ${elsewhere.baseUrl}/sender-accounts`;
    const { result, requests } = await sendTo(answering(rawAnswer(status, '', [location])));
    const trouble = { kind: 'wrong_address', status, isColdsends: false } as const;
    assert.deepEqual(result, { kind: 'refused', reason: `HTTP ${status}`, fields: [], trouble });
    assert.equal(requests.length, 1);
  }
  assert.equal(elsewhere.connections.length, 0);
  await elsewhere.close();
});

test('a connection that the server would keep is not used again', async () => {
  const sockets = new Set<unknown>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    sockets.add(request.socket);
    request.resume();
    request.on('end', () => response.writeHead(200, { connection: 'keep-alive' }).end(JSON.stringify(ADDED_BODY)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const client = clientFor(`http://127.0.0.1:${address.port}`);
  for (let call = 0; call < 3; call += 1) assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT), ADDED);
  assert.equal(sockets.size, 3);
  await client.close();
  server.close();
  await once(server, 'close');
});

test('calls at the same time do not wait for each other', async () => {
  const waiting: (() => void)[] = [];
  const server = await openRawServer({
    onRequest: (socket) => {
      waiting.push(() => socket.end(OK));
      if (waiting.length === 5) for (const answer of waiting) answer();
    },
  });
  const client = clientFor(server.baseUrl);
  const results = await Promise.all(Array.from({ length: 5 }, () => client.addSenderAccount(API_KEY, ACCOUNT)));
  assert.deepEqual(results, Array(5).fill(ADDED));
  await server.close();
});

test('a server that echoes what it was sent gives no secret away', async () => {
  const account = { ...ACCOUNT, smtp_password: 'pa"ss\\wörd', imap_password: 'abc' };
  const server = await openRawServer({
    onRequest: (socket, { head, body }) =>
      socket.end(rawAnswer(400, JSON.stringify({ detail: `${head} ${body} ${account.smtp_password}` }))),
  });
  const result = await clientFor(server.baseUrl).addSenderAccount(API_KEY, account);
  assert.ok(result.kind === 'refused');
  assert.match(result.reason, /"smtp_password":"•••"/);
  for (const secret of [API_KEY, account.smtp_password, 'pa\\"ss\\\\wörd', account.imap_password])
    assert.ok(!result.reason.includes(secret), secret);
  await server.close();
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

test('closing ends what is under way with what is known, and later calls send nothing', {
  timeout: 5_000,
}, async () => {
  const asked = Promise.withResolvers<void>();
  const server = await openRawServer({ onRequest: () => asked.resolve() });
  const client = clientFor(server.baseUrl, { timeoutMs: 60_000 });
  const call = client.addSenderAccount(API_KEY, ACCOUNT);
  await asked.promise;
  await client.close();
  assert.deepEqual(await call, ANSWER_LOST);
  assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT), NO_CONNECTION);
  assert.equal(server.connections.length, 1);
  await server.close();
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
  await sendTo({}, { onCall, timeoutMs: 50 });
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
