import type { InboxType, RowField, RowFields, TextField } from '../../contract.ts';
import type { SheetRow } from './sheet.ts';

/* The columns of the table, and what a cell of a row shows. */

export const CELLS = ['address', 'name', 'provider', 'secret', 'smtp', 'imap', 'limit'] as const;

export type Cell = (typeof CELLS)[number];

/** What can be typed into a cell. A cell of a server has several of these. */
export type Part =
  | { kind: 'text' | 'number' | 'secret'; field: TextField }
  | { kind: 'provider'; field: 'inbox_type' }
  /** The name and the port, like `smtp.acme.com:587`. */
  | { kind: 'server'; field: 'smtp_host' | 'imap_host'; port: 'smtp_port' | 'imap_port' }
  | { kind: 'encryption'; field: 'smtp_use_tls' | 'imap_use_ssl' };

/** The first part of a cell is what it shows. */
export const PARTS: Record<Cell, readonly [Part, ...Part[]]> = {
  address: [{ kind: 'text', field: 'email_address' }],
  name: [{ kind: 'text', field: 'display_name' }],
  provider: [{ kind: 'provider', field: 'inbox_type' }],
  secret: [
    { kind: 'secret', field: 'smtp_password' },
    { kind: 'secret', field: 'imap_password' },
  ],
  smtp: [
    { kind: 'server', field: 'smtp_host', port: 'smtp_port' },
    { kind: 'text', field: 'smtp_username' },
    { kind: 'encryption', field: 'smtp_use_tls' },
  ],
  imap: [
    { kind: 'server', field: 'imap_host', port: 'imap_port' },
    { kind: 'text', field: 'imap_username' },
    { kind: 'encryption', field: 'imap_use_ssl' },
  ],
  limit: [{ kind: 'number', field: 'daily_limit' }],
};

/** What is filled in for IMAP where the row says it only for SMTP. */
const TWINS: Partial<Record<RowField, RowField>> = { imap_password: 'smtp_password', imap_username: 'smtp_username' };

export function fieldsOf(part: Part): RowField[] {
  return part.kind === 'server' ? [part.field, part.port] : [part.field];
}

/** What is wrong with a part of a row, in words. A mistake that SMTP and IMAP share is said once. */
export function findError({ check, account }: SheetRow, part: Part): string | undefined {
  const errors = check?.kind === 'to_fix' ? check.errors : {};
  const own = fieldsOf(part).filter((field) => {
    const twin = TWINS[field];
    return twin === undefined || account[field] !== undefined || errors[twin] === undefined;
  });
  return own.map((field) => errors[field]).find((error) => error !== undefined);
}

/**
 * What was probably meant by a value with a mistake. If that is right, the bot decides.
 *
 * @returns undefined for no idea
 */
export function suggest(row: SheetRow, part: Part): string | undefined {
  const written = row.account[part.field];
  if (typeof written !== 'string' || findError(row, part) === undefined) return undefined;
  const mended = MENDS[part.field]?.(written.normalize('NFKC'));
  return mended === '' || mended === written ? undefined : mended;
}

const mendHost = (host: string) =>
  (/^(?:[a-z]+:\/\/)?([^\s/:]+)/i.exec(host.trim().replaceAll(',', '.')) ?? [])[1] ?? '';

const mendNumber = (number: string) => (/^\D*?(\d+)(?:[.,]0+)?\D*$/.exec(number) ?? [])[1] ?? '';

const MENDS: Partial<Record<RowField, (written: string) => string>> = {
  email_address: (address) => {
    const bare = address
      .replace(/\s+at\s+/i, '@')
      .replace(/^\s*mailto:|[\s<>"']/gi, '')
      .replaceAll(',', '.')
      .replace(/^[.;]+|[.;]+$/g, '');
    return /^[^@]+@[^@]+\.[^@]+$/.test(bare) ? bare : '';
  },
  smtp_host: mendHost,
  imap_host: mendHost,
  daily_limit: mendNumber,
};

/** The parts of a cell that have a mistake. */
export function listWrong(row: SheetRow, cell: Cell): Part[] {
  return row.isOut ? [] : PARTS[cell].filter((part) => findError(row, part) !== undefined);
}

/** The value of a field: what is written in the row, or what the bot fills in. */
export function findValue<Field extends RowField>({ account, check }: SheetRow, field: Field) {
  return account[field] ?? check?.filled[field];
}

/** The text of a cell. A password is never shown. */
export function textOf(row: SheetRow, part: Part, providers: Record<InboxType, string>): string {
  if (part.kind === 'server') return joinServer(findValue(row, part.field), findValue(row, part.port));
  if (part.kind === 'provider') {
    const value = findValue(row, part.field);
    return value === undefined ? '' : providers[value];
  }
  if (part.kind === 'encryption' || part.kind === 'secret') return '';
  return findValue(row, part.field) ?? '';
}

export function isFilled(row: SheetRow, part: Part): boolean {
  return fieldsOf(part).every((field) => row.account[field] === undefined);
}

/** Whether the row has a password at all. One is enough for both servers. */
export function hasPassword({ account }: SheetRow): boolean {
  return (account.smtp_password ?? account.imap_password) !== undefined;
}

/** Whether SMTP and IMAP share the password. */
export function hasOnePassword({ account: { smtp_password, imap_password } }: SheetRow): boolean {
  return imap_password === undefined || imap_password === smtp_password;
}

export function joinServer(host = '', port = ''): string {
  return port === '' || host === '' ? host : `${host}:${port}`;
}

/** The fields of a part, from what was typed. A password that both servers have stays the same for both. */
export function parsePart(row: SheetRow, part: Part, typed: string | boolean): RowFields {
  if (part.kind === 'encryption') return { [part.field]: typed === true };
  const text = String(typed);
  if (part.field === 'smtp_password' && row.account.imap_password !== undefined && hasOnePassword(row)) {
    return { smtp_password: text, imap_password: text };
  }
  if (part.kind !== 'server') return { [part.field]: text };
  const [, host = text, port = ''] = /^(.*):(\d*)$/.exec(text) ?? [];
  return { [part.field]: host, [part.port]: port };
}
