import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

async function startSending(world: World, address: string): Promise<void> {
  const { coldsend, member, channelId } = world;
  coldsend.answerNext({ kind: 'slow', delayMs: 2_000 }, { forAddress: address });
  await addGoogleInbox(member, { address, channelId });
  await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && says(body, address));
  await member.close({ all: true });
}

async function waitUntilNotReady({ bot }: World): Promise<void> {
  while ((await fetch(`${bot.url}/readyz`)).ok);
}

test('what is submitted while the bot stops is committed, and sent after the next start', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, bot, member, channelId } = world;
  await startSending(world, 'sending@acme.com');
  await fillInGoogleInbox(member, { address: 'late@acme.com', channelId });
  bot.signal('SIGTERM');
  await waitUntilNotReady(world);
  assert.equal((await member.submit()).modal?.callbackId, 'notice', 'accepted');
  assert.equal(await bot.exited, 0);
  assert.equal(coldsend.ledger.filter(({ body }) => says(body, 'late@acme.com')).length, 0);
  assert.match(member.in(channelId)[0]?.rendered ?? '', /^✅/, 'what was being sent is told');

  await world.restart();
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  assert.equal(coldsend.ledger.filter(({ body }) => says(body, 'late@acme.com')).length, 1);
  assert.deepEqual(slack.problems, []);
});

test('a second signal ends the bot at once with 0, and nothing is lost by it', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, bot, member, channelId } = world;
  await startSending(world, 'jane@acme.com');
  bot.signal('SIGTERM');
  await waitUntilNotReady(world);
  assert.equal(await bot.stop('SIGTERM'), 0);

  await world.restart();
  const root = () => member.in(channelId).find(({ rendered }) => rendered.startsWith('❓'));
  await slack.waitFor(() => (root()?.thread.length === 1 ? true : undefined), 'the outcome');
  assert.equal(coldsend.ledger.filter(({ body }) => says(body, 'jane@acme.com')).length, 1, 'never sent again');
  assert.deepEqual(slack.problems, []);
});

test('neither a silent ColdSend nor half a request keeps the bot from stopping, and what was sent is told as unknown', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, bot, member, channelId } = world;
  coldsend.answerNext({ kind: 'hang' }, { forAddress: 'jane@acme.com' });
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && says(body, 'jane@acme.com'));
  const [silent, half] = [1, 2].map(() => connect(Number(new URL(bot.url).port), '127.0.0.1').on('error', () => {}));
  await Promise.all([silent, half].map((socket) => socket && once(socket, 'connect')));
  const timestamp = Math.floor(Date.now() / 1000);
  half?.write(
    `POST /slack/events HTTP/1.1\r\nhost: x\r\nx-slack-request-timestamp: ${timestamp}\r\ncontent-length: 9\r\n\r\nhalf`,
  );
  const signalledAt = performance.now();
  assert.equal(await bot.stop('SIGTERM'), 0);
  assert.ok(performance.now() - signalledAt >= 20_000, 'ColdSend gets 20 s to answer');

  await world.restart();
  const root = () => member.in(channelId).find(({ rendered }) => rendered.startsWith('❓'));
  await slack.waitFor(() => (root()?.thread.length === 1 ? true : undefined), 'the outcome');
  assert.equal(coldsend.ledger.filter(({ body }) => says(body, 'jane@acme.com')).length, 1);
  assert.deepEqual(slack.problems, []);
});

test('a signal before the bot has started ends it with 0', async (context) => {
  const world = await startWorld(context);
  const { slack } = world;
  await world.bot.stop();
  const callsBefore = slack.ledger.calls.length;
  slack.failNext('auth.test', 'hang');
  const env = { ...world.env, HOST: '127.0.0.1', PORT: '0' };
  const child = spawn(process.execPath, [MAIN], { env, stdio: 'ignore' });
  context.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  await slack.waitFor(() => slack.ledger.calls[callsBefore], 'a try');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});

test('in Socket Mode the connection is closed at once, while what was sent is still answered', async (context) => {
  const world = await startWorld(context, { transport: 'socket' });
  const { slack, bot, member, channelId } = world;
  await startSending(world, 'jane@acme.com');
  assert.equal(slack.socketCount(), 1);
  bot.signal('SIGTERM');
  while (slack.socketCount() > 0) await nextTurn();
  assert.doesNotMatch(member.in(channelId)[0]?.rendered ?? '', /^✅/);
  assert.equal(await bot.exited, 0);
  assert.match(member.in(channelId)[0]?.rendered ?? '', /^✅/);
  assert.deepEqual(slack.problems, []);
});

function says(value: unknown, text: string): boolean {
  return JSON.stringify(value ?? '').includes(text);
}
