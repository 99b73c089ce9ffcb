import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, KyselyPlugin, Transaction } from 'kysely';
import { CommitInDoubtError } from '../add-inbox/commit-in-doubt-error.ts';
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
 * The handle to use from now on, and the transactions of it. The handle refuses queries that a transaction's own work makes
 * on it; those of everybody else wait their turn. Costs one look at an AsyncLocalStorage a query, which is entered by
 * transactions only.
 *
 * @param isCertain whether an error of a COMMIT means that nothing was committed
 */
export function createTransactions(kysely: Kysely<Tables>, isCertain: (error: unknown) => boolean) {
  const current = new AsyncLocalStorage<{ open: boolean }>();

  const guard: KyselyPlugin = {
    transformQuery({ node }) {
      refuseInside();
      return node;
    },
    transformResult: async ({ result }) => result,
  };

  return {
    outside: kysely.withPlugin(guard),

    async transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
      refuseInside();
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
              // What the work started and left running is outside from here on.
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
