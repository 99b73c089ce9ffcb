import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';

const SENT = 'sent@acme.com';
const WAITS = 'waits@acme.com';

/** One request is being sent, and one that ColdSend put off waits. */
async function startUnfinished(context: TestContext): Promise<World & { finish(): Promise<void>; folder: string }> {
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
      await slack.waitFor(isTold, `${address} told`, { timeoutMs: 20_000 });
    }
  };
  return { ...world, finish, folder };
}

function rootOf({ member, channelId }: World, address: string) {
  return member.in(channelId).find(({ rendered }) => rendered.includes(address));
}

async function assertNothingIsSentAgain(world: World, databasePath: string): Promise<void> {
  const { slack, coldsend, member, channelId } = world;
  await world.bot.stop('SIGKILL');
  const before = coldsend.ledger.length;
  await world.restart({ DATABASE_URL: `sqlite:${databasePath}` });
  for (const address of [SENT, WAITS]) {
    const isTold = () => (rootOf(world, address)?.rendered.startsWith('❓') ? true : undefined);
    await slack.waitFor(isTold, `${address} not known`);
    const last = rootOf(world, address)?.thread.at(-1)?.rendered ?? '';
    assert.match(last, /restored from a backup[\s\S]*shows a result, that one is right[\s\S]*\[ Try again \]/);
  }
  assert.equal(
    (await runAdminCommand(['pending'], { ...world.env, DATABASE_URL: `sqlite:${databasePath}` })).output,
    'No request is pending.\n',
  );
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

test('a backup taken beside a running bot is complete, private, and sends nothing again', async (context) => {
  const world = await startUnfinished(context);
  const file = join(world.folder, 'backup.db');
  const { status, output } = await runAdminCommand(['backup', file], world.env);
  assert.deepEqual([status, output.match(/2 unfinished requests, without their passwords/)?.length], [0, 1], output);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(world.folder), ['backup.db']);
  const sealed = readSealed(world.databasePath);
  assert.deepEqual([sealed.length, readSealed(file).length], [2, 0]);
  const bytes = readFileSync(file, 'latin1');
  for (const value of sealed) assert.ok(!bytes.includes(value.slice(-40)), 'a sealed password is in the backup');

  const content = readFileSync(file);
  const again = await runAdminCommand(['backup', file], world.env);
  assert.deepEqual([again.status, again.output], [1, `${file} already exists. Choose another name for the backup.\n`]);
  assert.deepEqual([readFileSync(file), readdirSync(world.folder)], [content, ['backup.db']]);
  await world.finish();
  await assertNothingIsSentAgain(world, file);
});

test('a copy that another tool made sends nothing again after "restored", which a running bot refuses', async (context) => {
  const world = await startUnfinished(context);
  const refused = await runAdminCommand(['restored'], world.env);
  assert.equal(refused.status, 1);
  assert.match(refused.output, /Another bot is running/);
  const copy = join(world.folder, 'copy.db');
  execFileSync('cp', [world.databasePath, copy]);
  execFileSync('cp', [`${world.databasePath}-wal`, `${copy}-wal`]);
  await world.finish();
  const env = { ...world.env, DATABASE_URL: `sqlite:${copy}` };
  for (const says of [/^2 unfinished requests will not be sent/, /^No request was unfinished/]) {
    const { status, output } = await runAdminCommand(['restored'], env);
    assert.equal(status, 0, output);
    assert.match(output, says);
  }
  await assertNothingIsSentAgain(world, copy);
});

test('a backup that cannot be written says why and leaves nothing behind', async (context) => {
  const { env, databasePath } = await startWorld(context, { withKey: false });
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-backup-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const inTheWay = join(folder, 'file');
  writeFileSync(inTheWay, '');
  for (const [file, says] of [
    [join(inTheWay, 'backup.db'), /backup\.db can't be used: E/],
    [databasePath, /already exists/],
    [folder, /already exists/],
  ] as const) {
    const { status, output } = await runAdminCommand(['backup', file], env);
    assert.equal(status, 1);
    assert.match(output, says);
  }
  assert.deepEqual(readdirSync(folder), ['file']);
});

function readSealed(path: string): string[] {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  const rows = database.prepare('select sealed from request_passwords').all();
  database.close();
  return rows.map(({ sealed }) => String(sealed));
}
