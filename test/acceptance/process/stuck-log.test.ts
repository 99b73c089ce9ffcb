import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));

/** Longer than anything here takes, on a busy machine too. */
const WITHIN_MS = 30_000;

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

/** What the bot gets as its stdout and stderr, and how its lines are seen once they are taken again, where that can be. */
type Output = { stdio: number | 'pipe'; takeAgain?: () => Promise<string> };

const OUTPUTS: { name: string; open(pipe: string): Output; needs?: string }[] = [
  {
    name: 'a pipe that nobody reads',
    open: (pipe) => {
      const both = openSync(pipe, O_RDWR | O_NONBLOCK);
      const filled = fill(both);
      return { stdio: openSync(pipe, O_WRONLY), takeAgain: async () => readUntil(both, /"message":"Ready"/, filled) };
    },
  },
  {
    name: 'a pipe whose reader has ended',
    open: (pipe) => {
      const reader = openSync(pipe, O_RDONLY | O_NONBLOCK);
      const stdio = openSync(pipe, O_WRONLY);
      closeSync(reader);
      const takeAgain = async () =>
        readUntil(openSync(pipe, O_RDONLY | O_NONBLOCK), /"count":\d+,.*lines were dropped/);
      return { stdio, takeAgain };
    },
  },
  { name: 'a socket whose reader has ended', open: () => ({ stdio: 'pipe' }) },
  { name: 'a full disk', open: () => ({ stdio: openSync('/dev/full', O_WRONLY) }), needs: '/dev/full' },
];

for (const { name, open, needs } of OUTPUTS) {
  test(`with ${name} for its log the bot starts, does its work, says how much is missing, and stops`, {
    skip: needs !== undefined && !existsSync(needs) && `there is no ${needs}`,
  }, async (context) => {
    const { slack, member, channelId, bot, env } = await startWorld(context);
    await bot.stop();
    const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-log-'));
    context.after(() => rmSync(folder, { recursive: true }));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { stdio, takeAgain } = open(join(folder, 'pipe'));
    const { url, ended, stop } = await startOn(context, stdio, env);
    slack.deliverTo('all', `${url}/slack/events`);

    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const dropped = Number(/^inbox_bot_dropped_log_lines_total (\d+)$/m.exec(metrics)?.[1]);
    if (name === 'a pipe that nobody reads') assert.equal(dropped, 0, 'all of it is kept yet');
    else assert.ok(dropped > 0, 'what was dropped is counted');
    if (takeAgain !== undefined) await takeAgain();
    stop();
    assert.deepEqual(await ended, [0, null]);
  });
}

test('a bot that can not start says so with its status, though nobody takes its sentence', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-log-'));
  context.after(() => rmSync(folder, { recursive: true }));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const { open, needs } of OUTPUTS.filter((output) => output.needs === undefined || existsSync(output.needs))) {
    const { stdio } = open(join(folder, 'pipe'));
    const child = spawn(process.execPath, [MAIN], { env: {}, cwd: '/', stdio: ['ignore', stdio, stdio] });
    for (const stream of [child.stdout, child.stderr]) stream?.destroy();
    assert.deepEqual(await once(child, 'exit', { signal: AbortSignal.timeout(WITHIN_MS) }), [1, null], needs);
  }
});

async function startOn(context: TestContext, stdio: number | 'pipe', env: Record<string, string>) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [MAIN], {
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    stdio: ['ignore', stdio, stdio],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  context.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(4 * WITHIN_MS) });
  const deadline = AbortSignal.timeout(WITHIN_MS);
  while (!(await fetch(`${url}/readyz`, { signal: deadline }).catch(() => undefined))?.ok) {
    deadline.throwIfAborted();
    await sleep(10);
  }
  return { url, ended, stop: () => void child.kill('SIGTERM') };
}

/** Writes until nothing more is taken; returns how many bytes that was. */
function fill(fd: number): number {
  let filled = 0;
  try {
    for (;;) filled += writeSync(fd, '\n'.repeat(1024));
  } catch {
    return filled;
  }
}

async function readUntil(fd: number, wanted: RegExp, skip = 0): Promise<string> {
  const deadline = AbortSignal.timeout(WITHIN_MS);
  const buffer = Buffer.alloc(64 * 1024);
  let text = '';
  while (!wanted.test(text.slice(skip))) {
    deadline.throwIfAborted();
    try {
      text += buffer.toString('utf8', 0, readSync(fd, buffer));
    } catch {
      // Nothing there yet.
    }
    await sleep(10);
  }
  return text;
}
