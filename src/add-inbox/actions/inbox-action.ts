import type { NotDone, Outcome } from '../request/outcome.ts';
import type { AddInboxRequest } from '../request/request.ts';

export const ACTION_KINDS = ['test_email', 'remove'] as const;

export type ActionKind = (typeof ACTION_KINDS)[number];

/** Sent to ColdSend about an inbox that it has added. */
export type InboxCall =
  | { kind: 'test_email'; inboxId: string; recipient: string }
  | { kind: 'remove'; inboxId: string };

/** A person's wish for an inbox that was added. */
export type AskedAction = {
  id: string;
  teamId: string;
  userId: string;
  requestId: string;
  kind: ActionKind;
  /** '' for a removal. */
  recipient: string;
  /** The view that was submitted; one view makes one action. Undefined for a press without a form. */
  viewId: string | undefined;
};

/**
 * One call about an inbox: armed in a commit before it, then settled, then reported. An action that is found armed was interrupted,
 * so it ends as unknown and is never sent again.
 */
export type InboxAction = Omit<AskedAction, 'viewId'> & { outcome: ActionOutcome | undefined };

/** The result of an action; its thread shows exactly one. */
export type ActionOutcome =
  | { kind: 'done' }
  /** ColdSend says that it does not have the inbox. */
  | { kind: 'gone'; reason: string }
  /** A 404 without words about the inbox, or a 405: the API has no such endpoint. */
  | { kind: 'unsupported'; status: number }
  /** Nothing was done, as we know. A person can press again. */
  | { kind: 'not_done'; why: NotDoneWhy }
  | Extract<Outcome, { kind: 'refused' | 'key_refused' | 'unknown' }>;

export const NOT_DONE_WHYS = ['no_connection', 'unavailable', 'rate_limited', 'no_key', 'failed'] as const;

export type NotDoneWhy = (typeof NOT_DONE_WHYS)[number];

/** The result of one call to ColdSend. */
export type ActionResult = Exclude<ActionOutcome, { kind: 'not_done' }> | NotDone;

/** The id of the inbox that the request added; undefined where nothing can be done with it from here. */
export function findInboxId({ outcome }: Pick<AddInboxRequest, 'outcome'>): string | undefined {
  if (outcome?.kind !== 'added' || outcome.closed !== undefined) return undefined;
  const { inbox_id } = outcome.account;
  // In a URL, a path of dots leads elsewhere, however it is encoded.
  return /^\.*$/.test(inbox_id) ? undefined : inbox_id;
}
