import { DEFAULT_DAILY_LIMIT, type InboxType, PROVIDERS } from '../../add-inbox/account/providers.ts';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import type { Draft } from './form-context.ts';

/** The fields of the form's first page. */
export const WHO_FIELDS = ['email_address', 'display_name', 'inbox_type'] as const;

/** The fields that are shown together: for another provider always, for Google and Microsoft once they are opened. */
export const SERVER_FIELDS = [
  'smtp_host',
  'smtp_port',
  'smtp_username',
  'smtp_use_tls',
  'imap_host',
  'imap_port',
  'imap_username',
  'imap_use_ssl',
  'same_login',
] as const;

export type FlagField = 'smtp_use_tls' | 'imap_use_ssl' | 'same_login';

export type TextField =
  | 'smtp_host'
  | 'smtp_port'
  | 'smtp_username'
  | 'imap_host'
  | 'imap_port'
  | 'imap_username'
  | 'daily_limit';

/** What holds where nothing else is typed: the provider's servers, the address as user name, encryption, the recommended limit. */
export function defaultsOf(draft: Draft): Record<TextField, string | undefined> & Record<FlagField, true> {
  const provider = PROVIDERS[providerOf(draft)];
  return {
    smtp_host: provider.smtp_host,
    smtp_port: String(provider.smtp_port),
    smtp_username: draft.email_address,
    smtp_use_tls: true,
    imap_host: provider.imap_host,
    imap_port: String(provider.imap_port),
    imap_username: draft.email_address,
    imap_use_ssl: true,
    daily_limit: String(DEFAULT_DAILY_LIMIT),
    same_login: true,
  };
}

/** The form as it was filled in for a request that is to be tried again, but for the passwords. */
export function draftOf(account: AccountToAdd): Draft {
  const draft = withoutDefaults({
    ...account,
    smtp_port: String(account.smtp_port),
    imap_port: String(account.imap_port),
    daily_limit: String(account.daily_limit),
    same_login: account.imap_username === account.smtp_username,
  });
  const isEdited = SERVER_FIELDS.some((field) => draft[field] !== undefined);
  if (account.inbox_type !== 'CUSTOM_SMTP' && isEdited) draft.servers_open = true;
  if (draft.same_login !== false) delete draft.imap_username;
  return draft;
}

/** The draft once a person asks to edit the servers of Google or Microsoft: what opens is what the line of text said. */
export function openServers(draft: Draft): Draft {
  if (draft.servers_open === true) return draft;
  const opened: Draft = { ...draft, servers_open: true };
  for (const field of SERVER_FIELDS) delete opened[field];
  return opened;
}

/** Whether page 2 shows the server fields. */
export function areServersShown(draft: Draft): boolean {
  return providerOf(draft) === 'CUSTOM_SMTP' || draft.servers_open === true;
}

/** Where none was chosen, nothing can be known of the servers either. */
export function providerOf(draft: Draft): InboxType {
  return draft.inbox_type ?? 'CUSTOM_SMTP';
}

/** Leaves undefined what equals its default. */
function withoutDefaults(draft: Draft): Draft {
  const defaults: Draft = defaultsOf(draft);
  const kept: Draft = { ...draft };
  for (const field of [...SERVER_FIELDS, 'daily_limit'] as const) {
    if (kept[field] === defaults[field]) delete kept[field];
  }
  return kept;
}
