import { accountDefaults, type InboxType } from '../../add-inbox/account/providers.ts';
import type { Passwords } from '../../add-inbox/account/sender-account.ts';
import type { FormField } from '../ids.ts';
import { HINTS } from '../sentences/fields.ts';
import type { Found } from './servers/found.ts';

/*
 * The fields of the form, one row each; their labels and hints are in sentences/fields.ts. A new field needs a row here, a
 * default, and a place on one of the pages; the compiler reports a missing one. Passwords have no row: no draft may hold one.
 */

type Row = {
  kind: 'text' | 'number' | 'flag' | 'provider';
  /** The field's name in `private_metadata`. It never changes, since forms that are open during a deploy contain it. */
  letter: string;
  /** The maximum length of a text, in characters, or the highest number. */
  max?: number;
  hint?: string;
};

const HIGHEST_PORT = 65_535;

/** In the order of writing to `private_metadata`. Where not everything fits, the last ones are left out. */
export const FIELDS = {
  inbox_type: { kind: 'provider', letter: 't' },
  same_login: { kind: 'flag', letter: 'm' },
  smtp_use_tls: { kind: 'flag', letter: 's' },
  imap_use_ssl: { kind: 'flag', letter: 'i' },
  daily_limit: { kind: 'number', letter: 'd', max: Number.MAX_SAFE_INTEGER, hint: HINTS.daily_limit },
  smtp_port: { kind: 'number', letter: 'p', max: HIGHEST_PORT, hint: HINTS.smtp_port },
  imap_port: { kind: 'number', letter: 'q', max: HIGHEST_PORT, hint: HINTS.imap_port },
  email_address: { kind: 'text', letter: 'a', max: 255, hint: HINTS.email_address },
  display_name: { kind: 'text', letter: 'n', max: 255, hint: HINTS.display_name },
  smtp_username: { kind: 'text', letter: 'x', max: 255, hint: HINTS.smtp_username },
  imap_username: { kind: 'text', letter: 'y', max: 255, hint: HINTS.imap_username },
  smtp_host: { kind: 'text', letter: 'h', max: 255, hint: HINTS.smtp_host },
  imap_host: { kind: 'text', letter: 'k', max: 255, hint: HINTS.imap_host },
} as const satisfies Record<Exclude<FormField, keyof Passwords>, Row>;

export const WHO_FIELDS = ['email_address', 'display_name', 'inbox_type'] as const;

/** These fields are shown together: always for another provider, and on request for Google and Microsoft. */
export const SERVER_FIELDS = [
  'smtp_host',
  'smtp_port',
  'smtp_username',
  'smtp_use_tls',
  'imap_host',
  'imap_port',
  'imap_use_ssl',
  'same_login',
  'imap_username',
] as const;

/** The fields below the servers, for every provider. */
export const OTHER_FIELDS = ['daily_limit'] as const;

export const HOW_FIELDS = [...SERVER_FIELDS, ...OTHER_FIELDS] as const;

type DraftField = keyof typeof FIELDS;
type Values = { text: string; number: string; flag: boolean; provider: InboxType };
type FieldOfKind<Kind> = { [F in DraftField]: (typeof FIELDS)[F]['kind'] extends Kind ? F : never }[DraftField];

export type FlagField = FieldOfKind<'flag'>;
export type TypedField = FieldOfKind<'text' | 'number'>;

/**
 * The person's input so far, unchanged and without passwords. A field that equals its default (the provider's servers, the
 * address as user name, the recommended limit) is undefined, so that it follows a change of address or provider.
 */
export type Draft = { [F in DraftField]?: Values[(typeof FIELDS)[F]['kind']] | undefined } & {
  /** The servers of Google or Microsoft are shown for editing. */
  servers_open?: boolean | undefined;
  /** Only where the person let the bot find the servers. `inbox_type` is undefined then. */
  found?: Found | undefined;
};

type HowField = (typeof HOW_FIELDS)[number];

/** The defaults: the servers that were found, or the provider's, the address as user name, encryption, and the recommended limit. */
export function defaultsOf(draft: Draft): { [F in HowField]: F extends FlagField ? boolean : string | undefined } {
  return { ...accountDefaults(providerOf(draft), draft.email_address), ...draft.found?.servers, same_login: true };
}

/** The provider that was chosen or found. Without one, the servers are unknown, as with another provider. */
export function providerOf(draft: Draft): InboxType {
  return draft.inbox_type ?? draft.found?.inbox_type ?? 'CUSTOM_SMTP';
}

export function isFlag(field: DraftField): field is FlagField {
  return FIELDS[field].kind === 'flag';
}
