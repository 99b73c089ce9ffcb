import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Tables } from '../tables.ts';
import { storedTime } from './stored-json.ts';

/** Told about a row that can't be read, each time somebody tries. */
export type OnUnreadable = (id: string, error: unknown, table: keyof Tables) => void;

/**
 * Reads each row for itself: one that can't be read stands in its place as that, and hides no other.
 *
 * @param locate the row's id and the time it is listed by
 */
export function readRows<Row, Read>(
  rows: Row[],
  parse: (row: Row) => Read,
  locate: (row: Row) => { id: string; at: unknown },
  onUnreadable: (id: string, error: unknown) => void = () => {},
): (Read | Unreadable)[] {
  return rows.map((row) => {
    try {
      return parse(row);
    } catch (error) {
      const { id, at } = locate(row);
      onUnreadable(String(id), error);
      return { unreadable: true, id: String(id), at: storedTime.safeParse(at).data };
    }
  });
}
