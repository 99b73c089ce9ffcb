import type { AuditEntry } from '../add-inbox/audit.ts';

const COLUMNS = ['time', 'user', 'action', 'request', 'details'];

/** What a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r]/;

/** The audit trail as RFC 4180 has it; times in UTC. No cell begins like a formula. */
export function renderAuditCsv(entries: AuditEntry[]): string {
  const rows = entries.map(({ at, userId = '', action, requestId = '', details }) => [
    new Date(at).toISOString(),
    userId,
    action,
    requestId,
    Object.entries(details)
      .map(([name, value]) => `${name}: ${value}`)
      .join('; '),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(toCell).join(',')}\r\n`).join('');
}

function toCell(text: string): string {
  const inert = FORMULA.test(text) ? `'${text}` : text;
  return `"${inert.replaceAll('"', '""')}"`;
}
