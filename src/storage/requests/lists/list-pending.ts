import type { Batch } from '../../../add-inbox/batch/batch.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import type { Executor } from '../../database.ts';
import { readRows } from '../../rows/read-rows.ts';
import { isOpen, parseBatch } from '../batches/batch-row.ts';
import { parseRequest, REQUEST_COLUMNS, unfinished } from '../request-row.ts';

/** The unfinished requests of all workspaces, oldest first, without secrets. Of a batch only rows that are set aside. */
export async function listPending(
  { kysely }: Pick<Executor, 'kysely'>,
  limit: number,
): Promise<(AddInboxRequest | Unreadable)[]> {
  const rows = await kysely
    .selectFrom('requests')
    .select(REQUEST_COLUMNS)
    .where(unfinished)
    .where(({ eb, or }) => or([eb('batch_id', 'is', null), eb('set_aside_at', 'is not', null)]))
    .orderBy('accepted_at')
    .orderBy('id')
    .limit(limit)
    .execute();
  return readRows(rows, parseRequest, ({ id, accepted_at: at }) => ({ id, at }));
}

/** The open batches of all workspaces, oldest first, each with the number of its rows that are not settled. */
export async function listPendingBatches(
  { kysely }: Pick<Executor, 'kysely'>,
  limit: number,
): Promise<((Batch & { unsettled: number }) | Unreadable)[]> {
  const rows = await kysely
    .selectFrom('batches')
    .selectAll()
    .select(({ selectFrom, fn }) =>
      selectFrom('requests')
        .select(fn.countAll<number>().as('count'))
        .whereRef('batch_id', '=', 'batches.id')
        .where('outcome_kind', 'is', null)
        .as('unsettled'),
    )
    .where(isOpen)
    .orderBy('created_at')
    .limit(limit)
    .execute();
  return readRows(
    rows,
    (row) => ({ ...parseBatch(row), unsettled: row.unsettled ?? 0 }),
    ({ id, created_at: at }) => ({ id, at }),
  );
}
