import { z } from 'zod';
import { findWarnings, type Warning } from '../account/find-warnings.ts';
import { isRefused, type LoginVerdict } from '../account/login-verdict.ts';
import { accountDefaults, INBOX_TYPES, type InboxType } from '../account/providers.ts';
import {
  type FieldErrors,
  parseEmailAddress,
  type SenderAccount,
  type TypedAccount,
  validateAccount,
} from '../account/sender-account.ts';
import { fillInName, LOCAL_PART } from '../keys/client-presets.ts';

/** The fields of a row that have something in them, as it is written there. */
export type RowAccount = { inbox_type?: InboxType | undefined } & {
  [Field in keyof Omit<TypedAccount, 'inbox_type'>]?: TypedAccount[Field] | undefined;
};

/** The fields of a row where one comes from outside, or out of the database. @param text what a text may be */
export function rowShape(text: z.ZodType<string | undefined>) {
  const flag = z.boolean().optional();
  return {
    email_address: text,
    display_name: text,
    inbox_type: z.enum(INBOX_TYPES).optional(),
    smtp_host: text,
    smtp_port: text,
    smtp_username: text,
    smtp_password: text,
    imap_host: text,
    imap_port: text,
    imap_username: text,
    imap_password: text,
    daily_limit: text,
    smtp_use_tls: flag,
    imap_use_ssl: flag,
  } satisfies Record<keyof RowAccount, z.ZodType>;
}

/** One row of a file or a pasted text, by its line, counted from 1. */
export type Row = {
  line: number;
  account: RowAccount;
  /** The bot's own check of the login; undefined where there was none. */
  login?: LoginVerdict | undefined;
  /** Why there can be no inbox at its domain, in a sentence for the person; found while its servers were looked up. */
  noInbox?: string | undefined;
};

/** The values for fields that a row leaves out. */
export type RowDefaults = {
  inboxType?: InboxType | undefined;
  /** Mails a day. */
  dailyLimit?: number | undefined;
  /** The sender's name, in which `{local}` is the part of the address before the @. */
  displayName?: string | undefined;
};

/** A row that can be sent, with the bot's own check of its login if there was one. */
type Sendable = { account: SenderAccount; warnings: Warning[]; login?: LoginVerdict | undefined };

export type CheckedRow = { line: number; address: string } & (
  | ({ kind: 'ready' } & Sendable)
  /** Password logins are off at Microsoft 365, so it is sent only if a person wants that. */
  | ({ kind: 'held' } & Sendable)
  /** Its servers refused the login, so it is sent only if a person wants that. */
  | ({ kind: 'login_refused' } & Sendable)
  | { kind: 'to_fix'; errors: FieldErrors }
  /** The same inbox is in an earlier line. */
  | { kind: 'twice'; firstLine: number }
  /** Another row has the same address and other values, and nobody can tell which one is right. */
  | { kind: 'differs'; firstLine: number }
  /** A request for this address waits in the workspace already. */
  | { kind: 'waiting' }
  /** The file should fix the failed rows of a batch, and this address did not fail there. */
  | { kind: 'not_failed' }
);

type RowChecks = {
  defaults: RowDefaults;
  /** Addresses, in lower case, for which a request of the workspace is not finished. */
  waiting: ReadonlySet<string>;
  /** Whether an address has a domain that is not the client's. */
  isOtherDomain(address: string): boolean;
  /** Lets other work go on. */
  pause(): Promise<void>;
};

/** Rows that are checked between two pauses: about 10 ms of work. */
const ROWS_AT_A_TIME = 100;

/** Checks every row by the rules of the form, and finds addresses that are in there twice. Nothing is sent or stored. */
export async function checkRows(
  rows: readonly Row[],
  { defaults, waiting, isOtherDomain, pause }: RowChecks,
): Promise<CheckedRow[]> {
  const firstBy = new Map<string, Row>();
  const checked: CheckedRow[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await pause();
    const typed = row.account.email_address ?? '';
    const address = parseEmailAddress(typed)?.toLowerCase();
    const first = address === undefined ? undefined : firstBy.get(address);
    const found = checkRow(row, first, address);
    // Of a row that can't be sent, a later one may be the corrected copy.
    if (address !== undefined && first === undefined && found.kind !== 'to_fix') firstBy.set(address, row);
    checked.push({ line: row.line, address: address ?? typed, ...found });
  }
  return checked;

  function checkRow(row: Row, first: Row | undefined, address: string | undefined) {
    if (first !== undefined) {
      return {
        kind: isSameAccount(first, row, defaults) ? ('twice' as const) : ('differs' as const),
        firstLine: first.line,
      };
    }
    if (address !== undefined && waiting.has(address)) return { kind: 'waiting' as const };
    const validated = validateAccount(fillIn(row.account, defaults));
    if (!validated.ok) return { kind: 'to_fix' as const, errors: explain(validated.errors, row) };
    const account = validated.value;
    return {
      ...judge(account, row.login),
      account,
      warnings: findWarnings(account, isOtherDomain(account.email_address)),
    };
  }
}

/** The right address may be enough to find the servers, so nobody has to look for those of a wrong one. */
function explain(errors: FieldErrors, { account: { inbox_type, smtp_host, imap_host }, noInbox }: Row): FieldErrors {
  const email_address = noInbox ?? errors.email_address;
  if (email_address === undefined || (inbox_type ?? smtp_host ?? imap_host) !== undefined) return errors;
  const { smtp_host: _smtp, imap_host: _imap, ...others } = errors;
  return { ...others, email_address };
}

/** Whether a row is sent unless a person decides otherwise. */
export function judge(account: SenderAccount, login: LoginVerdict | undefined) {
  if (account.inbox_type === 'OUTLOOK_365') return { kind: 'held' as const, login };
  return { kind: login !== undefined && isRefused(login) ? ('login_refused' as const) : ('ready' as const), login };
}

/** The row with everything that its provider, its address and the defaults say. A custom server has no default. */
export function fillIn(row: RowAccount, defaults: RowDefaults): TypedAccount {
  const [local = ''] = (row.email_address ?? '').trim().split('@');
  const inboxType = row.inbox_type ?? defaults.inboxType ?? 'CUSTOM_SMTP';
  const known = accountDefaults(inboxType, row.email_address);
  const limit = defaults.dailyLimit === undefined ? known.daily_limit : String(defaults.dailyLimit);
  return {
    email_address: row.email_address,
    // Some vendors write the local part where a row has no name.
    display_name:
      (row.display_name === local ? undefined : row.display_name) ??
      fillInName(defaults.displayName ?? LOCAL_PART, row.email_address ?? ''),
    inbox_type: inboxType,
    smtp_host: row.smtp_host ?? known.smtp_host,
    smtp_port: row.smtp_port ?? known.smtp_port,
    smtp_username: row.smtp_username ?? known.smtp_username,
    smtp_password: row.smtp_password ?? row.imap_password,
    imap_host: row.imap_host ?? known.imap_host,
    imap_port: row.imap_port ?? known.imap_port,
    imap_username: row.imap_username ?? row.smtp_username ?? known.imap_username,
    imap_password: row.imap_password ?? row.smtp_password,
    daily_limit: row.daily_limit ?? limit,
    smtp_use_tls: row.smtp_use_tls ?? known.smtp_use_tls,
    imap_use_ssl: row.imap_use_ssl ?? known.imap_use_ssl,
  };
}

/** Whether two rows with the same address say the same of it. */
function isSameAccount(first: Row, row: Row, defaults: RowDefaults): boolean {
  const [one, other] = [first, row].map(({ account }) =>
    JSON.stringify(fillIn({ ...account, email_address: '' }, defaults)),
  );
  return one === other;
}
