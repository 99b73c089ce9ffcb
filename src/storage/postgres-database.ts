import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const INT8_OID = 20;

/** A database that is gone is found out within these, while a person's submission can still be answered. */
const CONNECT_TIMEOUT_MS = 5_000;

/** `answerMs` is longer than the server's own `statementMs`: only a connection that is dead gets there. */
export const WORKING_TIMEOUTS = { statementMs: 10_000, answerMs: 12_000 };

export type PostgresOptions = {
  poolSize: number;
  /** Undefined for migrations, which may take long. */
  timeouts: { statementMs: number; answerMs: number } | undefined;
  /** Told about connections that break; the next query gets a new one. */
  onConnectionError: (error: Error) => void;
};

/** A pool of connections, made as they are needed. Loading this file loads `pg`. */
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
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 60_000,
    ...(timeouts && { statement_timeout: timeouts.statementMs, query_timeout: timeouts.answerMs }),
    types: { getTypeParser },
  });
  // Without both, a restart of PostgreSQL ends the process: the pool listens to the connections that are idle, nobody to the
  // others.
  pool.on('error', onConnectionError);
  pool.on('connect', (client) => {
    client.on('error', onConnectionError);
    endWhenUnanswered(client);
  });
  return new PostgresDialect({ pool });
}

/** 64-bit integers are times and counts here, all of them exact as numbers; `pg` would give text. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format);

/** After "Query read timeout" `pg` would hand the same dead connection to the next query, which then waits as long. */
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
