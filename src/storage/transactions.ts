import { AsyncLocalStorage } from 'node:async_hooks';
import { type Dialect, type Driver, Kysely, type Transaction } from 'kysely';
import { CommitInDoubtError } from '../add-inbox/request/commit-in-doubt-error.ts';
import type { Tables } from './tables.ts';

/** A programming mistake: it would have been a deadlock on SQLite, and a write that survives a rollback on PostgreSQL. */
export class QueryOutsideTransactionError extends Error {
  readonly code = 'query_outside_transaction';
  constructor() {
    super('a query inside a transaction must use the transaction it was given');
    this.name = 'QueryOutsideTransactionError';
  }
}

/**
 * The handle of a database, and the transactions of it. The handle refuses queries that a transaction's own work makes on it;
 * those of everybody else wait their turn. Costs one look at an AsyncLocalStorage a query, which is entered by transactions
 * only.
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
              // Queries that the work left running are outside from here on.
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

/** The same dialect, asking before it gives out a connection. A transaction works on the one it has. */
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
