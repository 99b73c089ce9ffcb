import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';

const MAX_STATEMENTS = 256;

/** Does nothing: for a ROLLBACK after SQLite has rolled back by itself, as it does on a full disk. */
const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** Makes node:sqlite look like the better-sqlite3 that Kysely's SqliteDialect expects; statements are prepared once. */
export function createSqliteAdapter(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    prepare(sql) {
      if (sql === 'rollback' && !database.isTransaction) return NOTHING;
      const known = prepared.get(sql);
      if (known) return known;
      const statement = prepare(database, sql);
      if (prepared.size >= MAX_STATEMENTS) prepared.clear();
      prepared.set(sql, statement);
      return statement;
    },
    close() {
      prepared.clear();
      if (database.isOpen) database.close();
    },
  };
}

function prepare(database: DatabaseSync, sql: string): SqliteStatement {
  // A transaction that begins by reading and then writes fails at once when another process has written in between,
  // without waiting for the busy time-out. So each takes the write lock at its beginning.
  const text = sql === 'begin' ? 'begin immediate' : sql;
  const statement = database.prepare(text);
  return {
    reader: statement.columns().length > 0,
    // Both reset the statement before they return, also when they throw.
    all: (parameters) => statement.all(...parameters.map(toInput)),
    run: (parameters) => statement.run(...parameters.map(toInput)),
    // An iteration may be left half-way, which would keep a shared statement, and with it a read lock, open.
    iterate: (parameters) => database.prepare(text).iterate(...parameters.map(toInput)),
  };
}

function toInput(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value;
  throw new TypeError(`SQLite can't store a ${typeof value}`);
}
