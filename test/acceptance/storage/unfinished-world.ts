import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';

const SENT = 'sent@acme.com';
const WAITS = 'waits@acme.com';

const LOOK_EVERY_MS = 25;

/** One request is being sent, and one that ColdSend put off waits. */
export async function startUnfinished(
  context: TestContext,
): Promise<World & { finish(): Promise<void>; folder: string }> {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId } = world;
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-backup-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '3' }, { forAddress: WAITS });
  await addGoogleInbox(member, { address: WAITS, channelId });
  await slack.waitForCall(({ method, args }) => method === 'chat.update' && JSON.stringify(args).includes(WAITS));
  await member.close({ all: true });
  coldsend.answerNext({ kind: 'slow', delayMs: 3_000 }, { forAddress: SENT });
  await addGoogleInbox(member, { address: SENT, channelId });
  await coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && JSON.stringify(body).includes(SENT));
  await member.close({ all: true });
  const finish = async () => {
    for (const address of [SENT, WAITS]) {
      const isTold = () => (rootOf(world, address)?.rendered.startsWith('✅') ? true : undefined);
      await slack.waitFor(isTold, `${address} told`);
    }
  };
  return { ...world, finish, folder };
}

function rootOf({ member, channelId }: World, address: string) {
  return member.in(channelId).find(({ rendered }) => rendered.includes(address));
}

/** Kills the bot, and starts it on the copy of its database. */
export async function assertNothingIsSentAgain(world: World, databaseUrl: string): Promise<void> {
  const { slack, coldsend, member, channelId } = world;
  await world.bot.stop('SIGKILL');
  const before = coldsend.ledger.length;
  await world.restart({ DATABASE_URL: databaseUrl });
  for (const address of [SENT, WAITS]) {
    const isTold = () => (rootOf(world, address)?.rendered.startsWith('❓') ? true : undefined);
    await slack.waitFor(isTold, `${address} not known`);
    const last = rootOf(world, address)?.thread.at(-1)?.rendered ?? '';
    assert.match(last, /restored from a backup[\s\S]*shows a result, that one is right[\s\S]*\[ Try again \]/);
  }
  // A request is finished only after its last message.
  const listPending = () => runAdminCommand(['pending'], { ...world.env, DATABASE_URL: databaseUrl });
  while ((await listPending()).output !== 'No request is pending.\n') await sleep(LOOK_EVERY_MS);
  assert.equal(coldsend.ledger.length, before, 'nothing is sent by itself');

  const reply = rootOf(world, SENT)?.thread.at(-1) ?? assert.fail();
  await member.click('try_again', { in: { channelId, ts: reply.ts } });
  await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  await member.submit();
  await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_how');
  await member.type('smtp_password', GOOGLE_PASSWORD);
  await member.submit();
  await coldsend.waitFor(() => coldsend.ledger.length === before + 1);
  assert.deepEqual(slack.problems, []);
}
