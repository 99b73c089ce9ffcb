import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { buildConnector as build, type buildConnector } from 'undici';
import { type Post, postOnce } from '../../../src/coldsend/post-once.ts';
import { openRawServer, type RawServer, rawAnswer } from '../world/raw-server.ts';

const DEADLINE_MS = 20_000;

async function serve(t: TestContext, behaviour: Parameters<typeof openRawServer>[0]): Promise<RawServer> {
  const server = await openRawServer(behaviour);
  t.after(() => server.close());
  return server;
}

function post({ port }: RawServer, change: Partial<Post>) {
  return postOnce({
    method: 'POST',
    url: new URL(`http://127.0.0.1:${port}/x`),
    headers: { 'x-api-key': 'k' },
    body: '{}',
    connect: build({ allowH2: false }),
    signal: AbortSignal.timeout(DEADLINE_MS),
    isStillOurs: () => true,
    ...change,
  });
}

test('where it may not be sent any more, not a byte goes out, and the call ends at once', {
  timeout: DEADLINE_MS,
}, async (t) => {
  const received: Buffer[] = [];
  const ended = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => ended.resolve());
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address !== 'string');
  const never = new AbortController().signal;
  let asked = 0;
  const exchange = await postOnce({
    method: 'POST',
    url: new URL(`http://127.0.0.1:${address.port}/x`),
    headers: {},
    body: '{}',
    connect: build({ allowH2: false }),
    signal: never,
    isStillOurs: () => {
      asked += 1;
      return false;
    },
  });
  assert.equal(exchange.kind, 'nothing_sent');
  await ended.promise;
  assert.deepEqual([asked, Buffer.concat(received).length], [1, 0]);
});

test('it is asked once, when the connection stands and before the server has seen anything', async (t) => {
  const order: string[] = [];
  const server = await serve(t, {
    onRequest: (socket) => {
      order.push('received');
      socket.end(rawAnswer(200, 'ok'));
    },
  });
  const real = build({ allowH2: false });
  const connect: buildConnector.connector = (options, callback) =>
    real(options, (...result) => {
      order.push('connected');
      callback(...result);
    });
  const isStillOurs = () => order.push('asked') > 0;
  assert.equal((await post(server, { connect, isStillOurs })).kind, 'answered');
  assert.deepEqual(order, ['connected', 'asked', 'received']);
});

test('given up once it may have been sent, nobody knows; given up before, nothing was', async (t) => {
  const giveUp = new AbortController();
  const server = await serve(t, { onRequest: () => giveUp.abort() });
  assert.equal((await post(server, { signal: giveUp.signal })).kind, 'no_answer');

  const early = new AbortController();
  const isStillOurs = () => {
    early.abort();
    return false;
  };
  assert.equal((await post(server, { signal: early.signal, isStillOurs })).kind, 'nothing_sent');
  assert.equal(server.requests.length, 1);
});

test('given up between head and body, the head is known', async (t) => {
  const giveUp = new AbortController();
  const server = await serve(t, {
    onRequest: (socket) => {
      socket.write('HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"succ', () => {
        setImmediate(() => giveUp.abort());
      });
    },
  });
  const exchange = await post(server, { signal: giveUp.signal });
  // Whether the head was read by then is the network's to say; that it is no whole answer is certain.
  if (exchange.kind === 'answered') assert.deepEqual([exchange.answer.status, exchange.answer.body], [201, undefined]);
  else assert.equal(exchange.kind, 'no_answer');
});

test('once the call is over its connection is closed, however much the server still has to say', async (t) => {
  const closed = Promise.withResolvers<void>();
  const server = await serve(t, {
    onConnection: (socket) => void socket.on('close', () => closed.resolve()),
    onRequest: (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}'),
  });
  const exchange = await post(server, {});
  assert.ok(exchange.kind === 'answered');
  assert.deepEqual([exchange.answer.status, exchange.answer.body], [200, '{}']);
  await closed.promise;
});
