import { stringify } from 'csv-stringify/sync';
import { UNREADABLE } from '../../sentences/common.ts';
import type { ListedEntry } from './audit-page.ts';

const COLUMNS = ['time', 'user', 'action', 'request', 'details'];

/**
 * The start of a cell that a spreadsheet would run as a formula: https://owasp.org/www-community/attacks/CSV_Injection
 * A spreadsheet set to split at semicolons or tabs treats quotes as text and starts a cell after each separator and line
 * break. Some spreadsheets skip blanks and quotes before the sign, so these are matched too.
 */
const FORMULA = /(^|[;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠]|[\t\r])/g;

/** The audit trail as CSV (RFC 4180), with times in UTC. With any separator, no cell starts like a formula. */
export function renderAuditCsv(entries: ListedEntry[]): string {
  return stringify([COLUMNS, ...entries.map(toCells)], {
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
    cast: { string: (text) => text.replace(FORMULA, "$1'") },
  });
}

function toCells(entry: ListedEntry): string[] {
  if ('unreadable' in entry) return [toTime(entry.at), '', UNREADABLE.entry, '', UNREADABLE.code(entry.id)];
  const { at, userId = '', action, requestId = '', details } = entry;
  const said = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  return [toTime(at), userId, action, requestId, said.join('; ')];
}

function toTime(at: number | undefined): string {
  return at === undefined ? '' : new Date(at).toISOString();
}
