import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const LOOK_EVERY_MS = 10;

const DAY = 24 * 60 * 60 * 1000;

/** As an operator's command does: beside the bot. */
function withDatabase<T>({ databasePath }: World, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(databasePath, { timeout: 5_000 });
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function count(world: World, table: string): unknown {
  return withDatabase(world, (database) => database.prepare(`select count(*) as count from ${table}`).get()?.count);
}

test('what could not be sent for a day expires: its passwords are gone, and the thread says so', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, member, channelId } = world;
  coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '3600' }, { forAddress: 'old@acme.com' });
  await addGoogleInbox(member, { address: 'old@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('🕒'));
  assert.equal(count(world, 'request_passwords'), 1);

  withDatabase(world, (database) =>
    database.exec(
      `update requests set accepted_at = accepted_at - ${DAY}, expires_at = expires_at - ${DAY}, not_before = not_before - ${DAY}`,
    ),
  );
  await member.waitForModal(({ rendered }) => rendered.includes('⌛'));
  assert.equal(count(world, 'request_passwords'), 0);
  const [root] = member.in(channelId);
  assert.match(root?.rendered ?? '', /^⌛ Inbox not added/);
  assert.match(root?.thread[0]?.rendered ?? '', /We deleted the passwords[\s\S]*\[ Try again \]/);
  assert.equal(root?.thread.length, 1);
  assert.equal(coldsend.accounts.length, 0);
  assert.deepEqual(slack.problems, []);
});

test('at its start the bot deletes what was reported 90 days ago, and slots that no window counts', async (context) => {
  const world = await startWorld(context);
  const { member, channelId } = world;
  for (const address of ['old@acme.com', 'new@acme.com']) {
    await addGoogleInbox(member, { address, channelId });
    await member.waitForModal(({ rendered }) => rendered.includes('✅'));
    await member.close({ all: true });
  }
  await world.bot.stop();
  withDatabase(world, (database) => {
    database.exec(`update requests set told_at = told_at - ${90 * DAY} where account like '%old@acme.com%'`);
    database.exec(`update coldsend_turns set taken_at = taken_at - ${DAY}`);
  });
  assert.deepEqual([count(world, 'requests'), count(world, 'coldsend_turns')], [2, 3]);
  await world.restart();
  while (count(world, 'requests') !== 1) await sleep(LOOK_EVERY_MS);
  const home = await world.admin.openHome();
  assert.match(home.rendered, /new@acme\.com/);
  assert.doesNotMatch(home.rendered, /old@acme\.com/);
  await world.bot.stop();
  assert.equal(count(world, 'coldsend_turns'), 0);
});

test('at its start the bot deletes what was noted in the audit trail more than a year ago', async (context) => {
  const world = await startWorld(context);
  const { admin, guest, channelId } = world;
  await guest.command('/add-inbox', { channelId });
  await guest.waitForModal(({ rendered }) => /Guests can't/.test(rendered));
  await world.bot.stop();
  withDatabase(world, (database) => {
    database.exec(`update audit_entries set at = at - ${364 * DAY} where action = 'key_stored'`);
    database.exec(`update audit_entries set at = at - ${365 * DAY} where action = 'refused_attempt'`);
  });
  assert.equal(count(world, 'audit_entries'), 2);
  await world.restart();
  while (count(world, 'audit_entries') !== 1) await sleep(LOOK_EVERY_MS);
  await admin.openHome();
  await admin.click('home_audit', { in: 'home' });
  const { rendered } = await admin.waitForModal(({ callbackId }) => callbackId === 'audit_trail');
  assert.match(rendered, /^Key added · @ada/m);
  assert.doesNotMatch(rendered, /Attempt refused/);
});

test('one reference leads through the log, from the submission to the reply', async (context) => {
  const world = await startWorld(context);
  const { coldsend, bot, member, channelId } = world;
  coldsend.answerNext({ kind: 'login_failed' }, { forAddress: 'jane@acme.com' });
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  const { rendered } = await member.waitForModal((modal) => modal.rendered.includes('❌'));
  const reference = /Support code: (\S+)/.exec(rendered)?.[1] ?? assert.fail('no reference');
  assert.ok(member.in(channelId)[0]?.thread[0]?.rendered.includes(reference), 'the thread shows it too');
  await bot.stop();
  const lines = bot
    .output()
    .split('\n')
    .filter((line) => line.includes(reference))
    .map((line): { message: string; step?: string } => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ message, step = '' }) => `${message} ${step}`.trim()),
    ['Accepted', 'Next step announce', 'Next step send', 'Next step reply', 'Next step finish', 'Reported reported'],
  );
});
