import { AsyncLocalStorage } from 'node:async_hooks';
import { type Dialect, type Driver, Kysely, type Transaction } from 'kysely';
import { CommitInDoubtError } from '../add-inbox/request/commit-in-doubt-error.ts';
import type { Tables } from './tables.ts';

/** A programming mistake. It would deadlock on SQLite, and on PostgreSQL the write would survive a rollback. */
export class QueryOutsideTransactionError extends Error {
  readonly code = 'query_outside_transaction';
  constructor() {
    super('a query inside a transaction must use the transaction it was given');
    this.name = 'QueryOutsideTransactionError';
  }
}

/**
 * The handle of a database, and its transactions. The handle rejects queries that a transaction's own work makes on it. Queries
 * of others wait in the queue. The check reads an AsyncLocalStorage once per query; only transactions enter it.
 *
 * @param isCertain whether an error of a COMMIT means that nothing was committed
 */
export function createTransactions(dialect: Dialect, isCertain: (error: unknown) => boolean) {
  const current = new AsyncLocalStorage<{ open: boolean }>();
  const kysely = new Kysely<Tables>({ dialect: guard(dialect, refuseInside) });

  return {
    kysely,

    async transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
      const scope = { open: true };
      let worked = false;
      try {
        return await kysely.transaction().execute((trx) =>
          current.run(scope, async () => {
            try {
              const result = await work(trx);
              worked = true;
              return result;
            } finally {
              // From here on, queries of work that is still running count as outside the transaction.
              scope.open = false;
            }
          }),
        );
      } catch (error) {
        if (worked && !isCertain(error)) throw new CommitInDoubtError(error);
        throw error;
      }
    },
  };

  function refuseInside() {
    if (current.getStore()?.open) throw new QueryOutsideTransactionError();
  }
}

/** The same dialect with a check before each connection is acquired. A transaction keeps the connection it has. */
function guard(dialect: Dialect, refuseInside: () => void): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => {
      const driver = dialect.createDriver();
      const guarded: Driver = {
        init: (options) => driver.init(options),
        async acquireConnection(options) {
          refuseInside();
          return driver.acquireConnection(options);
        },
        beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
        commitTransaction: (connection) => driver.commitTransaction(connection),
        rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
        releaseConnection: (connection, options) => driver.releaseConnection(connection, options),
        destroy: (options) => driver.destroy(options),
      };
      return guarded;
    },
  };
}
