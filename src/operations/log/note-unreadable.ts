import { z } from 'zod';
import { describeError, type Log } from './log.ts';

/** The number of rows that are remembered as noted. Beyond it, some rows are noted again. */
const MAX_NOTED = 10_000;

/** Reports each row that can't be read, only once even if it is read often. */
export function createNoteUnreadable(
  log: Log,
  onNoted: (table: string) => void,
): (id: string, error: unknown, table: string) => void {
  const noted = new Set<string>();
  return (id, error, table) => {
    const name = `${table} ${id}`;
    if (noted.has(name)) return;
    if (noted.size >= MAX_NOTED) noted.clear();
    noted.add(name);
    onNoted(table);
    const about = { ...describeError(error), table, row: id, ...columnOf(error) };
    log.error("A stored row can't be read by this version", about);
  };
}

function columnOf(error: unknown): { column?: string } {
  const column = error instanceof z.ZodError ? error.issues[0]?.path[0] : undefined;
  return typeof column === 'string' ? { column } : {};
}
