import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';

const CAN_LIMIT = spawnSync('prlimit', ['--version']).status === 0;

/** From now on each write behind so many bytes of a file fails, as on a full disk; undefined: as before. */
function limitFiles(pid: number, bytes: number | undefined): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);
}

test('on a full disk nothing is accepted and nothing typed is lost; with room again all goes on', {
  skip: CAN_LIMIT ? false : 'prlimit is not there',
}, async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, bot, member, channelId } = world;
  await fillInGoogleInbox(member, { address: 'full@acme.com', channelId });

  limitFiles(bot.pid, 1_000);
  const { status, errors, modal } = await member.submit();
  assert.equal(status, 'ok', 'answered in time');
  assert.match(Object.values(errors).join(), /did not confirm that it saved this inbox/);
  assert.equal(modal?.callbackId, 'add_inbox_how', 'the form is still there');
  assert.equal((await fetch(`${bot.url}/readyz`)).status, 503);
  assert.equal((await fetch(`${bot.url}/healthz`)).status, 200);

  limitFiles(bot.pid, undefined);
  assert.equal((await fetch(`${bot.url}/readyz`)).status, 200);
  await member.submit();
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  await member.close({ all: true });

  await context.test('what ColdSend answered meanwhile is kept, and told once there is room', async () => {
    const stop = coldsend.onRequest(() => limitFiles(bot.pid, 1_000));
    await addGoogleInbox(member, { address: 'answered@acme.com', channelId });
    await coldsend.waitFor(({ body, answered }) => says(body, 'answered@acme.com') && answered !== undefined);
    stop();
    assert.equal((await fetch(`${bot.url}/readyz`)).status, 503);
    limitFiles(bot.pid, undefined);
    await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    assert.equal(coldsend.ledger.filter(({ body }) => says(body, 'answered@acme.com')).length, 1);
  });

  assert.equal(await bot.stop(), 0);
  await world.restart();
  assert.equal(coldsend.accounts.length, 2);
  assert.deepEqual(slack.problems, []);
});

function says(value: unknown, text: string): boolean {
  return JSON.stringify(value ?? '').includes(text);
}
