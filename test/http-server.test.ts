import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createHttpServer, sendText } from '../src/http-server.ts';

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
