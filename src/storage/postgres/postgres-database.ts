import { CompiledQuery, type DatabaseConnection, type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const INT8_OID = 20;

/** `read_only_sql_transaction` */
const READ_ONLY = '25006';

/**
 * A database that is gone or hangs is found out within these, while a person's submission can still be answered: Slack waits 3 s.
 * `answerMs` is longer than `statementMs`, which the server itself watches in transactions.
 */
export const WORKING_TIMEOUTS = { connectMs: 1_500, statementMs: 1_500, answerMs: 1_800 };

const MIGRATING_CONNECT_MS = 5_000;

/** Of one connection. The bot has fewer, but for lists of different lengths. */
const MAX_PREPARED = 200;

export type PostgresOptions = {
  poolSize: number;
  /** Undefined for migrations, which may take long. */
  timeouts: { connectMs?: number; statementMs: number; answerMs: number } | undefined;
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
    connectionTimeoutMillis: timeouts?.connectMs ?? MIGRATING_CONNECT_MS,
    idleTimeoutMillis: 60_000,
    ...(timeouts && { query_timeout: timeouts.answerMs }),
    types: { getTypeParser },
    onConnect: async (client: Client) => {
      client.on('error', onConnectionError);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      if (rows[0]?.pid === client.processID) prepareOnce(client);
      endWhenUseless(client);
    },
  });
  // Without this and each connection's, a restart of PostgreSQL ends the process: the pool listens to the connections that are
  // idle, nobody to the others.
  pool.on('error', onConnectionError);
  return withOwnTransactions(new PostgresDialect({ pool }), timeouts?.statementMs);
}

/** The dialect of Kysely with transactions that have time-outs and that say why they failed. */
function withOwnTransactions(dialect: Dialect, statementMs: number | undefined): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (kysely) => dialect.createIntrospector(kysely),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver() {
      const driver = dialect.createDriver();
      const begin = CompiledQuery.raw(`begin${statementMs === undefined ? '' : setTimeouts(statementMs)}`);
      const rollback = driver.rollbackTransaction.bind(driver);
      return Object.assign(driver, {
        beginTransaction: async (connection: DatabaseConnection) => void (await connection.executeQuery(begin)),
        // A connection that can't roll back is gone. The error that made it so says more.
        rollbackTransaction: (connection: DatabaseConnection) => rollback(connection).catch(() => {}),
      });
    },
  };
}

/**
 * Part of the message that begins a transaction: PgBouncer refuses connections that ask for time-outs when they start, and gives the
 * session of one client to another.
 *
 * The second one ends the transaction of a replica that is frozen or gone. Otherwise it would keep its locks, and all others that
 * want a slot of the same key would wait.
 */
function setTimeouts(ms: number): string {
  return `; set local statement_timeout = ${ms}; set local idle_in_transaction_session_timeout = ${ms}`;
}

/** An error that the server itself answered a COMMIT with, unless it was just going away: then nothing was committed. */
export function isCertainNotCommitted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '57P');
}

/** 64-bit integers are times and counts here, all of them exact as numbers; `pg` would give text. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === INT8_OID && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format);

/** Fields that the types leave out. `processID`: the server's process, as the server or a pooler named it. */
type Client = pg.ClientBase & Partial<Pick<pg.Client, 'end'>> & { processID?: number };

/**
 * Statements are parsed and planned once for each connection. Not behind a pooler, which gives each transaction any of its
 * sessions: the process that it names is none of PostgreSQL's. Not with `*`, whose columns a newer version may add to meanwhile.
 */
function prepareOnce(client: Client) {
  const names = new Map<string, string>();
  client.query = new Proxy(client.query, {
    apply(query, self, parameters) {
      const [text, values] = parameters;
      if (!Array.isArray(values) || values.length === 0 || /\b(?:select|returning) \*/.test(text))
        return Reflect.apply(query, self, parameters);
      const name = names.get(text) ?? `s${names.size}`;
      if (names.size < MAX_PREPARED) names.set(text, name);
      return Reflect.apply(query, self, [names.has(text) ? { name, text, values } : text, values]);
    },
  });
}

/**
 * After "Query read timeout" `pg` would hand the same dead connection to the next query, which then waits as long. A connection to a
 * server that became a read-only replica would never write again: a new one may lead to the new primary.
 */
function endWhenUseless(client: Client) {
  client.query = new Proxy(client.query, {
    apply(query, self, parameters) {
      const answer: unknown = Reflect.apply(query, self, parameters);
      if (answer instanceof Promise) {
        answer.catch((error: unknown) => {
          if (isUseless(error)) void client.end?.();
        });
      }
      return answer;
    },
  });
}

function isUseless(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code === READ_ONLY;
  return error instanceof Error && error.message === 'Query read timeout';
}
