import { type CompiledQuery, createQueryId, type Kysely, type KyselyPlugin } from 'kysely';
import type { Database, Executor } from '../../../src/storage/database.ts';
import type { Tables } from '../../../src/storage/tables.ts';

/** The same database, noting every query that is made on it and inside its transactions. */
export function recordQueries(database: Database): { database: Database; queries: CompiledQuery[] } {
  const queries: CompiledQuery[] = [];
  const recording = (kysely: Kysely<Tables>): KyselyPlugin => ({
    transformQuery: ({ node }) => {
      const query = kysely.getExecutor().compileQuery(node, createQueryId());
      // One that is being prepared has no values yet. It is noted when it is made.
      if (query.parameters.every((each) => each === null || typeof each !== 'object')) queries.push(query);
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const record = <Of extends Executor>(executor: Of): Of => {
    const { kysely } = executor;
    const built = kysely.withPlugin(recording(kysely));
    const recorded = new Proxy(built, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        // Those that were compiled before do not pass by the plugin.
        if (name === 'executeQuery') {
          return (query: CompiledQuery) => {
            queries.push(query);
            return kysely.executeQuery(query);
          };
        }
        return value.bind(target);
      },
    });
    return {
      ...executor,
      kysely: recorded,
      atomically: (work) => executor.atomically((within) => work(record(within))),
    };
  };
  const transaction: Database['transaction'] = (work) => database.transaction((within) => work(record(within)));
  return { database: { ...record(database), transaction }, queries };
}
