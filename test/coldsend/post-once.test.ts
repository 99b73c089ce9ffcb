import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { buildConnector as build, type buildConnector } from 'undici';
import { postOnce } from '../../src/coldsend/post-once.ts';
import { openRawServer, rawAnswer } from './world/raw-server.ts';

const never = new AbortController().signal;

function post(
  connect: buildConnector.connector,
  url = 'http://127.0.0.1:9/x',
  signal = never,
  isStillOurs = () => true,
) {
  return postOnce({
    method: 'POST',
    url: new URL(url),
    headers: { 'x-api-key': 'k' },
    body: '{}',
    connect,
    signal,
    isStillOurs,
  });
}

test('a connection that is gone before anything is written is not made again', async () => {
  let connections = 0;
  const exchange = await post((_options, callback) => {
    connections += 1;
    // What undici does with such a socket, left to itself, is to connect anew without end.
    const socket = new Socket();
    socket.destroy();
    setImmediate(() => callback(null, socket));
  });
  assert.equal(exchange.kind, 'nothing_sent');
  assert.equal(connections, 1);
});

test('a connector that fails, also at once, sent nothing', async () => {
  for (const connect of [
    (_: unknown, callback: buildConnector.Callback) => callback(new Error('no'), null),
    () => {
      throw new Error('no');
    },
  ])
    assert.equal((await post(connect)).kind, 'nothing_sent');
});

test('a call given up while it connects sent nothing, even if the connection comes about later', async () => {
  const server = await openRawServer({});
  const giveUp = new AbortController();
  const real = build({ allowH2: false });
  const connected = Promise.withResolvers<void>();
  const exchange = post(
    (options, callback) => {
      giveUp.abort();
      real(options, (...result) => {
        callback(...result);
        connected.resolve();
      });
    },
    `http://127.0.0.1:${server.port}/x`,
    giveUp.signal,
  );
  assert.equal((await exchange).kind, 'nothing_sent');
  await connected.promise;
  assert.equal(server.requests.length, 0);
  await server.close();
});

test('a call that was given up before it began does not connect', async () => {
  let connections = 0;
  const connect = () => {
    connections += 1;
  };
  assert.equal((await post(connect, undefined, AbortSignal.abort())).kind, 'nothing_sent');
  assert.equal(connections, 0);
});

test('the query of the address is sent', async () => {
  const server = await openRawServer({ onRequest: (socket) => socket.end(rawAnswer(404, 'no')) });
  const exchange = await post(build({ allowH2: false }), `http://127.0.0.1:${server.port}/x?y=z`);
  assert.ok(exchange.kind === 'answered');
  assert.equal(exchange.answer.status, 404);
  assert.equal(exchange.answer.body, 'no');
  assert.match(server.requests[0]?.head ?? '', /^POST \/x\?y=z /);
  await server.close();
});
