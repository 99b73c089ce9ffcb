import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { createSocketConnection } from '../../../src/slack/bolt/socket-connection.ts';
import { createSdkLogger } from '../../../src/slack/web-api/sdk-logger.ts';

test('a connection that is closed before Slack answers ends at once and leaves no timer', async (context) => {
  const silent = createServer((socket) => context.after(() => socket.destroy()));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  context.after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const connection = createSocketConnection(
    {
      appToken: 'xapp-1',
      slackApiUrl: 'http://127.0.0.1/api/',
      fetch: async () => Response.json({ ok: true, url: `ws://127.0.0.1:${address.port}/link` }),
      connectWithin: connectDirectly,
      logger: createSdkLogger({ debug() {}, info() {}, warn() {}, error() {} }),
      onOdd: assert.fail,
    },
    { onOpen: fail, onEnvelope: fail, onLeaving: fail, onEnd: fail },
  );
  const before = countTimers();
  const opened = assert.rejects(connection.open());
  const [socket] = await once(silent, 'connection');
  const ended = once(socket, 'close');
  socket.resume();
  await connection.close();
  await Promise.all([opened, ended]);
  assert.equal(countTimers(), before);
});

function fail(): void {
  assert.fail('it was never open');
}

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
