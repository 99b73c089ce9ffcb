import { type Kysely, sql } from 'kysely';
import type { ErasableTable } from '../database.ts';
import type { Tables } from '../tables.ts';

/** Any number; the one of the migrations is another. */
const ADVISORY_LOCK = 7_203_641_509;

/** Whoever wants the table waits behind us for as long as we wait for it. */
const LOCK_TIMEOUT_MS = 100;

/** PostgreSQL's lock_not_available. */
const NOT_AVAILABLE = '55P03';

/**
 * Writes a small table anew without what was deleted from it: PostgreSQL otherwise leaves those bytes in the table's file. The
 * old file is emptied with the commit. False where the table can't be had now: another replica is at it, or somebody reads it
 * for long. (`VACUUM FULL` would keep what any open transaction might still see, however idle.)
 *
 * What stays: PostgreSQL's log of changes (WAL) holds the sealed bytes until its segments are recycled, some checkpoints later;
 * archives of it, standbys that lag behind and backups hold them for as long as they are kept. They are sealed there too, and
 * for good unreadable once the encryption key was taken out of ENCRYPTION_KEYS and destroyed.
 */
export async function erasePostgresTable(kysely: Kysely<Tables>, table: ErasableTable): Promise<boolean> {
  const name = sql.table(table);
  try {
    // One statement: nobody else sees the table without its rows, and the time that it is locked has no round trips in it.
    await sql`
      do $$
      declare
        kept ${name}[];
      begin
        if not pg_try_advisory_xact_lock(${sql.lit(ADVISORY_LOCK)}) then
          raise exception 'another is at it' using errcode = ${sql.lit(NOT_AVAILABLE)};
        end if;
        perform set_config('lock_timeout', ${sql.lit(`${LOCK_TIMEOUT_MS}ms`)}, true);
        lock table ${name} in access exclusive mode;
        select array_agg(row_of_it) into kept from ${name} row_of_it;
        truncate ${name};
        insert into ${name} select (unnest(kept)).*;
      end $$`.execute(kysely);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NOT_AVAILABLE) return false;
    throw error;
  }
}
