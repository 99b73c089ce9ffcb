import { type ExpressionBuilder, sql } from 'kysely';
import { toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import { type Cursor, type InboxFilter, OUTCOMES_OF, type Page } from '../../../add-inbox/lists/page.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import type { Executor } from '../../database.ts';
import { findNext, NEWEST, ROWS_A_PAGE } from '../../rows/read-page.ts';
import { readRows } from '../../rows/read-rows.ts';
import { storedTime } from '../../rows/stored-json.ts';
import type { Tables } from '../../tables.ts';
import { parseRequest, REQUEST_COLUMNS } from '../request-row.ts';

/** A retry among so many later requests hides the request that it tries again. */
const LATER_LOOKED_AT = 1_000;

export type LatestQuery = InboxFilter & { before?: Cursor | undefined; limit: number };

/**
 * The workspace's requests, the newest first; of those that try an inbox again and the one they try, the last. Without an outcome
 * to look for, only those for single inboxes. However many there are, a page reads about ROWS_A_PAGE rows, along one index.
 */
export async function listLatest(
  { kysely }: Pick<Executor, 'kysely'>,
  teamId: string,
  { before, owner, outcome, limit }: LatestQuery,
  onUnreadable: (id: string, error: unknown) => void,
): Promise<Page<AddInboxRequest | Unreadable>> {
  const ofTeam = kysely
    .selectFrom('requests')
    .where('team_id', '=', teamId)
    .$if(before !== undefined, (query) => query.where('accepted_at', '<=', before?.at ?? NEWEST));
  const last = await ofTeam
    .select('accepted_at')
    .orderBy('accepted_at', 'desc')
    .limit(1)
    .offset(sql.lit(ROWS_A_PAGE))
    .executeTakeFirst();
  const floor = storedTime.safeParse(last?.accepted_at).data;
  const rows = await ofTeam
    .select(REQUEST_COLUMNS)
    .$if(before !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('accepted_at', 'id'), '<', tuple(before?.at ?? NEWEST, before?.id ?? '')),
      ),
    )
    .$if(floor !== undefined, (query) => query.where('accepted_at', '>=', floor ?? 0))
    .$if(owner !== undefined, (query) => query.where('client', '=', owner === undefined ? '' : toStoredName(owner)))
    .$if(outcome === undefined, (query) => query.where('batch_id', 'is', null))
    .where((eb) => hasOutcome(eb, outcome))
    .where(isNotRetried)
    .orderBy('accepted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const listed = rows.slice(0, limit);
  return {
    entries: readRows(listed, parseRequest, ({ id, accepted_at: at }) => ({ id, at }), onUnreadable),
    next: findNext(
      rows.map(({ id, accepted_at: at }) => ({ id, at })),
      limit,
      floor,
    ),
  };
}

type OfRequests = ExpressionBuilder<Tables, 'requests'>;

function hasOutcome(eb: OfRequests, outcome: LatestQuery['outcome']) {
  if (outcome === undefined) return eb.lit(true);
  return outcome === 'under_way' ? eb('outcome_kind', 'is', null) : eb('outcome_kind', 'in', OUTCOMES_OF[outcome]);
}

/** True if no later request retries the one in this row, either directly or in the same thread. */
function isNotRetried({ selectFrom, not, exists }: OfRequests) {
  const later = selectFrom('requests as later')
    .select(['later.retry_of', 'later.announcement_channel', 'later.announcement_ts'])
    .whereRef('later.team_id', '=', 'requests.team_id')
    // This condition excludes no rows, but lets the database use the index.
    .whereRef('later.accepted_at', '>=', 'requests.accepted_at')
    .where(({ eb, refTuple }) =>
      eb(refTuple('later.accepted_at', 'later.id'), '>', refTuple('requests.accepted_at', 'requests.id')),
    )
    .orderBy('later.accepted_at')
    .limit(sql.lit(LATER_LOOKED_AT));
  const retries = selectFrom(later.as('later'))
    .select('later.retry_of')
    .where(({ or, and, eb, ref }) =>
      or([
        eb('later.retry_of', '=', ref('requests.id')),
        and([
          eb('later.announcement_channel', '=', ref('requests.announcement_channel')),
          eb('later.announcement_ts', '=', ref('requests.announcement_ts')),
        ]),
      ]),
    );
  return not(exists(retries));
}
