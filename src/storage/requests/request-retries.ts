import { type SqlBool, sql } from 'kysely';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Executor } from '../database.ts';
import { readRows } from '../rows/read-rows.ts';
import { parseRequest, REQUEST_COLUMNS } from './request-row.ts';

/** A retry may look older than the request that it retries: replicas' clocks differ, and one may be set back. */
const CLOCKS_APART_MS = 60 * 60 * 1000;

/**
 * The later request that makes a retry of this one pointless. It retries the same request, or has the same address and client;
 * and it has added the inbox, found it at ColdSend, or is still in progress. Inside a transaction, no other retry of the same
 * request can come in between.
 */
export async function findSuccessor(db: Executor, teamId: string, id: string): Promise<AddInboxRequest | undefined> {
  const select = () => db.kysely.selectFrom('requests').select(REQUEST_COLUMNS).where('team_id', '=', teamId);
  const retried = select().where('id', '=', id);
  const row = await (db.kind === 'postgres' ? retried.forUpdate() : retried).executeTakeFirst();
  if (row === undefined) return undefined;
  const { accepted_at, announcement_channel, announcement_ts, client } = row;
  const successor = await select()
    .where('accepted_at', '>=', accepted_at - CLOCKS_APART_MS)
    .where('id', '<>', id)
    .where(({ or, eb }) => or([eb('outcome_kind', 'is', null), eb('outcome_kind', 'in', ['added', 'exists'])]))
    .where(({ or, and, eb }) =>
      or([
        eb('retry_of', '=', id),
        and([eb('announcement_channel', '=', announcement_channel), eb('announcement_ts', '=', announcement_ts)]),
        and([
          eb('accepted_at', '>=', accepted_at),
          eb('client', '=', client),
          isFor(db, parseRequest(row).account.email_address),
        ]),
      ]),
    )
    .orderBy(sql`case outcome_kind when 'added' then 0 when 'exists' then 1 else 2 end`)
    .orderBy('accepted_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (successor === undefined) return undefined;
  // An unreadable row must not block a retry.
  const [found] = readRows([successor], parseRequest, (row) => ({ id: row.id, at: row.accepted_at }));
  return found === undefined || 'unreadable' in found ? undefined : found;
}

/** Whether the stored account has this address, ignoring case. Text is compared, because a row with damaged JSON would fail a query. */
function isFor({ kind }: Executor, address: string) {
  const piece = sql`lower(${`"email_address":${JSON.stringify(address)}`})`;
  return kind === 'postgres'
    ? sql<SqlBool>`strpos(lower(account), ${piece}) > 0`
    : sql<SqlBool>`instr(lower(account), ${piece}) > 0`;
}
