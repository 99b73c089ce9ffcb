import { type SqlBool, sql } from 'kysely';
import type { Cursor, Page } from '../../add-inbox/lists/page.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Executor } from '../database.ts';
import { readRows } from './read-rows.ts';
import { storedTime } from './stored-json.ts';

/** A page reads at most about this many rows, so that a rare match in a million rows costs no more than any other. */
export const ROWS_A_PAGE = 10_000;

/** Later than all times that are stored. */
const NEWEST = 253_402_300_799_999;

type TimeColumn = 'accepted_at' | 'created_at' | 'at';

/** True for rows that come after the cursor in a list sorted by time and id, the newest first. */
export function isAfter(time: TimeColumn, { at, id }: Cursor) {
  // The first condition follows from the second, but makes both databases use the index.
  return sql<SqlBool>`(${sql.ref(time)} <= ${at} and (${sql.ref(time)}, id) < (${at}, ${id}))`;
}

/** The time of the last row that the page may look at; undefined where it may look at all that are left. */
export async function findFloor(
  { kysely }: Pick<Executor, 'kysely'>,
  { table, time }: { table: 'requests' | 'audit_entries'; time: TimeColumn },
  teamId: string,
  before: Cursor | undefined,
): Promise<number | undefined> {
  const { rows } = await sql<{ at: unknown }>`
    select ${sql.ref(time)} as at from ${sql.table(table)}
    where team_id = ${teamId} ${before === undefined ? sql`` : sql`and ${sql.ref(time)} <= ${before.at}`}
    order by ${sql.ref(time)} desc limit 1 offset ${sql.lit(ROWS_A_PAGE)}
  `.execute(kysely);
  return storedTime.safeParse(rows[0]?.at).data;
}

/**
 * The rows as a page of `limit` entries.
 *
 * @param rows up to one more than `limit`
 * @param locate the row's id and the time it is listed by
 * @param floor see `findFloor`
 */
export function toPage<Row, Read>(
  rows: Row[],
  { parse, locate, onUnreadable }: ReadingRows<Row, Read>,
  limit: number,
  floor?: number,
): Page<Read | Unreadable> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    entries: readRows(shown, parse, locate, onUnreadable),
    // Where nothing more was found, all rows of the floor's time were looked at, and no id is smaller than ''.
    next: last === undefined ? (floor === undefined ? undefined : { at: floor, id: '' }) : toCursor(locate(last)),
  };
}

type ReadingRows<Row, Read> = {
  parse: (row: Row) => Read;
  locate: (row: Row) => { id: string; at: unknown };
  onUnreadable: (id: string, error: unknown) => void;
};

function toCursor({ id, at }: { id: string; at: unknown }): Cursor {
  return { id, at: storedTime.safeParse(at).data ?? NEWEST };
}
