import type { Announcement } from '../../../add-inbox/request/request.ts';
import type { Executor } from '../../database.ts';
import { announcementColumns, toAnnouncement } from '../request-row.ts';

/** Where an inbox or a batch has its thread, and whose it is. */
type ThreadOf = { id: string; userId: string; announcement: Announcement | undefined };

const COLUMNS = ['id', 'user_id', 'announcement_channel', 'announcement_ts', 'announcement_place'] as const;

/** The threads of requests and batches, by their ids. A row of a batch has no messages of its own: its thread is the batch's. */
export async function findThreads(
  { kysely }: Pick<Executor, 'kysely'>,
  teamId: string,
  ids: string[],
): Promise<ThreadOf[]> {
  if (ids.length === 0) return [];
  const requests = await kysely
    .selectFrom('requests')
    .select([...COLUMNS, 'batch_id'])
    .where('team_id', '=', teamId)
    .where('id', 'in', ids)
    .execute();
  const batchIds = requests.flatMap(({ batch_id }) => batch_id ?? []);
  const batches = await kysely
    .selectFrom('batches')
    .select(COLUMNS)
    .where('team_id', '=', teamId)
    .where('id', 'in', [...ids, ...batchIds])
    .execute();
  const batchById = new Map(batches.map((batch) => [batch.id, batch]));
  return [
    ...requests.map((row) => toThread(row, row.batch_id === null ? row : (batchById.get(row.batch_id) ?? row))),
    ...batches.filter(({ id }) => ids.includes(id)).map((row) => toThread(row, row)),
  ];
}

function toThread({ id, user_id: userId }: { id: string; user_id: string }, announced: unknown): ThreadOf {
  return { id, userId, announcement: toAnnouncement(announcementColumns.parse(announced)) };
}
