import { setImmediate as nextTurn } from 'node:timers/promises';
import { applyChosen, type ChosenColumns, type ColumnField, type Columns, findColumns, isHeader } from './columns.ts';
import { decodeText, type Encoding } from './decode-text.ts';
import { describeFileColumns, type FileColumn } from './describe-columns.ts';
import { FileProblem, MAX_ROWS } from './file-problem.ts';
import { findVendor, type Vendor } from './find-vendor.ts';
import { addressAndPassword, isFreeText, readFreeRows } from './free-rows.ts';
import { readCells } from './read-cells.ts';
import type { ReadRow } from './row.ts';
import { type CellRow, splitCells } from './split-cells.ts';

/** Rows that are read between two pauses: about 5 ms of work. */
const ROWS_AT_A_TIME = 200;

/** Rows above the header that are skipped. */
const MAX_TITLES = 10;

export type ReadFile = {
  rows: ReadRow[];
  encoding: Encoding;
  vendor: Vendor | undefined;
  /** The field for each used header, in the order of the file; empty for free lines. A column without a header has its number. */
  columns: { header: string; field: ColumnField }[];
  /** The headers of unused columns, and of columns with secrets, which were not read. */
  unknown: string[];
  dropped: string[];
  /** The fields with several columns, the preferred one first. The first column with a value is used. */
  doubled: { field: ColumnField; headers: string[] }[];
  /** All columns; empty for free lines, and where no columns can be chosen. */
  table: FileColumn[];
};

/**
 * The rows of a vendor's CSV file, of pasted spreadsheet rows, or of lines with an address and a password. It checks only what it
 * needs for reading. 5,000 rows take about 0.2 s, in slices so that other work can run in between.
 *
 * @param chosen the columns that a person chose. Without it, nobody can, and the column with the addresses must be found.
 * @throws FileProblem if the whole text can't be used; no other error, whatever the bytes are
 */
export async function readRows(bytes: Uint8Array, chosen?: ChosenColumns): Promise<ReadFile> {
  const { text, encoding } = decodeText(bytes);
  if (isFreeText(text)) return { ...NO_COLUMNS, rows: limited(readFreeRows(text)), encoding };
  const cells = withoutTitles(await splitCells(text));
  const [first, ...others] = cells;
  if (first === undefined) throw new FileProblem('empty');
  const isNamed = isHeader(first.cells) || (chosen !== undefined && !first.cells.some(hasAt) && hasAddress(others));
  if (!isNamed) return { ...(await readWithoutHeader(cells, chosen)), encoding };
  const columns = findColumns(first.cells, chosen);
  // Files that were put together have the header once more in the middle.
  const rest = others.filter((row) => row.cells.join() !== first.cells.join());
  if (rest.length === 0) throw new FileProblem('empty');
  const isFound = columns.byField.has('email_address') || isAddressInParts(columns);
  if (!isFound && (chosen === undefined || !hasAddress(rest))) throw new FileProblem('no_address');
  return {
    rows: limited(await readAll(rest, columns)),
    encoding,
    vendor: findVendor(columns.headers),
    ...describeColumns(columns),
    table: chosen === undefined ? [] : await describeFileColumns(columns, rest),
  };
}

/** People write titles and notes above the header. */
function withoutTitles(rows: CellRow[]): CellRow[] {
  const top = rows.slice(0, MAX_TITLES + 1);
  const header = top.findIndex(({ cells }) => cells.some(hasAt) || isHeader(cells));
  return header > 0 && isHeader(rows[header]?.cells ?? []) ? rows.slice(header) : rows;
}

async function readAll(rows: CellRow[], columns: Columns): Promise<ReadRow[]> {
  const read: ReadRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await nextTurn();
    read.push(readCells(row, columns));
  }
  return read;
}

function hasAddress(rows: CellRow[]): boolean {
  return rows.some(({ cells }) => cells.some(hasAt));
}

function hasAt(cell: string): boolean {
  return cell.includes('@');
}

const NO_COLUMNS = { vendor: undefined, columns: [], unknown: [], dropped: [], doubled: [], table: [] };

/** An address, a password and, in a table, possibly more columns. Hosting panels write such tables without a header. */
async function readWithoutHeader(cells: CellRow[], chosen?: ChosenColumns): Promise<Omit<ReadFile, 'encoding'>> {
  const position = cells[0]?.cells.findIndex(hasAt) ?? -1;
  if (position === -1) throw new FileProblem('no_address');
  const columns = addressAndPassword(position);
  if (chosen !== undefined) applyChosen(columns.byField, chosen);
  const width = Math.max(...cells.map((row) => row.cells.length));
  const headers = Array.from({ length: width }, (_, index) => `Column ${index + 1}`);
  const { columns: used } = describeColumns({ ...columns, headers });
  return {
    ...NO_COLUMNS,
    rows: limited(await readAll(cells, columns)),
    columns: used,
    unknown: headers.filter((_, index) => index !== position && index !== position + 1),
    table: chosen === undefined ? [] : await describeFileColumns(columns, cells),
  };
}

function isAddressInParts({ byField }: Columns): boolean {
  return byField.has('smtp_username') && byField.has('domain');
}

function describeColumns({ byField, headers, unknown, dropped }: Columns) {
  const columns = headers.flatMap((header, position) => {
    const field = [...byField].find(([, positions]) => positions.includes(position))?.[0];
    return field === undefined ? [] : [{ header, field }];
  });
  const passwords = [...(byField.get('app_password') ?? []), ...(byField.get('smtp_password') ?? [])];
  const doubled = [...new Map(byField).set('smtp_password', passwords)].flatMap(([field, positions]) =>
    positions.length > 1 && field !== 'app_password'
      ? [{ field, headers: positions.map((position) => headers[position] ?? '') }]
      : [],
  );
  return { columns, unknown, dropped, doubled };
}

function limited(rows: ReadRow[]): ReadRow[] {
  if (rows.length === 0) throw new FileProblem('empty');
  if (rows.length > MAX_ROWS) throw new FileProblem('too_many_rows');
  return rows;
}
