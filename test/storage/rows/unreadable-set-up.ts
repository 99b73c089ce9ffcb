import { after, before, beforeEach } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { createRequestRepository } from '../../../src/storage/requests/request-repository.ts';
import type { OnUnreadable } from '../../../src/storage/rows/read-rows.ts';
import { testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

export const BEYOND = '9007199254740993';
export const LARGEST = '9223372036854775807';
export const SMALLEST = '-9223372036854775808';

export type UnreadableSetUp = ReturnType<typeof setUpUnreadable>;

/** What the tests of unreadable rows share, with a database that is empty before each of them. To be called in a `describe`. */
export function setUpUnreadable(databases: TestDatabases) {
  let db: Database;
  let time: number;
  let noted: string[];
  before(async () => {
    db = await databases.open();
  });
  after(() => databases.closeAll());
  beforeEach(async () => {
    await emptyTables(db);
    time = 1_700_000_000_000;
    noted = [];
  });

  const now = () => time;
  const onUnreadable: OnUnreadable = (id, _error, table) => void noted.push(`${table} ${id}`);

  function pass(ms: number) {
    time += ms;
  }

  const requestsOf = (owner = 'a') =>
    createRequestRepository({ db, sealer: testSealer, owner, leaseMs: 60_000, now, onUnreadable });

  /** Writes `value`, which is SQL, into a column of the row whose `key` is `id`. */
  const set = (table: string, column: string, value: string, id: string, key = 'id') =>
    sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.raw(value)} where ${sql.ref(key)} = ${id}`.execute(
      db.kysely,
    );

  return { kind: databases.kind, db: () => db, noted: () => noted, now, pass, onUnreadable, requestsOf, set };
}
