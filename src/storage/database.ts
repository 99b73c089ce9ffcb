import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** What a repository works on: a database, or one transaction of it. */
export type Executor = {
  kind: 'sqlite' | 'postgres';
  kysely: Kysely<Tables>;
};

export type Database = Executor & {
  /**
   * Commits what `work` did once it resolves; undoes it when it throws. Inside, use only what is built on `within`: a
   * query on the database itself would wait for ever for SQLite's one connection, and throws QueryOutsideTransactionError.
   */
  transaction<T>(work: (within: Executor) => Promise<T>): Promise<T>;
  /** Takes wiped bytes off the disk. Does as much as it can beside others who are reading; never waits for them. */
  eraseFreed(): Promise<void>;
  /** Commits one small write. @throws whatever keeps it from being written. */
  check(): Promise<void>;
  close(): Promise<void>;
};
