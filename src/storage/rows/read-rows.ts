import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Tables } from '../tables.ts';
import { storedTime } from './stored-json.ts';

/** Called each time that a row can't be read. */
export type OnUnreadable = (id: string, error: unknown, table: keyof Tables) => void;

/**
 * Reads each row separately. An unreadable row appears in the list as unreadable, and doesn't affect the others.
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
