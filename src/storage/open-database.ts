import type { Dialect } from 'kysely';
import { CommitInDoubtError } from '../add-inbox/request/commit-in-doubt-error.ts';
import type { Database, Executor } from './database.ts';
import { DatabaseUnusableError, StorageError } from './database.ts';
import { type Migration, migrate, mustBeMigrated } from './migrations/migrate.ts';
import { MIGRATIONS } from './migrations/migrations.ts';
import { explainFailure, isPostgresFault } from './postgres/explain-failure.ts';
import type { PostgresOptions } from './postgres/postgres-database.ts';
import { toPostgresUrl } from './postgres/postgres-url.ts';
import { checkSealed } from './sealing/sealed-check.ts';
import type { Sealer } from './sealing/sealing.ts';
import { realPathOf } from './sqlite/real-path.ts';
import { openSqlite, toStorageError, translateErrors } from './sqlite/sqlite-database.ts';
import { isSqliteFault } from './sqlite/sqlite-errors.ts';
import { createTransactions } from './transactions.ts';

const SQLITE_URL = /^sqlite:(?:\/\/)?(?<path>.+)$/;
const POSTGRES_URL = /^postgres(?:ql)?:\/\//;

/**
 * `tool`: an operators' command. It may open an SQLite database while the bot is running on it. `reader`: the same, but it leaves
 * the migrations to the bot.
 */
export type DatabaseRole = 'bot' | 'tool' | 'reader';

export type DatabaseOptions = {
  sealer: Sealer;
  role?: DatabaseRole;
  /** PostgreSQL only: the maximum number of connections. */
  poolSize?: number;
  /** PostgreSQL only: called for each connection that breaks. */
  onConnectionError?: (error: Error) => void;
  now?: () => number;
  /** For tests. */
  migrations?: Migration[];
};

/**
 * Opens `sqlite:<path>` or `postgres://…`, applies the migrations and checks that the sealer's keys open the stored values.
 *
 * @throws StorageError with a sentence for operators: DatabaseInUseError, CorruptDatabaseError, WrongKeysError, MigrationError,
 *   DatabaseUnusableError, NotMigratedError. None of them quotes the URL of a PostgreSQL database, because it contains the password.
 */
export async function openDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const path = findSqlitePath(url);
  if (path !== undefined) return openSqliteDatabase(path, options);
  const postgresUrl = POSTGRES_URL.test(url) ? toPostgresUrl(url) : undefined;
  if (postgresUrl !== undefined) return openPostgresDatabase(postgresUrl, options);
  throw new DatabaseUnusableError(
    'DATABASE_URL must be sqlite:<path of a file> or postgres://USER:PASSWORD@HOST:PORT/NAME. Quote the value in .env if it has a #.',
  );
}

/** The file of `sqlite:<path>` with symbolic links resolved; undefined for other databases. */
export function findSqlitePath(url: string): string | undefined {
  const path = SQLITE_URL.exec(url)?.groups?.path;
  return path === undefined ? undefined : translateErrors(path, () => realPathOf(path));
}

/**
 * The error of an operators' command in words for an operator, where the database at `url` is the cause; any other error unchanged.
 */
export function explainDatabaseError(url: string, error: unknown): unknown {
  const cause = error instanceof CommitInDoubtError ? error.cause : error;
  const path = isSqliteFault(cause) ? findSqlitePath(url) : undefined;
  if (path !== undefined) return toStorageError(path, cause);
  return isPostgresFault(cause) ? new DatabaseUnusableError(explainFailure(cause), cause) : error;
}

async function openSqliteDatabase(path: string, options: DatabaseOptions): Promise<Database> {
  const { now = Date.now, migrations = MIGRATIONS, sealer, role = 'bot' } = options;
  const store = openSqlite(path, { lock: role === 'bot' });
  try {
    const database = createDatabase('sqlite', store.dialect, { now, close: store.close });
    await (role === 'reader' ? mustBeMigrated(database, migrations) : migrate(database, migrations, now));
    await checkSealed(database, sealer, { leave: role === 'bot' });
    return database;
  } catch (error) {
    store.close();
    throw toStorageError(path, error instanceof CommitInDoubtError ? error.cause : error);
  }
}

async function openPostgresDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const { now = Date.now, migrations = MIGRATIONS, sealer, role = 'bot' } = options;
  const { poolSize = 10, onConnectionError = () => {} } = options;
  const { createPostgresDialect, isCertainNotCommitted, WORKING_TIMEOUTS } = await import(
    './postgres/postgres-database.ts'
  );
  const connect = (options: Pick<PostgresOptions, 'poolSize' | 'timeouts'>) =>
    createDatabase('postgres', createPostgresDialect(url, { ...options, onConnectionError }), {
      now,
      isCertain: isCertainNotCommitted,
    });

  const migrating = connect({ poolSize: 1, timeouts: undefined });
  const leaseConnection = connect({ poolSize: 1, timeouts: WORKING_TIMEOUTS });
  const working = connect({ poolSize, timeouts: WORKING_TIMEOUTS });
  const close = async () => {
    await Promise.all([working.close(), leaseConnection.close()]);
  };
  try {
    await (role === 'reader' ? mustBeMigrated(working, migrations) : migrate(migrating, migrations, now));
    await checkSealed(working, sealer, { leave: role === 'bot' });
    return { ...working, leaseConnection, close };
  } catch (error) {
    await close();
    throw error instanceof StorageError ? error : new DatabaseUnusableError(explainFailure(error), error);
  } finally {
    await migrating.close();
  }
}

type Parts = {
  now: () => number;
  /** Omitted for SQLite, which already throws CommitInDoubtError for every COMMIT error that is not certain. */
  isCertain?: (error: unknown) => boolean;
  close?: () => void;
};

function createDatabase(kind: Executor['kind'], dialect: Dialect, parts: Parts): Database {
  const { now, isCertain = () => true, close } = parts;
  const { kysely, transaction } = createTransactions(dialect, isCertain);
  const whole: Executor = { kind, kysely, atomically: inTransaction };
  return {
    ...whole,
    leaseConnection: whole,
    transaction: inTransaction,

    async check() {
      await kysely
        .insertInto('write_check')
        .values({ id: 1, written_at: now() })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ written_at: now() }))
        .execute();
    },

    async close() {
      await kysely.destroy();
      close?.();
    },
  };

  function inTransaction<T>(work: (within: Executor) => Promise<T>): Promise<T> {
    return transaction((trx) => {
      const within: Executor = { kind, kysely: trx, atomically: (inner) => inner(within) };
      return work(within);
    });
  }
}
