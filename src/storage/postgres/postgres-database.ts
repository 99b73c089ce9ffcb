import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const INT8_OID = 20;

/**
 * Short enough to detect a dead database and still answer a submission within Slack's 3 s. `answerMs` is longer than the server's
 * own `statementMs`, so only a dead connection or server reaches it.
 */
export const WORKING_TIMEOUTS = { connectMs: 1_500, statementMs: 1_500, answerMs: 1_800 };

const MIGRATING_CONNECT_MS = 5_000;

export type PostgresOptions = {
  poolSize: number;
  /** Undefined for migrations, which may take a long time. */
  timeouts: { connectMs?: number; statementMs: number; answerMs: number } | undefined;
  /** Called when a connection breaks. The next query gets a new connection. */
  onConnectionError: (error: Error) => void;
};

/** A pool that opens connections on demand. Importing this file loads `pg`. */
export function createPostgresDialect(
  url: string,
  { poolSize, timeouts, onConnectionError }: PostgresOptions,
): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    application_name: 'coldsend-inbox-bot',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: timeouts?.connectMs ?? MIGRATING_CONNECT_MS,
    idleTimeoutMillis: 60_000,
    ...(timeouts && {
      statement_timeout: timeouts.statementMs,
      query_timeout: timeouts.answerMs,
      // If a replica freezes or dies in the middle of a transaction, PostgreSQL keeps its locks for this long. Until then, every
      // other replica that needs a slot of the same key waits.
      idle_in_transaction_session_timeout: timeouts.statementMs,
    }),
    types: { getTypeParser },
  });
  // Without both handlers, a restart of PostgreSQL ends the process. The pool listens only to its idle connections, and nothing
  // listens to the others.
  pool.on('error', onConnectionError);
  pool.on('connect', (client) => {
    client.on('error', onConnectionError);
    endWhenUnanswered(client);
  });
  return new PostgresDialect({ pool });
}

/** True if the server itself rejected the COMMIT, so nothing was committed. A server that is shutting down doesn't count. */
export function isCertainNotCommitted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '57P');
}

/** Our 64-bit integers are times and counts, which are exact as numbers. By default, `pg` returns them as text. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format);

/** After "Query read timeout", `pg` would give the same dead connection to the next query, which would wait just as long. */
function endWhenUnanswered(client: pg.PoolClient & Partial<Pick<pg.Client, 'end'>>) {
  client.query = new Proxy(client.query, {
    apply(query, self, parameters) {
      const answer: unknown = Reflect.apply(query, self, parameters);
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => {
          if (error instanceof Error && error.message === 'Query read timeout') void client.end?.();
        });
      }
      return answer;
    },
  });
}
