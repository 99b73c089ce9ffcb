import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createHttpServer, type Route, sendText } from '../../src/web/http-server.ts';

const hello: Route = (_request, response) => sendText(response, 200, 'hello');

async function start(context: TestContext, routes: Record<string, Route>) {
  const refused: string[] = [];
  const sockets: Socket[] = [];
  const server = createHttpServer(
    routes,
    () => assert.fail(),
    (why) => void refused.push(why),
  );
  const port = await server.listen(0, '127.0.0.1');
  context.after(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  });
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  /** The first that comes back for these bytes. */
  const say = async (bytes: string): Promise<string> => {
    const socket = await open();
    socket.write(bytes);
    const [answer] = await once(socket, 'data');
    return String(answer);
  };
  return { refused, open, say };
}

test('closing waits for who is being answered, and not for who does not send a whole request', {
  timeout: 30_000,
}, async () => {
  const asked = Promise.withResolvers<void>();
  const mayAnswer = Promise.withResolvers<void>();
  const server = createHttpServer(
    {
      'GET /slow': async (_request, response) => {
        asked.resolve();
        await mayAnswer.promise;
        sendText(response, 200, 'here it is');
      },
      'POST /form': async (request, response) => {
        for await (const _chunk of request);
        sendText(response, 200, 'taken');
      },
    },
    () => {},
  );
  const port = await server.listen(0, '127.0.0.1');
  const silent = connect(port, '127.0.0.1');
  const half = connect(port, '127.0.0.1');
  for (const socket of [silent, half]) socket.on('error', () => {}).resume();
  await Promise.all([silent, half].map((socket) => once(socket, 'connect')));
  half.write('POST /form HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
  const answered = fetch(`http://127.0.0.1:${port}/slow`);
  await asked.promise;
  const closed = server.close();
  await Promise.all([silent, half].map((socket) => once(socket, 'close')));
  mayAnswer.resolve();
  assert.equal(await (await answered).text(), 'here it is\n');
  await closed;
});

test('what is not HTTP, too long or without a place is refused and counted, and the rest is served', async (context) => {
  const { refused, say } = await start(context, { 'GET /hello': hello });
  assert.match(await say('\x16\x03\x01garbage\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n\r\n$/);
  assert.match(
    await say(`GET /hello HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  );
  assert.match(await say('GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n'), /^HTTP\/1\.1 404 /);
  assert.deepEqual(refused, ['malformed', 'malformed', 'not_found']);
  assert.match(await say('GET /hello HTTP/1.1\r\nhost: <>:\xff, y\r\n\r\n'), /^HTTP\/1\.1 200 /);
});

test('of too many connections the one that was silent for longest is closed, and none that waits for its answer', async (context) => {
  const mayAnswer = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const slow: Route = async (_request, response) => {
    asked.resolve();
    await mayAnswer.promise;
    sendText(response, 200, 'late');
  };
  const { open, say } = await start(context, { 'GET /hello': hello, 'GET /slow': slow });
  const waiting = await open();
  waiting.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
  await asked.promise;
  const half = await open();
  half.write('GET /hello HTTP/1.1\r\n');
  const idle = await open();
  idle.write('GET /hello HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(idle, 'data');
  for (let count = 3; count < 1_000; count += 1) await open();
  const closed = [half, idle].map((socket) => once(socket.resume(), 'close'));
  assert.match(await say('GET /hello HTTP/1.1\r\nhost: x\r\n\r\n'), /^HTTP\/1\.1 200 /);
  await closed[0];
  assert.equal(idle.closed, false);
  await open();
  await closed[1];
  mayAnswer.resolve();
  const [answer] = await once(waiting, 'data');
  assert.match(String(answer), /late/);
});

test('nothing of a request is kept once it is answered, though its connection stays open', async (context) => {
  const seen: WeakRef<IncomingMessage>[] = [];
  const { open } = await start(context, {
    'POST /form': async (request, response) => {
      seen.push(new WeakRef(request));
      for await (const _chunk of request);
      sendText(response, 200, 'taken');
    },
  });
  const socket = await open();
  socket.write('POST /form HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nform');
  await once(socket, 'data');
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  for (let turn = 0; turn < 10; turn += 1) {
    await nextTurn();
    collect();
  }
  assert.equal(seen[0]?.deref(), undefined);
  assert.equal(socket.closed, false);
});

test('a route says how long a body may take', async (context) => {
  const read: Route = (request) => void request.resume();
  const { refused, open } = await start(context, { 'POST /hasty': Object.assign(read, { bodyWithinMs: 50 }) });
  const socket = await open();
  socket.write('POST /hasty HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
  const [answer] = await once(socket, 'data');
  assert.match(String(answer), /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close/);
  assert.deepEqual(refused, ['too_slow']);
});
