import { type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Executor } from '../database.ts';
import { POSTGRES_CLOCK, POSTGRES_STARTED_AT } from '../postgres/postgres-clock.ts';
import type { Tables } from '../tables.ts';

export type RequestLease = {
  /** True for requests that no process holds. */
  free: RawBuilder<SqlBool>;
  /** True for requests that this process holds. */
  held: RawBuilder<SqlBool>;
  /** The `lease_until` of a lease taken now. */
  until: RawBuilder<number | null>;
};

/**
 * On PostgreSQL, a replica holds a request for `leaseMs` by the database's clock, because the replicas' clocks may differ. No
 * lease can be renewed while PostgreSQL is stopped. So after a start, every holder gets the time of one lease to renew.
 *
 * On SQLite, this process is the only bot, which the lock beside the file ensures. So other owners' leases are void at once, and
 * this process's leases never expire. A clock that jumps must not make the bot claim its own work twice.
 */
export function createRequestLease(kind: Executor['kind'], lease: { owner: string; leaseMs: number }): RequestLease {
  if (kind === 'sqlite') {
    return {
      free: sql<SqlBool>`(lease_owner is null or lease_owner <> ${lease.owner})`,
      held: sql<SqlBool>`lease_owner = ${lease.owner}`,
      until: leaseUntil(kind, lease.leaseMs),
    };
  }
  // A start time in the future means that the clock was set back after the start.
  const renewable = sql<number>`case when ${POSTGRES_STARTED_AT} <= ${POSTGRES_CLOCK}
    then ${POSTGRES_STARTED_AT} + ${sql.lit(lease.leaseMs)} else 0 end`;
  const free = sql<SqlBool>`(lease_until is null or greatest(lease_until, ${renewable}) <= ${POSTGRES_CLOCK})`;
  return {
    free,
    held: sql<SqlBool>`(lease_owner = ${lease.owner} and not ${free})`,
    until: leaseUntil(kind, lease.leaseMs),
  };
}

/** The `lease_until` of a lease of `leaseMs` taken now. */
export function leaseUntil(kind: Executor['kind'], leaseMs: number): RawBuilder<number | null> {
  return kind === 'sqlite' ? sql<null>`null` : sql<number>`${POSTGRES_CLOCK} + ${leaseMs}`;
}

/** Locks in the order of the ids: two statements that lock several rows in different orders would wait for each other. */
export function inOrder<Table extends 'requests' | 'batches'>(
  { kind }: Pick<Executor, 'kind'>,
  ids: SelectQueryBuilder<Tables, Table, { id: string }>,
) {
  return kind === 'postgres' ? ids.orderBy(sql`id`).forUpdate() : ids;
}

/**
 * The fence of the next claim. A fence at PostgreSQL's maximum integer stays as it is: its row is set aside, so that the claim
 * doesn't fail.
 */
export const nextFence = sql<number>`case when fence < 2147483647 then fence + 1 else fence end`;
