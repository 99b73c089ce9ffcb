import { type SqlBool, sql } from 'kysely';
import type { AddInboxRequest } from '../add-inbox/request.ts';
import type { Unreadable } from '../add-inbox/unreadable.ts';
import type { Executor } from './database.ts';
import { readRows } from './read-rows.ts';
import { parseRequest, REQUEST_COLUMNS } from './request-row.ts';

/** As a literal: with a parameter here neither database would use the index of unfinished requests. */
const unfinished = sql<SqlBool>`state <> 'told'`;

/** The requests of all workspaces that are not finished, the oldest first, without anything secret. */
export async function listPending(
  { kysely }: Pick<Executor, 'kysely'>,
  limit: number,
): Promise<(AddInboxRequest | Unreadable)[]> {
  const rows = await kysely
    .selectFrom('requests')
    .select(REQUEST_COLUMNS)
    .where(unfinished)
    .orderBy('accepted_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return readRows(rows, parseRequest, ({ id, accepted_at: at }) => ({ id, at }));
}
