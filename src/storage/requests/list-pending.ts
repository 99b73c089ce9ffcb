import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Executor } from '../database.ts';
import { readRows } from '../rows/read-rows.ts';
import { parseRequest, REQUEST_COLUMNS, unfinished } from './request-row.ts';

/** The unfinished requests of all workspaces, oldest first, without secrets. */
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
