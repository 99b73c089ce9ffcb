import { stringify } from 'csv-stringify/sync';

/**
 * The start of a cell that a spreadsheet would run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
 * A spreadsheet set to split at semicolons or tabs treats quotes as text and starts a cell after each separator and line
 * break. Some spreadsheets skip blanks and quotes before the sign, so these are matched too.
 */
const FORMULA = /(^|[;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠]|[\t\r])/g;

/** Rows of cells as CSV (RFC 4180). With any separator, no cell starts like a formula. */
export function renderCsv(rows: readonly (readonly string[])[]): string {
  return stringify([...rows], {
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
    cast: { string: (text) => text.replace(FORMULA, "$1'") },
  });
}

/** A time in UTC, as spreadsheets read it. */
export function toCsvTime(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}
