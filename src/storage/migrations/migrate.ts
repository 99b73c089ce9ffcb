import { sql } from 'kysely';
import type { Database, Executor } from '../database.ts';
import { StorageError } from '../database.ts';

/** An arbitrary number. All versions of the bot have to use the same one. */
const ADVISORY_LOCK = 7_203_641_508;

const LOCK_TIMEOUT_MS = 60_000;

export type Migration = { name: string; up(within: Executor): Promise<void> };

export class MigrationError extends StorageError {
  constructor(name: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('migration_failed', `The database could not be updated: ${name} failed and changed nothing. ${why}`, cause);
  }
}

/** The database is empty, or of an older version of the bot. */
export class NotMigratedError extends StorageError {
  constructor(pending: string[], isEmpty: boolean) {
    super(
      'not_migrated',
      isEmpty
        ? 'The database is empty. Start the bot, which creates its tables.'
        : `The database lacks ${pending.join(', ')}. Start this version of the bot, which adds that.`,
    );
  }
}

/** Changes nothing. @throws NotMigratedError */
export async function mustBeMigrated(database: Executor, migrations: Migration[]): Promise<void> {
  const applied = await listApplied(database);
  const pending = migrations.filter(({ name }) => !applied.includes(name)).map(({ name }) => name);
  if (pending.length > 0) throw new NotMigratedError(pending, applied.length === 0);
}

/** The names of all migrations of the database, also those that only a newer version knows. */
export async function listApplied({ kind, kysely }: Executor): Promise<string[]> {
  const tables =
    kind === 'sqlite'
      ? sql<{ found: string | null }>`select max(name) as found from sqlite_schema where name = 'migrations'`
      : sql<{ found: string | null }>`select to_regclass('migrations')::text as found`;
  const { rows } = await tables.execute(kysely);
  if ((rows[0]?.found ?? null) === null) return [];
  return (await kysely.selectFrom('migrations').select('name').orderBy('name').execute()).map(({ name }) => name);
}

/**
 * Applies the pending migrations, each in its own transaction. Only one process does so at a time. Migrations that this version
 * doesn't know come from a newer version and are ignored.
 *
 * @throws MigrationError; the migrations before the failed one stay applied.
 */
export async function migrate(
  database: Pick<Database, 'transaction'>,
  migrations: Migration[],
  now: () => number,
): Promise<void> {
  const applied = await database.transaction(async (within) => {
    await takeLock(within);
    await sql`
      create table if not exists migrations (name text not null primary key, applied_at bigint not null)
    `.execute(within.kysely);
    const rows = await within.kysely.selectFrom('migrations').select('name').execute();
    return new Set(rows.map(({ name }) => name));
  });
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    try {
      await database.transaction((within) => apply(within, migration, now()));
    } catch (error) {
      throw new MigrationError(migration.name, error);
    }
  }
}

async function apply(within: Executor, { name, up }: Migration, appliedAt: number) {
  await takeLock(within);
  const { kysely } = within;
  const byAnother = await kysely.selectFrom('migrations').select('name').where('name', '=', name).executeTakeFirst();
  if (byAnother) return;
  await up(within);
  await kysely.insertInto('migrations').values({ name, applied_at: appliedAt }).execute();
}

/** SQLite allows only one write transaction at a time, so it needs no lock. */
async function takeLock({ kind, kysely }: Executor) {
  if (kind === 'sqlite') return;
  await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(kysely);
  await sql`select pg_advisory_xact_lock(${sql.lit(ADVISORY_LOCK)})`.execute(kysely);
}
