import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { App } from '@slack/bolt';
import { type Fault, type LocalSlackOptions, startLocalSlack } from '../../../playground/local-slack/local-slack.ts';
import { connectDirectly } from '../../../src/operations/proxy/connect.ts';
import { createSocketReceiver } from '../../../src/slack/bolt/socket-receiver.ts';
import { createSdkLogger } from '../../../src/slack/web-api/sdk-logger.ts';

const QUIET = createSdkLogger({ debug() {}, info() {}, warn() {}, error() {} });

test('a connection that Slack is about to close is used until there is another one', async (context) => {
  const { slack, person, changes } = await startReceiver(context);
  slack.failNext('apps.connections.open', { status: 500 }, 2);
  const asked = slack.waitForCall(({ method }) => method === 'apps.connections.open');
  slack.disconnectSockets('warning', { closeAfterMs: 4_000 });
  await asked;
  for (const count of [1, 2]) {
    const { status } = await person.command('/add-inbox');
    assert.equal(status, 'ok');
    await slack.waitForSockets(count);
  }
  await slack.waitFor(() => (slack.socketCount() === 1 ? true : undefined), 'the old one to close');
  assert.equal((await person.command('/add-inbox')).status, 'ok');
  assert.deepEqual(changes, [true], 'it was connected all the time');
  assert.deepEqual(slack.problems, []);
});

test('the last but one is closed where Slack warns of many and closes none', async (context) => {
  const { slack, person, changes } = await startReceiver(context);
  for (let warnings = 1; warnings <= 2; warnings += 1) {
    const opened = countOpened();
    slack.disconnectSockets('warning', { only: slack.socketCount() - 1 });
    await slack.waitFor(() => (countOpened() > opened && slack.socketCount() <= 2 ? true : undefined), 'two or fewer');
    await slack.waitForSockets(2);
  }
  assert.equal((await person.command('/add-inbox')).status, 'ok');
  assert.deepEqual(changes, [true]);

  function countOpened(): number {
    return slack.ledger.calls.filter(({ method }) => method === 'apps.connections.open').length;
  }
});

test('what arrived before the bot stops is still acknowledged', async (context) => {
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const { slack, person, stop } = await startReceiver(context, async () => {
    arrived.resolve();
    await held.promise;
  });
  const result = person.command('/add-inbox');
  await arrived.promise;
  const stopped = stop();
  held.resolve();
  assert.equal((await result).status, 'ok');
  await stopped;
  await slack.waitFor(() => (slack.socketCount() === 0 ? true : undefined), 'no connection');
});

test('the next address is asked for when Slack says, and not before', async (context) => {
  const { slack } = await startReceiver(context);
  const before = slack.ledger.calls.length;
  slack.failNext('apps.connections.open', { retryAfter: 2 });
  slack.cutSockets();
  await slack.waitFor(() => (slack.ledger.calls.length >= before + 2 ? true : undefined), 'two calls');
  const [refused, taken] = slack.ledger.calls.slice(before).map(({ at }) => at);
  assert.ok(Number(taken) - Number(refused) >= 1_900, `after ${Number(taken) - Number(refused)} ms`);
  await slack.waitForSockets();
});

const FAILED_UPGRADES: Record<string, Fault> = {
  'HTTP 500': { status: 500 },
  'HTTP 302 to somewhere': { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
  'HTTP 429 with Retry-After': { retryAfter: 1 },
  'HTTP 200 with an error': { error: 'too_many_websockets' },
  garbage: { text: 'SSH-2.0-OpenSSH_9.9\r\n' },
  'half an answer': { text: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso' },
  'a wrong accept key': {
    text: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: no\r\n\r\n',
  },
  'an endless header': { text: `HTTP/1.1 101 Switching Protocols\r\nX: ${'x'.repeat(100_000)}` },
  silence: 'hang',
  'a cut': 'reset',
  'an opening and a cut': 'resetAfterTaking',
  'an opening without a hello': 'hangAfterTaking',
};

test('a WebSocket that Slack refuses, breaks or never answers is given up, and the next one is used', {
  concurrency: true,
}, async (context) => {
  const tries = Object.entries(FAILED_UPGRADES).map(([name, fault]) =>
    context.test(name, async (inner) => {
      const { slack, person } = await startReceiver(inner, undefined, {}, 2_000);
      slack.failNext('websocket', fault);
      slack.cutSockets();
      await slack.waitFor(() => (slack.socketCount() === 0 ? true : undefined), 'no connection');
      await slack.waitForSockets(1);
      assert.equal((await person.command('/add-inbox')).status, 'ok');
      assert.equal(slack.socketCount(), 1);
      await slack.waitFor(() => (slack.refusedSocketCount() === 0 ? true : undefined), 'the failed one to be closed');
      assert.deepEqual(slack.problems, []);
    }),
  );
  await Promise.all(tries);
});

async function startReceiver(
  context: TestContext,
  work: () => Promise<void> = async () => {},
  options: LocalSlackOptions = {},
  openWithinMs = 20_000,
) {
  const slack = await startLocalSlack(options);
  const changes: boolean[] = [];
  const receiver = createSocketReceiver({
    appToken: slack.app.appToken,
    slackApiUrl: slack.apiUrl,
    fetch,
    connectWithin: connectDirectly,
    openWithinMs,
    logger: QUIET,
    onConnectionChange: (connected) => void changes.push(connected),
    onOdd: assert.fail,
    onError: assert.fail,
  });
  const app = new App({ receiver, logger: QUIET, authorize: async () => ({ botToken: slack.installation.botToken }) });
  app.command('/add-inbox', async ({ ack }) => {
    await work();
    await ack();
  });
  await app.start();
  const stop = () => app.stop();
  context.after(async () => {
    await stop();
    await slack.close();
  });
  return { slack, changes, stop, person: slack.as(slack.addPerson({ name: 'mel' }).id) };
}
