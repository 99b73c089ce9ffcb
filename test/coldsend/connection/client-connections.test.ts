import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import { ANSWER_LOST, answering, clientFor, OK, sendTo } from '../world/client-world.ts';
import { ACCOUNT, ADDED, ADDED_BODY, API_KEY } from '../world/documented.ts';
import { openRawServer, rawAnswer } from '../world/raw-server.ts';

const NO_CONNECTION: SendResult = { kind: 'not_done', why: 'no_connection', retryAfterMs: undefined };

const UNEXPECTED: SendResult = { kind: 'unknown', why: 'unexpected_answer' };

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

test('chunked answers and answers that end with the connection are read', async () => {
  const text = JSON.stringify(ADDED_BODY);
  const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
  assert.deepEqual((await sendTo(answering(chunked))).result, ADDED);
  assert.deepEqual((await sendTo(answering(`HTTP/1.0 200 OK\r\n\r\n${text}`))).result, ADDED);
  assert.deepEqual((await sendTo(answering(`HTTP/1.0 200 OK\r\n\r\n${text.slice(0, -1)}`))).result, UNEXPECTED);
  assert.deepEqual((await sendTo(answering(chunked.slice(0, -5)))).result, UNEXPECTED);
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
  const client = clientFor(`https://127.0.0.1:${server.port}`, { timeoutMs: 300 });
  assert.deepEqual(await client.addSenderAccount(API_KEY, ACCOUNT), NO_CONNECTION);
  assert.equal(server.connections.length, 1);
  await server.close();
});

test('a socket that is still connecting does not outlive its call', { timeout: 5_000 }, async () => {
  const closed = Promise.withResolvers<void>();
  const server = await openRawServer({ onConnection: (socket) => socket.on('close', () => closed.resolve()) });
  const client = clientFor(`https://127.0.0.1:${server.port}`, { timeoutMs: 60_000 });
  const checked = await client.checkKey(API_KEY, { timeoutMs: 300 });
  assert.deepEqual(checked, { kind: 'unchecked', why: 'no_answer' });
  await closed.promise;
  await server.close();
});

test('a server that hangs is a lost answer when the time is up', async () => {
  assert.deepEqual((await sendTo({}, { timeoutMs: 300 })).result, ANSWER_LOST);
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
    { timeoutMs: 500 },
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
