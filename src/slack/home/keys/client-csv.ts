import type { ClientInbox } from '../../../add-inbox/keys/client-inbox.ts';
import { renderCsv, toCsvTime } from '../../blocks/render-csv.ts';
import { UNREADABLE } from '../../sentences/common.ts';
import { CLIENT_CSV } from '../../sentences/keys.ts';

/** The inboxes of a client as CSV, with times in UTC and without passwords. */
export function renderClientCsv(inboxes: ClientInbox[]): string {
  return renderCsv([CLIENT_CSV.columns, ...inboxes.map(toCells)]);
}

function toCells(inbox: ClientInbox): string[] {
  if ('unreadable' in inbox)
    return ['', '', UNREADABLE.request, '', '', toCsvTime(inbox.at), UNREADABLE.code(inbox.id)];
  const { userId, account, outcome, acceptedAt } = inbox;
  const added = outcome.kind === 'added' ? outcome : undefined;
  const result = added === undefined ? 'unknown' : added.closed === 'removed' ? 'removed' : 'added';
  return [
    account.email_address,
    account.display_name,
    CLIENT_CSV.results[result],
    added?.account.overall_status ?? '',
    added?.account.inbox_id ?? '',
    toCsvTime(acceptedAt),
    userId,
  ];
}
