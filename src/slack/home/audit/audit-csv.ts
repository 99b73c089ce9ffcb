import { renderCsv, toCsvTime } from '../../blocks/render-csv.ts';
import { UNREADABLE } from '../../sentences/common.ts';
import type { ListedEntry } from './audit-page.ts';

const COLUMNS = ['time', 'user', 'action', 'request', 'details'];

/** The audit trail as CSV, with times in UTC. */
export function renderAuditCsv(entries: ListedEntry[]): string {
  return renderCsv([COLUMNS, ...entries.map(toCells)]);
}

function toCells(entry: ListedEntry): string[] {
  if ('unreadable' in entry) return [toCsvTime(entry.at), '', UNREADABLE.entry, '', UNREADABLE.code(entry.id)];
  const { at, userId = '', action, requestId = '', details } = entry;
  const said = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  return [toCsvTime(at), userId, action, requestId, said.join('; ')];
}
