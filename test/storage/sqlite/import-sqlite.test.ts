import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { importSqlite } from '../../../src/storage/sqlite/import-sqlite.ts';
import { sharePostgres } from '../postgres/start-postgres.ts';
import { testSealer } from '../samples.ts';

const postgres = await sharePostgres();
after(() => postgres.stop());

/** Those that the test can't fill with anything. */
const KEPT_AS_MADE = ['migrations', 'write_check', 'sealed_check'];

const MANY = 1_201;

/** A database with a row in every table, and many requests, all of them finished. */
async function createSource(context: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-import-test-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'bot.db');
  await (await openDatabase(`sqlite:${path}`, { sealer: testSealer })).close();
  const source = new DatabaseSync(path);
  for (const table of tablesOf(source)) {
    if (KEPT_AS_MADE.includes(table)) continue;
    for (let row = 0; row < (table === 'requests' ? MANY : 1); row += 1) fillRow(source, table, row);
  }
  source.close();
  return path;
}

function fillRow(source: DatabaseSync, table: string, row: number): void {
  const states: Record<string, string> = { requests: 'told', batches: 'finished' };
  const columns = source
    .prepare(`select name, lower(type) as type, "notnull" as needed from pragma_table_info(?)`)
    .all(table);
  const values = columns.map(({ name, type, needed }) => {
    if (name === 'state') return states[table] ?? '';
    if (needed === 0 && row % 2 === 1) return null;
    return type === 'text' ? `ü "${table}" ${String(name)} ${row}` : 2 ** 40 + row * (type === 'bigint' ? 1 : 0);
  });
  const small = values.map((value, index) => (columns[index]?.type === 'integer' && value !== null ? 7 : value));
  source.prepare(`insert into "${table}" values (${small.map(() => '?').join(', ')})`).run(...small);
}

function tablesOf(source: DatabaseSync): string[] {
  return source
    .prepare("select name from sqlite_schema where type = 'table'")
    .all()
    .map(({ name }) => String(name));
}

async function openTarget(context: TestContext): Promise<Database> {
  const target = await openDatabase(await postgres.createDatabase(), { sealer: testSealer, role: 'tool' });
  context.after(() => target.close());
  return target;
}

async function rowsOf({ kysely }: Database, table: string): Promise<unknown[]> {
  const { rows } = await sql<object>`select * from ${sql.table(table)}`.execute(kysely);
  return rows.map((row) => JSON.stringify({ ...row })).sort();
}

test('all rows of all tables arrive as they are, without waiting passwords', async (context) => {
  const path = await createSource(context);
  const before = readFileSync(path);
  const target = await openTarget(context);
  const { rows, unfinished } = await importSqlite(path, target, testSealer, Date.now);
  assert.equal(unfinished, 0);
  const source = new DatabaseSync(path, { readOnly: true });
  context.after(() => source.close());
  let expected = 0;
  for (const table of tablesOf(source)) {
    if (table === 'migrations' || table === 'write_check') continue;
    const all = source.prepare(`select * from "${table}"`).all();
    const kept = ['request_passwords', 'batch_drafts'].includes(table) ? [] : all;
    expected += kept.length;
    assert.deepEqual(await rowsOf(target, table), kept.map((row) => JSON.stringify({ ...row })).sort(), table);
  }
  assert.equal(rows, expected);
  assert.ok(rows > MANY);
  assert.deepEqual(readFileSync(path), before, 'the source stays as it is');
});

test('an import that fails changes nothing, and one into a database with any row is refused', async (context) => {
  const path = await createSource(context);
  const target = await openTarget(context);
  const constrain = sql`alter table workspace_settings add constraint full_disk check (team_id is null)`;
  await constrain.execute(target.kysely);
  await assert.rejects(importSqlite(path, target, testSealer, Date.now), /full_disk/);
  assert.deepEqual(await rowsOf(target, 'requests'), []);
  await sql`alter table workspace_settings drop constraint full_disk`.execute(target.kysely);
  await sql`insert into oauth_states values ('x', 1)`.execute(target.kysely);
  await assert.rejects(importSqlite(path, target, testSealer, Date.now), {
    code: 'database_unusable',
    message: /is not empty: oauth_states has rows/,
  });
});

test('a newer database is refused, and an older one is brought up to date on the way', async (context) => {
  const path = await createSource(context);
  const target = await openTarget(context);
  const change = (text: string) => {
    const source = new DatabaseSync(path);
    source.exec(text);
    source.close();
  };
  change("insert into migrations values ('9999-later', 1)");
  await assert.rejects(importSqlite(path, target, testSealer, Date.now), /A newer version of the bot wrote/);
  change("delete from migrations where name in ('9999-later', '0006-set-aside')");
  change('alter table requests drop column set_aside_at');
  assert.ok((await importSqlite(path, target, testSealer, Date.now)).rows > MANY);
});
