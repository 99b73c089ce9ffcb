import pg from 'pg';
import { toPostgresUrl } from './postgres-url.ts';

const CONNECT_WITHIN_MS = 5_000;

/** Facts for operators about a PostgreSQL server and the connection to it. */
export type PostgresFacts = {
  version: string;
  user: string;
  /** The schema in which the bot creates its tables; undefined if search_path names none that exists. */
  schema: string | undefined;
  mayCreate: boolean;
  /** Whether the bot's tables belong to the user, so that migrations can change them; also true if there are none. */
  ownsTables: boolean;
  isReadOnly: boolean;
  /** Whether this machine speaks TLS with what is at the address. */
  isEncrypted: boolean;
  /** Whether the address leads to another machine. */
  isRemote: boolean;
  /** PgBouncer or the like between, and how it gives out its connections. */
  pooler: 'none' | 'transaction' | 'session';
  /** The time of the server in milliseconds since 1970. */
  now: number;
};

type Row = {
  version: string;
  user: string;
  schema: string | null;
  may_create: boolean | null;
  is_read_only: boolean;
  owns_tables: boolean;
  now: number;
};

/** The columns of one row. */
const FACTS: Record<keyof Row, string> = {
  version: "current_setting('server_version')",
  user: 'current_user::text',
  schema: 'current_schema()::text',
  may_create: "has_schema_privilege(current_schema(), 'create')",
  owns_tables: `not exists (select from pg_class
    where oid in (to_regclass('migrations'), to_regclass('requests')) and not pg_has_role(relowner, 'usage'))`,
  is_read_only: "pg_is_in_recovery() or current_setting('transaction_read_only') = 'on'",
  now: '(extract(epoch from clock_timestamp()) * 1000)::float8',
};

/**
 * Asks the server of `DATABASE_URL` about itself, and changes nothing.
 *
 * @throws the errors of `pg`; `explainFailure` has sentences for them
 */
export async function inspectPostgres(url: string): Promise<PostgresFacts> {
  const [first, second] = [createClient(url), createClient(url)];
  try {
    await Promise.all([first.connect(), second.connect()]);
    const columns = Object.entries(FACTS).map(([name, expression]) => `${expression} as "${name}"`);
    const { rows } = await first.query<Row>(`select ${columns.join(', ')}`);
    const [row] = rows;
    if (row === undefined) throw new TypeError('the server gave no answer');
    return {
      version: row.version,
      user: row.user,
      schema: row.schema ?? undefined,
      mayCreate: row.may_create === true,
      ownsTables: row.owns_tables,
      isReadOnly: row.is_read_only,
      isEncrypted: Boolean(first.ssl),
      isRemote: isRemote(first.host),
      pooler: await findPooler(first, second),
      now: row.now,
    };
  } finally {
    await Promise.allSettled([first.end(), second.end()]);
  }
}

function createClient(url: string): pg.Client {
  return new pg.Client({
    connectionString: toPostgresUrl(url) ?? url,
    application_name: 'coldsend-inbox-bot',
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    query_timeout: CONNECT_WITHIN_MS,
  }).on('error', () => {});
}

/** A pooler gives each client a number of its own for canceling. In transaction mode, two clients get the same server process. */
async function findPooler(first: pg.Client, second: pg.Client): Promise<PostgresFacts['pooler']> {
  const [one, other] = [await findProcess(first), await findProcess(second)];
  const given = 'processID' in first ? first.processID : undefined;
  if (one === given) return 'none';
  return one === other ? 'transaction' : 'session';
}

async function findProcess(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return rows[0]?.pid;
}

function isRemote(host: string): boolean {
  return !(host === 'localhost' || host === '::1' || host.startsWith('127.') || host.startsWith('/'));
}
