import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { sql } from 'kysely';
import { type Database, DatabaseUnusableError, type Executor, StorageError } from '../database.ts';
import { MIGRATIONS } from '../migrations/migrations.ts';
import type { Sealer } from '../sealing/sealing.ts';
import { backUpSqlite } from './back-up-sqlite.ts';
import { translateErrors } from './sqlite-database.ts';
import { holdSqliteLock } from './sqlite-lock.ts';

/** Each database has its own. */
const NOT_MOVED = ['migrations', 'write_check'];

/** A statement of PostgreSQL takes 65,535 values. */
const ROWS_AT_ONCE = 500;

/**
 * Copies all rows of the SQLite database `from` into the empty database `to`, in one transaction. It reads a backup, so `from` stays
 * as it is, an older database is brought up to date, and a bot that starts on `to` sends nothing again. Sealed values stay sealed.
 *
 * @returns the number of rows, and of requests that were unfinished
 * @throws StorageError if a bot is running on `from`, if a newer version wrote it, or if `to` is not empty
 */
export async function importSqlite(
  from: string,
  to: Database,
  sealer: Sealer,
  now: () => number,
): Promise<{ rows: number; unfinished: number }> {
  const lock = translateErrors(`${from}.lock`, () => holdSqliteLock(from));
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-import-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', removeFolder);
  try {
    const copy = join(folder, 'copy.db');
    const unfinished = await backUpSqlite(from, copy, sealer, now);
    return { rows: await to.transaction((within) => moveRows(copy, within)), unfinished };
  } finally {
    process.off('exit', removeFolder);
    removeFolder();
    lock.release();
  }
}

async function moveRows(path: string, to: Executor): Promise<number> {
  const source = new DatabaseSync(path, { readOnly: true });
  try {
    refuseNewer(source);
    const tables = listTables(source);
    for (const table of tables) await mustBeEmpty(to, table);
    let rows = 0;
    for (const table of tables) {
      for (const part of readParts(source, table)) {
        await sql`insert into ${sql.table(table)} ${valuesOf(part)}`.execute(to.kysely);
        rows += part.length;
      }
    }
    return rows;
  } finally {
    source.close();
  }
}

function refuseNewer(source: DatabaseSync): void {
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const applied = source.prepare('select name from migrations').all();
  if (applied.every(({ name }) => known.has(String(name)))) return;
  throw new DatabaseUnusableError(
    'A newer version of the bot wrote the SQLite database. Use that version to import it.',
  );
}

function listTables(source: DatabaseSync): string[] {
  const tables = source.prepare(
    "select name from sqlite_schema where type = 'table' and name not like 'sqlite!_%' escape '!'",
  );
  return tables
    .all()
    .map(({ name }) => String(name))
    .filter((name) => !NOT_MOVED.includes(name));
}

async function mustBeEmpty({ kysely }: Executor, table: string): Promise<void> {
  const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(kysely);
  if (rows.length === 0) return;
  throw new StorageError(
    'database_unusable',
    `The PostgreSQL database is not empty: ${table} has rows. Set DATABASE_URL to a new database that no bot has used.`,
  );
}

type Row = Record<string, SQLOutputValue>;

function* readParts(source: DatabaseSync, table: string): Generator<Row[]> {
  let part: Row[] = [];
  for (const row of source.prepare(`select * from "${table}"`).iterate()) {
    part.push(row);
    if (part.length < ROWS_AT_ONCE) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}

function valuesOf(rows: Row[]) {
  const columns = Object.keys(rows[0] ?? {});
  const list = (row: Row) => sql`(${sql.join(columns.map((column) => row[column]))})`;
  return sql`(${sql.join(columns.map((column) => sql.ref(column)))}) values ${sql.join(rows.map(list))}`;
}
