import { type ExpressionBuilder, sql } from 'kysely';
import { toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import {
  type Cursor,
  type InboxFilter,
  OUTCOMES_OF,
  type OutcomeGroup,
  type Page,
} from '../../../add-inbox/lists/page.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import type { Executor } from '../../database.ts';
import { findFloor, isAfter, toPage } from '../../rows/read-page.ts';
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
  query: LatestQuery,
  onUnreadable: (id: string, error: unknown) => void,
): Promise<Page<AddInboxRequest | Unreadable>> {
  const floor = await findFloor({ kysely }, { table: 'requests', time: 'accepted_at' }, teamId, query.before);
  const rows = await kysely
    .selectFrom('requests')
    .select(REQUEST_COLUMNS)
    .where('team_id', '=', teamId)
    .where((eb) => matches(eb, query, floor))
    .where(isNotRetried)
    .orderBy('accepted_at', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute();
  const locate = ({ id, accepted_at: at }: (typeof rows)[number]) => ({ id, at });
  return toPage(rows, { parse: parseRequest, locate, onUnreadable }, query.limit, floor);
}

type OfRequests = ExpressionBuilder<Tables, 'requests'>;

function matches(eb: OfRequests, { before, owner, outcome }: LatestQuery, floor: number | undefined) {
  return eb.and([
    ...(before === undefined ? [] : [isAfter('accepted_at', before)]),
    ...(floor === undefined ? [] : [eb('accepted_at', '>=', floor)]),
    ...(owner === undefined ? [] : [eb('client', '=', toStoredName(owner))]),
    outcome === undefined ? eb('batch_id', 'is', null) : hasOutcome(eb, outcome),
  ]);
}

function hasOutcome(eb: OfRequests, outcome: OutcomeGroup) {
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
