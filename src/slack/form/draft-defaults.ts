import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import { type Draft, defaultsOf, HOW_FIELDS, providerOf, SERVER_FIELDS } from './fields.ts';
import type { Found } from './servers/found.ts';

/** The draft for trying a request again: its form as it was filled in, without the passwords. */
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

/** The draft for another inbox with the same provider, servers and limit. Names are an inbox's own, user names too. */
export function draftLike(account: AccountToAdd): Draft {
  const {
    email_address: _,
    display_name: _name,
    smtp_username: _smtp,
    imap_username: _imap,
    ...rest
  } = draftOf(account);
  // Also where it is the recommended limit: a default of the client must not take its place.
  return { ...rest, daily_limit: String(account.daily_limit) };
}

/** The draft for editing the servers of Google or Microsoft. The fields open with the values from the line of text. */
export function openServers(draft: Draft): Draft {
  if (draft.servers_open === true) return draft;
  const opened: Draft = { ...draft, servers_open: true };
  for (const field of SERVER_FIELDS) delete opened[field];
  return opened;
}

/** Whether page 2 has fields for the servers. */
export function areServersShown(draft: Draft): boolean {
  if (isSearching(draft)) return false;
  return providerOf(draft) === 'CUSTOM_SMTP' || draft.servers_open === true;
}

export function isSearching({ found }: Draft): boolean {
  return found?.by === 'searching';
}

/** The draft with what was found. Servers that were typed for another domain are dropped. */
export function withFound(draft: Draft, found: Found): Draft {
  const kept: Draft = { ...draft, found };
  if (draft.found !== undefined && draft.found.domain !== found.domain) {
    for (const field of SERVER_FIELDS) delete kept[field];
  }
  return kept;
}

/** Password logins are off at Microsoft 365. An inbox that was added there before shows that they work in this domain. */
export function refusesPasswords(draft: Draft): boolean {
  return providerOf(draft) === 'OUTLOOK_365' && draft.found?.by !== 'added_before';
}

/** Sets fields that equal their default to undefined. */
function withoutDefaults(draft: Draft): Draft {
  const defaults: Draft = defaultsOf(draft);
  const kept: Draft = { ...draft };
  for (const field of HOW_FIELDS) {
    if (kept[field] === defaults[field]) delete kept[field];
  }
  return kept;
}
