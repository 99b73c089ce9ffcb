import { type ColumnField, type Columns, findColumns, isHeader } from './columns.ts';
import { decodeText, type Encoding } from './decode-text.ts';
import { FileProblem, MAX_ROWS } from './file-problem.ts';
import { findVendor, type Vendor } from './find-vendor.ts';
import { isFreeText, readFreeRows } from './free-rows.ts';
import { readCells } from './read-cells.ts';
import type { ReadRow } from './row.ts';
import { type CellRow, splitCells } from './split-cells.ts';

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
};

/**
 * The rows of a vendor's CSV file, of pasted spreadsheet rows, or of lines with an address and a password. It checks only what it
 * needs for reading. 5,000 rows take about 0.2 s, in slices so that other work can run in between.
 *
 * @throws FileProblem if the whole text can't be used; no other error, whatever the bytes are
 */
export async function readRows(bytes: Uint8Array): Promise<ReadFile> {
  const { text, encoding } = decodeText(bytes);
  if (isFreeText(text)) return { ...NO_COLUMNS, rows: limited(readFreeRows(text)), encoding };
  const cells = await splitCells(text);
  const [first, ...others] = cells;
  if (first === undefined) throw new FileProblem('empty');
  if (!isHeader(first.cells)) return { ...readWithoutHeader(cells), encoding };
  const columns = findColumns(first.cells);
  // Files that were put together have the header once more in the middle.
  const rest = others.filter((row) => row.cells.join() !== first.cells.join());
  if (rest.length === 0) throw new FileProblem('empty');
  if (!columns.byField.has('email_address') && !isAddressInParts(columns)) throw new FileProblem('no_address');
  return {
    rows: limited(rest.map((row) => readCells(row, columns))),
    encoding,
    vendor: findVendor(columns.headers),
    ...describeColumns(columns),
  };
}

const NO_COLUMNS = { vendor: undefined, columns: [], unknown: [], dropped: [], doubled: [] };

/** An address, a password and, in a table, possibly more columns. Hosting panels write such tables without a header. */
function readWithoutHeader(cells: CellRow[]): Omit<ReadFile, 'encoding'> {
  const position = cells[0]?.cells.findIndex((cell) => cell.includes('@')) ?? -1;
  if (position === -1) throw new FileProblem('no_address');
  const columns: Columns = {
    byField: new Map<ColumnField, number[]>([
      ['email_address', [position]],
      ['smtp_password', [position + 1]],
    ]),
    headers: [],
    unknown: [],
    dropped: [],
  };
  const width = Math.max(...cells.map((row) => row.cells.length));
  const headers = Array.from({ length: width }, (_, index) => `Column ${index + 1}`);
  const { columns: used } = describeColumns({ ...columns, headers });
  return {
    ...NO_COLUMNS,
    rows: limited(cells.map((row) => readCells(row, columns))),
    columns: used,
    unknown: headers.filter((_, index) => index !== position && index !== position + 1),
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
