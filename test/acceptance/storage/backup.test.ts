import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { runAdminCommand, startAdminCommand } from '../workspaces/run-admin-command.ts';
import { startWorld } from '../world/start-bot.ts';
import { assertNothingIsSentAgain, startUnfinished } from './unfinished-world.ts';

test('a backup taken beside a running bot is complete, private, and sends nothing again', async (context) => {
  const world = await startUnfinished(context);
  const file = join(world.folder, 'backup.db');
  const { status, output } = await runAdminCommand(['backup', file], world.env);
  assert.deepEqual([status, output.match(/2 unfinished requests, without passwords/)?.length], [0, 1], output);
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
  await assertNothingIsSentAgain(world, `sqlite:${file}`);
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
  await assertNothingIsSentAgain(world, `sqlite:${copy}`);
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
  rmSync(inTheWay);

  await context.test('one that cannot be noted beside the database is complete all the same', async () => {
    mkdirSync(`${databasePath}.last-backup`);
    const file = join(folder, 'backup.db');
    const { status, output } = await runAdminCommand(['backup', file], env);
    assert.equal(status, 0, output);
    assert.match(output, /is complete\.[\s\S]*"doctor" will not know of it/);
    rmSync(file);
  });

  await context.test('one that is interrupted leaves nothing behind either', async () => {
    const database = new DatabaseSync(databasePath, { timeout: 5_000 });
    database.exec('create table filler as select randomblob(60000000)');
    database.close();
    const seen = watch(folder);
    context.after(() => seen.close());
    const command = startAdminCommand(['backup', join(folder, 'backup.db')], env);
    await Promise.race([once(seen, 'change'), command.exited]);
    command.kill('SIGINT');
    assert.equal(await command.exited, 130, command.output());
    assert.deepEqual(readdirSync(folder), []);
  });
});

function readSealed(path: string): string[] {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  const rows = database.prepare('select sealed from request_passwords').all();
  database.close();
  return rows.map(({ sealed }) => String(sealed));
}
