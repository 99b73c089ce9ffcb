import { type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Executor } from '../database.ts';
import { readRows } from '../rows/read-rows.ts';
import type { Tables } from '../tables.ts';
import { parseRequest, REQUEST_COLUMNS } from './request-row.ts';

/**
 * The later request that makes trying this one again pointless: it tried it again, or is for the same address and client,
 * and has added the inbox, found it there, or is still under way. Within a transaction no other retry of the same request
 * comes in between.
 */
export async function findSuccessor(db: Executor, teamId: string, id: string): Promise<AddInboxRequest | undefined> {
  const select = () => db.kysely.selectFrom('requests').select(REQUEST_COLUMNS).where('team_id', '=', teamId);
  const retried = select().where('id', '=', id);
  const row = await (db.kind === 'postgres' ? retried.forUpdate() : retried).executeTakeFirst();
  if (row === undefined) return undefined;
  const { accepted_at, announcement_channel, announcement_ts, client } = row;
  const successor = await select()
    .where('accepted_at', '>=', accepted_at)
    .where('id', '<>', id)
    .where(({ or, eb }) => or([eb('outcome_kind', 'is', null), eb('outcome_kind', 'in', ['added', 'exists'])]))
    .where(({ or, and, eb }) =>
      or([
        eb('retry_of', '=', id),
        and([eb('announcement_channel', '=', announcement_channel), eb('announcement_ts', '=', announcement_ts)]),
        and([eb('client', '=', client), isFor(db, parseRequest(row).account.email_address)]),
      ]),
    )
    .orderBy(sql`case outcome_kind when 'added' then 0 when 'exists' then 1 else 2 end`)
    .orderBy('accepted_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (successor === undefined) return undefined;
  // One that can't be read keeps nobody from trying again.
  const [found] = readRows([successor], parseRequest, (row) => ({ id: row.id, at: row.accepted_at }));
  return found === undefined || 'unreadable' in found ? undefined : found;
}

/** Whether no later request tries the one of this row again: directly, or as another one in the same thread. */
export function isNotRetried({ selectFrom, not, exists }: ExpressionBuilder<Tables, 'requests'>) {
  const retries = selectFrom('requests as later')
    .select('later.id')
    .whereRef('later.team_id', '=', 'requests.team_id')
    // Of itself no bound, but what lets the index be used.
    .whereRef('later.accepted_at', '>=', 'requests.accepted_at')
    .where(({ eb, refTuple }) =>
      eb(refTuple('later.accepted_at', 'later.id'), '>', refTuple('requests.accepted_at', 'requests.id')),
    )
    .where(({ or, and, eb, ref }) =>
      or([
        eb('later.retry_of', '=', ref('requests.id')),
        and([
          eb('later.announcement_channel', '=', ref('requests.announcement_channel')),
          eb('later.announcement_ts', '=', ref('requests.announcement_ts')),
        ]),
      ]),
    )
    .limit(1)
    // With an offset PostgreSQL looks row by row, and so at few, instead of joining all requests of the workspace.
    .offset(0);
  return not(exists(retries));
}

/**
 * Whether the stored account has this address, in whatever letters. As text: a database refuses the whole query where one
 * row's JSON is damaged.
 */
function isFor({ kind }: Executor, address: string) {
  const piece = sql`lower(${`"email_address":${JSON.stringify(address)}`})`;
  return kind === 'postgres'
    ? sql<SqlBool>`strpos(lower(account), ${piece}) > 0`
    : sql<SqlBool>`instr(lower(account), ${piece}) > 0`;
}
