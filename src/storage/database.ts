import type { Kysely } from 'kysely';
import { OperatorError } from '../operations/operator-error.ts';
import type { Tables } from './tables.ts';

/** The database, or one transaction of it, that a repository works on. */
export type Executor = {
  kind: 'sqlite' | 'postgres';
  kysely: Kysely<Tables>;
  /** Runs `work` in the current transaction, or in a new one if there is none. */
  atomically<T>(work: (within: Executor) => Promise<T>): Promise<T>;
};

export type Database = Executor & {
  /**
   * For queries that must not wait behind others. On PostgreSQL these run on a separate connection. Leases are renewed on it, so
   * a full pool can't delay the renewal.
   */
  leaseConnection: Executor;
  /**
   * Commits the changes of `work` when it resolves and rolls them back when it throws. Inside `work`, use only objects built on
   * `within`. A query on the database itself would deadlock on SQLite's only connection, so it throws
   * QueryOutsideTransactionError.
   *
   * @throws CommitInDoubtError if the database's answer to the COMMIT is lost
   */
  transaction<T>(work: (within: Executor) => Promise<T>): Promise<T>;
  /** Commits one small write to test that writing works. @throws the error that prevents the write */
  check(): Promise<void>;
  close(): Promise<void>;
};

/** An error that keeps the bot from using its database. */
export class StorageError extends OperatorError {
  constructor(
    code:
      | 'wrong_keys'
      | 'database_in_use'
      | 'corrupt_database'
      | 'migration_failed'
      | 'not_migrated'
      | 'database_unusable',
    message: string,
    cause?: unknown,
  ) {
    super(code, message, cause);
  }
}

/** The database can't be reached, opened or set up: a path, a permission, an address, a full disk. */
export class DatabaseUnusableError extends StorageError {
  constructor(message: string, cause?: unknown) {
    super('database_unusable', message, cause);
  }
}
