import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Executor } from '../database.ts';
import { POSTGRES_CLOCK, POSTGRES_STARTED_AT } from '../postgres/postgres-clock.ts';

export type RequestLease = {
  /** True for requests that nobody holds. */
  free: RawBuilder<SqlBool>;
  /** True for requests that this process holds. */
  held: RawBuilder<SqlBool>;
  /** `lease_until` of a lease taken now. */
  until: RawBuilder<number | null>;
  /** Whether a lease ends unless it is renewed. */
  runsOut: boolean;
};

/**
 * Replicas on PostgreSQL hold a request for `leaseMs` by the database's clock: theirs may differ. While PostgreSQL was stopped
 * nobody could renew, so whoever held one then has the time of a lease from its start to do so.
 *
 * On SQLite this process is the only bot (the lock beside the file proves it), so what another owner held is void at once, and
 * what this one holds never runs out: a clock that jumps must not make it claim its own work twice.
 */
export function createRequestLease(kind: Executor['kind'], lease: { owner: string; leaseMs: number }): RequestLease {
  if (kind === 'sqlite') {
    return {
      free: sql<SqlBool>`(lease_owner is null or lease_owner <> ${lease.owner})`,
      held: sql<SqlBool>`lease_owner = ${lease.owner}`,
      until: leaseUntil(kind, lease.leaseMs),
      runsOut: false,
    };
  }
  // A start in the future is that of a clock which was set back since.
  const renewable = sql<number>`case when ${POSTGRES_STARTED_AT} <= ${POSTGRES_CLOCK}
    then ${POSTGRES_STARTED_AT} + ${sql.lit(lease.leaseMs)} else 0 end`;
  const free = sql<SqlBool>`(lease_until is null or greatest(lease_until, ${renewable}) <= ${POSTGRES_CLOCK})`;
  return {
    free,
    held: sql<SqlBool>`(lease_owner = ${lease.owner} and not ${free})`,
    until: leaseUntil(kind, lease.leaseMs),
    runsOut: true,
  };
}

/** `lease_until` of a lease of `leaseMs` taken now. */
export function leaseUntil(kind: Executor['kind'], leaseMs: number): RawBuilder<number | null> {
  return kind === 'sqlite' ? sql<null>`null` : sql<number>`${POSTGRES_CLOCK} + ${leaseMs}`;
}

/** The fence of the next claim. One at the end of PostgreSQL's integers stays: its row is set aside, and fails nobody's claim. */
export const nextFence = sql<number>`case when fence < 2147483647 then fence + 1 else fence end`;
