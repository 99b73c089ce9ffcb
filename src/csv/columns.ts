import { FileProblem } from './file-problem.ts';
import { translateHeader } from './header-words.ts';

/**
 * The possible contents of a column. Some inbox fields combine several: first and last name, user name and domain, two passwords.
 */
export const COLUMN_FIELDS = [
  'email_address',
  'domain',
  'display_name',
  'first_name',
  'last_name',
  'inbox_type',
  'app_password',
  'smtp_username',
  'smtp_password',
  'smtp_host',
  'smtp_port',
  'smtp_use_tls',
  'imap_username',
  'imap_password',
  'imap_host',
  'imap_port',
  'imap_use_ssl',
  'daily_limit',
] as const;

export type ColumnField = (typeof COLUMN_FIELDS)[number];

/** The columns of a file, by position from 0. If a field has several columns, the preferred one is first. */
export type Columns = {
  byField: Map<ColumnField, number[]>;
  /** The header of each position; empty where the file has no header. */
  headers: string[];
  /** The headers of unused columns. */
  unknown: string[];
  /** The headers of columns with secrets that the bot does not need. Their cells are never read. */
  dropped: string[];
};

/**
 * Normalized headers, the preferred one first, collected from vendors' documentation and public importers. In a file without
 * addresses, `username` is the part before the `@`. Everywhere else it is the login.
 */
const HEADERS: Record<ColumnField, readonly string[]> = {
  email_address: [
    'email',
    'emailaddress',
    'address',
    'fromemail',
    'smtpemail',
    'mail',
    'mailbox',
    'account',
    'emailaccount',
    'primaryemail',
    'userprincipalname',
  ],
  domain: ['domain', 'domainname'],
  display_name: ['displayname', 'fromname', 'sendername', 'name', 'fullname', 'smtpfromname', 'accountname'],
  first_name: ['firstname', 'givenname'],
  last_name: ['lastname', 'surname', 'familyname'],
  inbox_type: ['inboxtype', 'provider', 'serviceprovider', 'esp', 'type'],
  app_password: ['apppassword', 'apppass', 'googleapppassword'],
  smtp_username: ['smtpusername', 'smtpuser', 'smtplogin', 'username', 'user', 'login', 'smtpemail'],
  smtp_password: ['smtppassword', 'smtppass', 'password', 'pass', 'pwd'],
  smtp_host: ['smtphost', 'smtpserver', 'smtp', 'outgoingserver', 'host', 'server'],
  smtp_port: ['smtpport', 'port'],
  smtp_use_tls: ['smtpusetls', 'smtptls', 'smtpssl', 'smtpsecure', 'smtpsecurity', 'smtpencryption', 'encryptiontype'],
  imap_username: ['imapusername', 'imapuser', 'imaplogin', 'imapemail'],
  imap_password: ['imappassword', 'imappass'],
  imap_host: ['imaphost', 'imapserver', 'imap', 'incomingserver'],
  imap_port: ['imapport'],
  imap_use_ssl: ['imapusessl', 'imaptls', 'imapssl', 'imapsecure', 'imapsecurity', 'imapencryption'],
  daily_limit: ['dailylimit', 'maxemailperday', 'maxemailsperday', 'dailysendinglimit', 'dailycap', 'limit', 'epd'],
};

const SECRETS = /secret|2fa|mfa|twofactor|totp|^otp|authenticator|recovery|backup/;

/** Characters of a header. A longer one is none that we know. */
const MAX_HEADER = 200;

const GOOGLE_ADMIN = ['passwordhashfunction', 'orgunitpath'];

/** A header in the form used for comparison: in English, without case, accents, separators, brackets and vendors' prefixes. */
export function normalizeHeader(header: string): string {
  const letters = header
    .slice(0, MAX_HEADER)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\[[^\]]*\]|\([^)]*\)/g, '')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/^custom/, '')
    .replace(/^smpt/, 'smtp');
  return translateHeader(letters);
}

/** The columns that a person chose by hand, by position from 0; undefined: not used. */
export type ChosenColumns = ReadonlyMap<number, ColumnField | undefined>;

/**
 * The contents of the columns under this header row.
 *
 * @param chosen decides before the headers do
 * @throws FileProblem if the columns are those of a file with sign-in passwords
 */
export function findColumns(headers: string[], chosen: ChosenColumns = new Map()): Columns {
  const normalized = headers.map(normalizeHeader);
  const problem = findWrongFile(normalized);
  if (problem !== undefined) throw new FileProblem(problem);
  const byField = new Map<ColumnField, number[]>();
  for (const field of COLUMN_FIELDS) {
    byField.set(
      field,
      HEADERS[field].flatMap((header) => positionsOf(normalized, header)),
    );
  }
  takeHalfName(byField, normalized);
  applyChosen(byField, chosen);
  const used = new Set([...byField.values()].flat());
  const rest = headers
    .map((header, position) => ({ header: header.trim(), position }))
    .filter(({ position }) => !used.has(position));
  const isSecret = ({ position }: { position: number }) => SECRETS.test(normalized[position] ?? '');
  return {
    byField,
    headers: headers.map((header) => header.trim()),
    unknown: rest.filter((each) => !isSecret(each) && each.header !== '').map(({ header }) => header),
    dropped: rest.filter(isSecret).map(({ header }) => header),
  };
}

/** Beside a column for one half of the name, a plain "Name" is the other half, as in "Name;Vorname" and "Name,Surname". */
function takeHalfName(byField: Columns['byField'], normalized: string[]): void {
  const names = byField.get('display_name') ?? [];
  const [missing, other] = (['first_name', 'last_name'] as const).filter((field) => byField.get(field)?.length === 0);
  if (missing === undefined || other !== undefined || names.some((at) => normalized[at] !== 'name')) return;
  byField.set(missing, names).set('display_name', []);
}

/** Puts the chosen columns first, and leaves out columns that were chosen for something else. */
export function applyChosen(byField: Columns['byField'], chosen: ChosenColumns): void {
  for (const field of COLUMN_FIELDS) {
    const own = [...chosen].filter(([, each]) => each === field).map(([position]) => position);
    const positions = [...own, ...(byField.get(field) ?? []).filter((position) => !chosen.has(position))];
    if (positions.length > 0) byField.set(field, positions);
    else byField.delete(field);
  }
}

/** Whether a row of cells is a header: it names a field and contains no address. */
export function isHeader(cells: string[]): boolean {
  if (cells.some((cell) => cell.includes('@'))) return false;
  const known = new Set(Object.values(HEADERS).flat());
  return cells.some((cell) => known.has(normalizeHeader(cell)));
}

function positionsOf(normalized: string[], header: string): number[] {
  return normalized.flatMap((each, position) => (each === header ? [position] : []));
}

function findWrongFile(normalized: string[]): 'google_sign_in_passwords' | 'login_sheet' | undefined {
  const has = (header: string) => normalized.includes(header);
  if (GOOGLE_ADMIN.some(has)) return 'google_sign_in_passwords';
  const isLoginSheet = has('recoveryemail') && has('serviceprovider') && has('admin') && !has('apppassword');
  return isLoginSheet ? 'login_sheet' : undefined;
}
