import { setImmediate as nextTurn } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { FileProblem, MAX_ROWS } from './file-problem.ts';

/** A row as written in the file. */
export type CellRow = {
  /** The line it begins on, counted from 1. */
  line: number;
  cells: string[];
};

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The header has more separators than a title above it. */
const FIRST_LINES = 10;

/** Without a header, a password in the first line may have more separators than the line itself. */
const FIRST_ADDRESS = /^"?[^\s,;|"@]+@[^\s,;|"@]+"?([,;|\t])/;

/** Files that were put together have several. The parser would otherwise use only the first one it finds. */
const LINE_BREAKS = ['\r\n', '\n', '\r'];

/** A row longer than this is not read. In most cases, a quotation mark was never closed. The secure page sends no longer cell. */
export const MAX_ROW_CHARACTERS = 20_000;

/** The limit above does not count separators. A row of millions of empty cells would keep everybody waiting. */
const MAX_CELLS = 1_000;

/** How much is parsed before other work can run: about 5 ms. */
const SLICE_CHARACTERS = 32_768;

/**
 * The cells of a text with separators. The delimiter is the one after the first address, or the most frequent one in the header, or
 * the one that Excel's `sep=` line names. Other work can run in between.
 *
 * @throws FileProblem with the line if a quotation mark is never closed, or if there are too many rows
 */
export async function splitCells(text: string): Promise<CellRow[]> {
  const { rest, delimiter, isPadded, skippedLines } = findDelimiter(text);
  const rows: CellRow[] = [];
  let line = skippedLines + 1;
  let failure: unknown;
  const parser = parse({
    delimiter,
    record_delimiter: LINE_BREAKS,
    relax_quotes: true,
    relax_column_count: true,
    trim: isPadded,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  parser.on('data', (cells: string[]) => {
    if (cells.length > MAX_CELLS) failure ??= new FileProblem('broken_row', line);
    if (cells.some((cell) => cell.trim() !== '')) rows.push({ line, cells });
    line += 1 + countBreaks(cells);
  });
  parser.on('error', (error) => {
    failure = error;
  });
  for (let at = 0; at < rest.length && failure === undefined && rows.length <= MAX_ROWS + 1; at += SLICE_CHARACTERS) {
    parser.write(rest.slice(at, at + SLICE_CHARACTERS));
    await nextTurn();
  }
  if (rows.length > MAX_ROWS + 1) throw new FileProblem('too_many_rows');
  if (failure === undefined) await ended(parser);
  if (failure !== undefined) throw toProblem(failure, line, rest.includes('"'));
  return rows;

  async function ended(stream: typeof parser): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    stream.on('close', resolve);
    stream.end();
    await promise;
  }
}

function toProblem(error: unknown, line: number, hasQuotes: boolean): unknown {
  if (!(error instanceof CsvError)) return error;
  const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE';
  return new FileProblem(isOpen && hasQuotes ? 'unclosed_quote' : 'broken_row', line);
}

type Format = {
  /** The text from the header on. */
  rest: string;
  delimiter: string;
  /** A blank follows each delimiter of the header, as in Woodpecker's files, so it is no part of the cells. */
  isPadded: boolean;
  skippedLines: number;
};

function findDelimiter(text: string): Format {
  const unmarked = text.replace(/^\uFEFF/, '');
  const [statement, stated] = /^"?sep=(.)"?(?:\r\n|\n|\r)/i.exec(unmarked) ?? [];
  if (statement !== undefined && stated !== undefined) {
    return { rest: unmarked.slice(statement.length), delimiter: stated, isPadded: false, skippedLines: 1 };
  }
  const [blank = ''] = /^\s*(?:\r\n|\n|\r)/.exec(unmarked) ?? [];
  const rest = unmarked.slice(blank.length);
  const lines = rest.split(/[\r\n]+/, FIRST_LINES);
  const top = lines.slice(
    0,
    Math.max(
      1,
      lines.findIndex((line) => line.includes('@')),
    ),
  );
  const counts = top.flatMap((line) => {
    const unquoted = line.replace(/"[^"]*"/g, '');
    return DELIMITERS.map((delimiter) => ({ line, delimiter, count: unquoted.split(delimiter).length }));
  });
  const most = counts.reduce((best, each) => (each.count > best.count ? each : best));
  const [, delimiter = most.delimiter] = FIRST_ADDRESS.exec(most.line) ?? [];
  const [, ...others] = most.line.split(delimiter);
  const isPadded = others.length > 0 && others.every((cell) => cell.startsWith(' '));
  return { rest, delimiter, isPadded, skippedLines: countBreaks([blank]) };
}

function countBreaks(texts: string[]): number {
  return texts.reduce((sum, text) => sum + (text.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}
