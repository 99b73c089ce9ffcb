import type { InboxType } from '../add-inbox/account/providers.ts';
import type { RowAccount } from '../add-inbox/batch/check-rows.ts';
import type { ColumnField, Columns } from './columns.ts';
import type { ReadRow, RowFlag } from './row.ts';
import type { CellRow } from './split-cells.ts';

/** The forms in which spreadsheets write a long number, a truth value or a date. */
const BY_SPREADSHEET =
  /^(?:\d(?:[.,]\d+)?E\+\d+|TRUE|FALSE|\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d\d|#+|#(?:REF|VALUE|NAME|NUM|N\/A|DIV\/0)[!?]?)$/;

/** The apostrophe that our own files, and others, put before what a spreadsheet would run as a formula. A password is kept as it is. */
const ESCAPED_FORMULA = /(^|[;\t\r\n])'(?=[\s"]*[=+\-@＝＋－＠])/g;

/** The names that vendors and people use for the providers. */
const PROVIDER_WORDS: [words: RegExp, inboxType: InboxType][] = [
  [/google|gmail|gsuite|workspace/, 'GOOGLE_WORKSPACE'],
  [/microsoft|outlook|office365|o365|m365|exchange|hotmail/, 'OUTLOOK_365'],
];

const PROVIDER_HOSTS: [host: RegExp, inboxType: InboxType][] = [
  [/(?:^|\.)(?:gmail|googlemail|google)\.com$/i, 'GOOGLE_WORKSPACE'],
  [/(?:^|\.)(?:office365|outlook|hotmail)\.com$/i, 'OUTLOOK_365'],
];

/** Addresses of these domains always belong to this provider. */
const PROVIDER_DOMAINS: [domain: RegExp, inboxType: InboxType][] = [
  [/^(?:gmail|googlemail)\.com$/i, 'GOOGLE_WORKSPACE'],
  [/^(?:outlook|hotmail|live|msn)\.com$/i, 'OUTLOOK_365'],
];

/** The ports for STARTTLS. There, "secure: false" means "no TLS from the first byte". */
const STARTTLS_PORTS = ['587', '143', '2525'];

/** One row of a table, field by field. */
export function readCells({ line, cells }: CellRow, columns: Columns): ReadRow {
  const flags = new Set<RowFlag>(findShape(cells, columns));
  const cell = (field: ColumnField) => firstFilled(cells, columns.byField.get(field));
  const { address, name } = readAddress(cell);
  const smtp = readServer(cell('smtp_host'), cell('smtp_port'), flags);
  const imap = readServer(cell('imap_host'), cell('imap_port'), flags);
  const inbox_type = findInboxType(cell('inbox_type'), [smtp.host, imap.host], address);
  const account: RowAccount = {
    email_address: address,
    display_name: cell('display_name') ?? joined(cell('first_name'), cell('last_name')) ?? name,
    inbox_type,
    smtp_host: smtp.host,
    smtp_port: smtp.port,
    smtp_username: cell('smtp_username'),
    smtp_password: readPassword(cells, columns, inbox_type, flags),
    smtp_use_tls: readEncryption(cell('smtp_use_tls'), smtp.port, flags),
    imap_host: imap.host,
    imap_port: imap.port,
    imap_username: cell('imap_username'),
    imap_password: keptCell(cells, columns.byField.get('imap_password')),
    imap_use_ssl: readEncryption(cell('imap_use_ssl'), imap.port, flags),
    daily_limit: readNumber(cell('daily_limit'), flags),
  };
  for (const flag of flagsOfPassword(account.imap_password ?? '')) flags.add(flag);
  return { line, account: withoutEmpty(account), flags: [...flags] };
}

/** The flags of a password, without any part of it. */
function flagsOfPassword(password: string): RowFlag[] {
  const bare = password.trim();
  if (BY_SPREADSHEET.test(bare)) return ['changed_by_spreadsheet'];
  if (/^[^\s@]+@[a-z\d.-]+\.[a-z]{2,}$/i.test(bare)) return ['address_as_password'];
  if (/^".*"$/.test(bare)) return ['quotes_around_password'];
  return password !== bare ? ['blank_around_password'] : [];
}

function findShape(cells: string[], { headers }: Columns): RowFlag[] {
  if (headers.length === 0) return [];
  const filled = cells.findLastIndex((cell) => cell.trim() !== '') + 1;
  if (filled > headers.length) return ['long_row'];
  return cells.length < headers.length ? ['short_row'] : [];
}

function readAddress(cell: (field: ColumnField) => string | undefined): { address: string | undefined; name?: string } {
  const typed = cell('email_address');
  const domain = cell('domain');
  const user = cell('smtp_username');
  if (typed === undefined) {
    if (user === undefined || domain === undefined) return { address: undefined };
    return { address: user.includes('@') ? user : `${user}@${domain.replace(/^@/, '')}` };
  }
  const [, name, inner] = /^"?([^"<]*?)"?\s*<([^<>]+)>$/.exec(typed) ?? [];
  const address = (inner ?? typed).replace(/^mailto:/i, '').trim();
  const at = address.lastIndexOf('@');
  const lower = at === -1 ? address : address.slice(0, at) + address.slice(at).toLowerCase();
  return name === undefined || name === '' ? { address: lower } : { address: lower, name };
}

function readServer(
  host: string | undefined,
  port: string | undefined,
  flags: Set<RowFlag>,
): { host: string | undefined; port: string | undefined } {
  const bare = host
    ?.replace(/^(?:smtps?|imaps?|https?):\/\//i, '')
    .replace(/\/+$/, '')
    .replace(/\s+/g, '');
  const [, name, attached] = /^([^:]+):(\d+)$/.exec(bare ?? '') ?? [];
  return { host: name ?? bare, port: readNumber(port ?? attached, flags) };
}

/** `587.0` is 587, and `1,000` may be a thousand, so it stays as it is. A spreadsheet's `5.87E+02` is accepted if it is a whole number, and flagged because digits may be lost. */
function readNumber(typed: string | undefined, flags: Set<RowFlag>): string | undefined {
  if (typed === undefined) return undefined;
  const plain = typed.replace(/^(\d+)[.,]00?$/, '$1');
  if (!/^\d+(?:[.,]\d+)?e\+?\d+$/i.test(plain)) return plain;
  flags.add('number_by_spreadsheet');
  const value = Number(plain.replace(',', '.'));
  return Number.isSafeInteger(value) ? String(value) : plain;
}

function readEncryption(typed: string | undefined, port: string | undefined, flags: Set<RowFlag>): boolean | undefined {
  if (typed === undefined) return undefined;
  const word = typed.toLowerCase();
  if (/^(?:none|false|no|off|0|plain)$/.test(word) && !STARTTLS_PORTS.includes(port ?? '')) flags.add('no_encryption');
  return true;
}

/** The host is stronger evidence than a word in a column, and both are stronger than the address. */
function findInboxType(
  word: string | undefined,
  hosts: (string | undefined)[],
  address: string | undefined,
): InboxType | undefined {
  const known = hosts.filter((host) => host !== undefined);
  const byHost = known.map((host) => PROVIDER_HOSTS.find(([pattern]) => pattern.test(host))?.[1] ?? 'CUSTOM_SMTP');
  if (byHost.length > 0) return byHost.every((each) => each === byHost[0]) ? byHost[0] : 'CUSTOM_SMTP';
  if (word !== undefined) {
    const plain = word.toLowerCase().replace(/[^a-z0-9]/g, '');
    return PROVIDER_WORDS.find(([pattern]) => pattern.test(plain))?.[1] ?? 'CUSTOM_SMTP';
  }
  const domain = address?.slice(address.lastIndexOf('@') + 1) ?? '';
  return PROVIDER_DOMAINS.find(([pattern]) => pattern.test(domain))?.[1];
}

/** An app password has priority, because the other password is then the one for signing in. */
function readPassword(
  cells: string[],
  { byField }: Columns,
  inboxType: InboxType | undefined,
  flags: Set<RowFlag>,
): string | undefined {
  const app = keptCell(cells, byField.get('app_password'));
  const own = keptCell(cells, byField.get('smtp_password'));
  const password = app ?? own;
  if (app !== undefined && own !== undefined && app !== own && inboxType === 'CUSTOM_SMTP') flags.add('two_passwords');
  for (const flag of flagsOfPassword(password ?? '')) flags.add(flag);
  return password;
}

function firstFilled(cells: string[], positions: number[] | undefined): string | undefined {
  return keptCell(cells, positions)?.trim().replace(ESCAPED_FORMULA, '$1');
}

/** Keeps spaces, because they can be part of a password. */
function keptCell(cells: string[], positions: number[] | undefined): string | undefined {
  return positions?.map((position) => cells[position]).find((cell) => cell !== undefined && cell.trim() !== '');
}

/** Some files have the whole name in one of the two columns. */
function joined(first: string | undefined, last: string | undefined): string | undefined {
  if (first === undefined || last?.startsWith(`${first} `)) return last;
  return last === undefined || first.endsWith(` ${last}`) ? first : `${first} ${last}`;
}

function withoutEmpty(account: RowAccount): RowAccount {
  return Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined));
}
