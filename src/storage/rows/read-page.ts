import type { Cursor } from '../../add-inbox/lists/page.ts';
import { storedTime } from './stored-json.ts';

/** A page reads at most about this many rows, so that a rare match in a million rows costs no more than any other. */
export const ROWS_A_PAGE = 10_000;

/** Later than all times that are stored. */
export const NEWEST = 253_402_300_799_999;

/**
 * Where the next page starts.
 *
 * @param rows up to one more than `limit`
 * @param floor the time of the last row that was looked at; undefined where there are no more
 */
export function findNext(
  rows: { id: string; at: unknown }[],
  limit: number,
  floor: number | undefined,
): Cursor | undefined {
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined)
    return { at: storedTime.safeParse(last.at).data ?? NEWEST, id: last.id };
  // All rows of that time were looked at, and no id is smaller than this one.
  return floor === undefined ? undefined : { at: floor, id: '' };
}
