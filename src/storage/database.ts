import type { Kysely } from 'kysely';
import { OperatorError } from '../operations/operator-error.ts';
import type { Tables } from './tables.ts';

/** The database, or one transaction of it, that a repository works on. */
export type Executor = {
  kind: 'sqlite' | 'postgres';
  kysely: Kysely<Tables>;
  /** Runs `work` in the transaction there is, or in one of its own. */
  atomically<T>(work: (within: Executor) => Promise<T>): Promise<T>;
};

export type Database = Executor & {
  /**
   * For queries that must not wait behind others: on PostgreSQL a connection of its own, which leases are renewed over
   * however many requests keep the rest busy.
   */
  leaseConnection: Executor;
  /**
   * Commits what `work` did once it resolves; undoes it when it throws. Inside, use only what is built on `within`: a
   * query on the database itself would wait for ever for SQLite's one connection, and throws QueryOutsideTransactionError.
   *
   * @throws CommitInDoubtError where nobody can know whether it was committed
   */
  transaction<T>(work: (within: Executor) => Promise<T>): Promise<T>;
  /** Commits one small write. @throws whatever keeps it from being written. */
  check(): Promise<void>;
  close(): Promise<void>;
};

/** An error that keeps the bot from using its database. */
export class StorageError extends OperatorError {
  constructor(
    code: 'wrong_keys' | 'database_in_use' | 'corrupt_database' | 'migration_failed' | 'database_unusable',
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
