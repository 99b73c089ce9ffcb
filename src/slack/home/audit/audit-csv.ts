import { stringify } from 'csv-stringify/sync';
import { UNREADABLE } from '../../sentences/common.ts';
import type { ListedEntry } from './audit-page.ts';

const COLUMNS = ['time', 'user', 'action', 'request', 'details'];

/**
 * Where a spreadsheet would see a cell that begins like a formula: https://owasp.org/www-community/attacks/CSV_Injection
 * One that is set to split at semicolons or tabs takes the quotes for text, and begins a cell after each of these, and after each line
 * break. Blanks and quotes before the sign do not help: some skip them.
 */
const FORMULA = /(^|[;\t\r\n])(?=[\s"]*[=+\-@＝＋－＠]|[\t\r])/g;

/** The audit trail as RFC 4180 has it; times in UTC. However a spreadsheet splits it, no cell begins like a formula. */
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
