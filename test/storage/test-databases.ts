import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Database, Executor } from '../../src/storage/database.ts';
import { type DatabaseOptions, openDatabase } from '../../src/storage/open-database.ts';
import { testSealer } from './samples.ts';

/** Databases for one suite. Each test opens its own; all of them are closed at the end. */
export type TestDatabases = {
  kind: 'sqlite' | 'postgres';
  createUrl(): Promise<string>;
  open(url?: string, options?: Partial<DatabaseOptions>): Promise<Database>;
  closeAll(): Promise<void>;
};

export function createTestDatabases(kind: TestDatabases['kind'], createUrl: () => Promise<string>): TestDatabases {
  const opened: Database[] = [];
  return {
    kind,
    createUrl,
    async open(url, options) {
      const database = await openDatabase(url ?? (await createUrl()), { sealer: testSealer, ...options });
      opened.push(database);
      return database;
    },
    async closeAll() {
      await Promise.all(opened.splice(0).map((database) => database.close()));
    },
  };
}

/** Deletes what the test before left: much faster than a new database for each. */
export async function emptyTables({ kysely }: Database): Promise<void> {
  for (const { name } of await kysely.introspection.getTables()) {
    if (name !== 'migrations') await sql`delete from ${sql.table(name)}`.execute(kysely);
  }
}

/**
 * Inside a transaction: resolves once another one waits for it. On SQLite, all others wait from its start on. Where nobody waits, it
 * resolves after more statements than any other transaction has.
 */
export async function untilAnotherWaits({ kind, kysely }: Executor): Promise<void> {
  for (let asked = 0, waiting = 0; kind === 'postgres' && waiting === 0 && asked < 500; asked += 1) {
    const others = sql`select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
    waiting = (await others.execute(kysely)).rows.length;
  }
}

/** A folder of one test file; `createPath` names a new file in a folder of its own in it. */
export async function createTemporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-bot-storage-'));
  let paths = 0;
  return {
    createPath() {
      paths += 1;
      return join(folder, String(paths), 'data', 'inbox-bot.db');
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
