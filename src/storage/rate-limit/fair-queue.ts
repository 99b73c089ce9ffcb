import { type SqlBool, sql } from 'kysely';
import type { Shares } from '../../add-inbox/worker/shares.ts';
import type { Executor } from '../database.ts';
import type { RequestLease } from '../requests/lease-sql.ts';
import { expiresAt, REQUEST_COLUMNS, type RequestRow } from '../requests/request-row.ts';
import type { SlotKind } from './key-budget.ts';
import { withinShares } from './within-shares.ts';

/** Larger than any batch of slots. */
const PLACES = 1_024;

/**
 * The single inboxes or the rows of batches that are queued for a slot of a key, in the order in which they get one. Every
 * person's first request comes before anyone's second. Among equals, the person with the longest time since their last slot
 * comes first. The number of slots a person has already used doesn't count.
 *
 * @param now milliseconds since 1970; requests that expire by then are left out
 */
export function createFairQueue({ kysely }: Executor, keyFingerprint: string, { kind, now, lease }: QueueDeps) {
  const isOfKind = kind === 'single' ? sql<SqlBool>`batch_id is null` : sql<SqlBool>`batch_id is not null`;
  const isWaiting = sql<SqlBool>`turn_of = ${keyFingerprint} and ${isOfKind} and state = 'announced' and ${expiresAt} > ${now}`;
  return { findFirst, countBefore };

  /** The first `count` unclaimed requests, without those of owners that have used up their shares here. */
  function findFirst(count: number, shares: Shares): Promise<RequestRow[]> {
    const isFree = sql<SqlBool>`${isWaiting} and ${lease.free}`;
    const mayStart = sql<SqlBool>`id in ${withinShares(isFree, lease, shares)}`;
    return kysely
      .selectFrom('requests')
      .innerJoin(ordered(mayStart).as('queue'), 'queue.queued_id', 'requests.id')
      .select(REQUEST_COLUMNS)
      .orderBy('place')
      .limit(count)
      .execute();
  }

  /** The number of queued requests of this kind that get their slot before this one. */
  async function countBefore(requestId: string): Promise<number> {
    const row = await kysely
      .selectFrom(ordered(sql<SqlBool>`true`).as('queue'))
      .select('place')
      .where('queued_id', '=', requestId)
      .executeTakeFirst();
    return row === undefined ? 0 : row.place - 1;
  }

  function ordered(whom: RequestLease['free']) {
    return kysely
      .with('waiting', (query) =>
        query.selectFrom('requests').select(['id', 'team_id', 'user_id', 'accepted_at']).where(isWaiting).where(whom),
      )
      .with('served', (query) =>
        query
          .selectFrom('coldsend_turns')
          .select(['team_id', 'user_id'])
          .select(sql<number>`max(taken_at * ${sql.lit(PLACES)} + place)`.as('last'))
          .where('key_fingerprint', '=', keyFingerprint)
          // PostgreSQL can't calculate with an absurdly early time.
          .where('taken_at', '>=', 0)
          .groupBy(['team_id', 'user_id']),
      )
      .with('people', (query) =>
        query
          .selectFrom('waiting')
          .leftJoin('served', (join) =>
            join.onRef('served.team_id', '=', 'waiting.team_id').onRef('served.user_id', '=', 'waiting.user_id'),
          )
          .select(['id', 'accepted_at'])
          .select(sql<number>`coalesce(last, 0)`.as('last'))
          .select(
            sql<number>`row_number() over (partition by waiting.team_id, waiting.user_id order by accepted_at, id)`.as(
              'of_person',
            ),
          ),
      )
      .selectFrom('people')
      .select('id as queued_id')
      .select(sql<number>`row_number() over (order by of_person, last, accepted_at, id)`.as('place'));
  }
}

type QueueDeps = { kind: SlotKind; now: number; lease: RequestLease };
