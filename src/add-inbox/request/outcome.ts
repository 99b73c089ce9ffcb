import type { LoginVerdict } from '../account/login-verdict.ts';
import type { LostPermission } from '../people/person.ts';

/**
 * The fields that ColdSend stores for an inbox it added. `overall_status` is a plain string and is shown as it came. If ColdSend
 * omits a text, it is ''; an omitted `daily_limit` is 0.
 */
export type AddedAccount = {
  inbox_id: string;
  email_address: string;
  display_name: string;
  inbox_type: string;
  daily_limit: number;
  overall_status: string;
};

/** ColdSend's error about one of the request's fields (`smtp_port`, …), or about a field that we do not know. */
export type FieldError = { field: string; reason: string };

/** The final result of a request. Exactly one of these is shown in its thread. */
export type Outcome =
  /** `closed`: why the bot can do nothing more with the inbox at ColdSend. */
  | { kind: 'added'; account: AddedAccount; closed?: ClosedWhy | undefined }
  /** 409: ColdSend has this address already. */
  | { kind: 'exists'; reason: string }
  /**
   * 400, 422, 2xx with `success: false`, a 3xx, any other 4xx. With `lostPermission`, the bot refused the request and did not
   * send it, because the person who asked may no longer add inboxes. With `login`, the bot has logged in to the mailbox itself. With
   * `isHeldBack`, it did so before sending, and did not send the request.
   */
  | Refusal
  /** 401, or 403 for the key's scopes, from ColdSend itself. */
  | { kind: 'key_refused'; reason: string; missingScopes: string[] }
  /**
   * We don't know if the inbox was added. With `status`, an intermediate server answered in ColdSend's place. With `restored`,
   * the request was unfinished in a backup that the bot started from.
   */
  | { kind: 'unknown'; why: UnknownWhy; status?: number | undefined; restored?: true | undefined }
  /**
   * The request could not be sent within a day, or can never be sent for the given reason. An older version shows it as expired.
   */
  | { kind: 'expired'; why?: ExpiredWhy | undefined }
  /**
   * A person stopped the batch, or removed the client, before this was sent. With `cancelledBy`, that person cancelled the request
   * while it waited for its password.
   */
  | { kind: 'stopped'; cancelledBy?: string | undefined };

/** `no_password`: nobody entered it on the secure page. */
export const EXPIRED_REASONS = ['passwords_unreadable', 'no_password'] as const;

export type ExpiredWhy = (typeof EXPIRED_REASONS)[number];
export const CLOSED_WHYS = [
  /** ColdSend removed the inbox on a person's press, or said that it does not have it any more. */
  'removed',
  /** The API that the key belongs to has no test emails and removals. */
  'unsupported',
] as const;

export type ClosedWhy = (typeof CLOSED_WHYS)[number];

export type Refusal = {
  kind: 'refused';
  reason: string;
  fields: FieldError[];
  lostPermission?: LostPermission | undefined;
  trouble?: Trouble | undefined;
  login?: LoginVerdict | undefined;
  isHeldBack?: true | undefined;
};

/** Whether the bot's own check of the login kept the request from being sent. */
export function isHeldBack(outcome: Outcome | undefined): boolean {
  return outcome?.kind === 'refused' && outcome.isHeldBack === true;
}

export const TROUBLE_KINDS = [
  /** A 3xx, 404, 405 or 410: the configured URL is not ColdSend's "Add sender account". */
  'wrong_address',
  /** 407. */
  'proxy_login',
  /** 413. */
  'too_large',
  /** A 401 or 403 without ColdSend's words, or a web page: an intermediate server refused this request. */
  'not_coldsend',
] as const;

export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** A problem between the bot and ColdSend that the operator has to fix. `isColdsends`: the words are ColdSend's own. */
type Trouble = { kind: TroubleKind; status: number; isColdsends: boolean };

export const UNKNOWN_REASONS = [
  /** The connection broke, or no answer came in time, after the first byte was sent. */
  'answer_lost',
  /** A 5xx. A 502, 503 or 504 that isn't ColdSend's is a lost answer instead. */
  'server_error',
  /** A 2xx that is empty, truncated or too large, or that does not say whether it was a success. */
  'unexpected_answer',
  /** The bot stopped after arming the request and before noting the answer. */
  'interrupted',
] as const;

export type UnknownWhy = (typeof UNKNOWN_REASONS)[number];

/**
 * The result of one call: an outcome, or the fact that ColdSend did nothing, so the call may be repeated. `provesKey`: the answer
 * is recognizably ColdSend's, and ColdSend accepted the key.
 */
export type SendResult = (Exclude<Outcome, { kind: 'expired' | 'stopped' }> & { provesKey?: boolean }) | NotDone;

export type NotDone = {
  kind: 'not_done';
  why: 'no_connection' | 'unavailable' | 'rate_limited';
  /** The wait that ColdSend asks for, in milliseconds; undefined if it gives none. */
  retryAfterMs: number | undefined;
};
