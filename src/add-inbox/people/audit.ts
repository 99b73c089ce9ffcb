import { clientNameOf, type OwnerName } from '../keys/key-owner.ts';

/** An entry of the audit trail, without secrets. `details` contains words of ours, ids and addresses of inboxes. */
export type AuditEntry = {
  id: string;
  teamId: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Undefined if no person did it: an outcome, or an event from Slack. */
  userId: string | undefined;
  action: AuditAction;
  /** The request it is about. */
  requestId: string | undefined;
  details: Record<string, string>;
};

export const AUDIT_ACTIONS = [
  'installed',
  'uninstalled',
  'key_stored',
  'key_replaced',
  'key_removed',
  'settings_changed',
  'inbox_requested',
  'inboxes_requested',
  'batch_stopped',
  'link_denied',
  'inbox_cancelled',
  'inbox_outcome',
  'login_checked',
  'test_email',
  'inbox_removal',
  'access_requested',
  'access_approved',
  'access_declined',
  'client_removed',
  'forgotten',
  'refused_attempt',
  'audit_exported',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Filters of the trail; undefined: everything. `since`: milliseconds since 1970. */
export type AuditFilter = {
  userId?: string | undefined;
  actions?: readonly AuditAction[] | undefined;
  since?: number | undefined;
};

/** How long entries are kept, in milliseconds. */
export const AUDIT_KEPT_MS = 365 * 24 * 60 * 60 * 1000;

/** An entry before it has an id and a time. */
export type AuditNote = Omit<AuditEntry, 'id' | 'at'>;

/** The detail that names the client of the key an entry is about; none for the workspace's own key. */
export function clientDetail(owner: OwnerName): { client?: string } {
  const client = clientNameOf(owner);
  return client === undefined ? {} : { client };
}
