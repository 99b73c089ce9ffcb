import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ColumnField, Columns } from './columns.ts';
import type { CellRow } from './split-cells.ts';

/** Facts about the values of a column, without the values. `numbers`: the least and the greatest, if all are whole numbers. */
type ColumnValues = { count: number; numbers?: { from: number; to: number } };

/** One column of a file, by position from 0. `header` is '' where the file has none. */
export type FileColumn = {
  position: number;
  header: string;
  field: ColumnField | undefined;
  /** It has secrets that ColdSend does not need, and is not read. */
  isDropped: boolean;
  /** Only for columns that are not used. */
  values: ColumnValues | undefined;
  /** The probable field of a column that is not used. */
  suggested: ColumnField | undefined;
};

const MAX_DIGITS = 9;

/** A person looks at them. The rest of a broken file is no use to anybody. */
const MAX_COLUMNS = 100;

const GUESSES: [field: ColumnField, from: number, to: number][] = [
  ['smtp_port', 587, 587],
  ['smtp_port', 465, 465],
  ['imap_port', 993, 993],
  ['daily_limit', 1, 2_000],
];

/** The columns with what is in them, for a person who may correct what we made of them. Other work can run in between. */
export async function describeFileColumns(columns: Columns, rows: readonly CellRow[]): Promise<FileColumn[]> {
  const { byField, headers, dropped } = columns;
  const width = Math.max(headers.length, ...rows.map(({ cells }) => cells.length));
  const described: FileColumn[] = [];
  for (let position = 0; position < Math.min(width, MAX_COLUMNS); position += 1) {
    const header = headers[position] ?? '';
    const field = [...byField].find(([, positions]) => positions.includes(position))?.[0];
    const isDropped = field === undefined && dropped.includes(header) && header !== '';
    const values = field === undefined && !isDropped ? describeValues(rows, position) : undefined;
    described.push({ position, header, field, isDropped, values, suggested: values && suggest(values, byField) });
    await nextTurn();
  }
  return described;
}

function describeValues(rows: readonly CellRow[], position: number): ColumnValues {
  const filled = rows.map(({ cells }) => cells[position]?.trim() ?? '').filter((cell) => cell !== '');
  if (filled.length === 0 || !filled.every((cell) => /^\d+$/.test(cell) && cell.length <= MAX_DIGITS)) {
    return { count: filled.length };
  }
  const numbers = filled.map(Number);
  return { count: filled.length, numbers: { from: Math.min(...numbers), to: Math.max(...numbers) } };
}

function suggest({ numbers }: ColumnValues, byField: Columns['byField']): ColumnField | undefined {
  if (numbers === undefined) return undefined;
  return GUESSES.find(([field, from, to]) => !byField.has(field) && numbers.from >= from && numbers.to <= to)?.[0];
}
