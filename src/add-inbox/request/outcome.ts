import type { LostPermission } from '../people/person.ts';

/**
 * What ColdSend keeps of an inbox it added; `overall_status` is a plain string and is shown as it came. A text that ColdSend did
 * not give is '', and a `daily_limit` is 0.
 */
export type AddedAccount = {
  inbox_id: string;
  email_address: string;
  display_name: string;
  inbox_type: string;
  daily_limit: number;
  overall_status: string;
};

/** ColdSend's complaint about one of the fields it was sent (`smtp_port`, …), or about one we do not know. */
export type FieldError = { field: string; reason: string };

/** How a request ended. Exactly one of these is shown in its thread. */
export type Outcome =
  | { kind: 'added'; account: AddedAccount }
  /** 409: ColdSend has this address already. */
  | { kind: 'exists'; reason: string }
  /**
   * 400, 422, 2xx with `success: false`, a 3xx, any other 4xx. With `lostPermission` it was refused here and not sent: who asked for
   * it may not add inboxes any more.
   */
  | {
      kind: 'refused';
      reason: string;
      fields: FieldError[];
      lostPermission?: LostPermission | undefined;
      trouble?: Trouble | undefined;
    }
  /** 401, or 403 for the scopes of the key, by ColdSend itself. */
  | { kind: 'key_refused'; reason: string; missingScopes: string[] }
  /**
   * Nobody can know whether the inbox was added. With `status`, a server in between answered in ColdSend's place. With
   * `restored` it was unfinished in a backup that the bot started from.
   */
  | { kind: 'unknown'; why: UnknownWhy; status?: number | undefined; restored?: true | undefined }
  /** Nobody could send it for a day; or ever, for the reason that is given. An older version shows it as expired. */
  | { kind: 'expired'; why?: 'passwords_unreadable' | undefined };

export const TROUBLE_KINDS = [
  /** A 3xx, 404, 405 or 410: ColdSend adds no inboxes at the address that is set. */
  'wrong_address',
  /** 407. */
  'proxy_login',
  /** 413. */
  'too_large',
  /** A 401 or 403 without ColdSend's words, or a page: somebody in between refused this one request. */
  'not_coldsend',
] as const;

export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** What stands between the bot and ColdSend, for the operator to mend. `isColdsends`: the words are ColdSend's own. */
export type Trouble = { kind: TroubleKind; status: number; isColdsends: boolean };

export const UNKNOWN_REASONS = [
  /** The connection broke, or nothing came in time, after the first byte had gone out. */
  'answer_lost',
  /** A 5xx. A 502, 503 or 504 that isn't ColdSend's is a lost answer instead. */
  'server_error',
  /** A 2xx that is empty, cut off, too large or does not say whether it was a success. */
  'unexpected_answer',
  /** The bot stopped between arming the request and noting the answer. */
  'interrupted',
] as const;

export type UnknownWhy = (typeof UNKNOWN_REASONS)[number];

/**
 * What is known after one call: an outcome, or that ColdSend did nothing and the call may be made again. `provesKey`: it is
 * recognisably ColdSend that answered, and it took the key.
 */
export type SendResult = (Exclude<Outcome, { kind: 'expired' }> & { provesKey?: boolean }) | NotDone;

export type NotDone = {
  kind: 'not_done';
  why: 'no_connection' | 'unavailable' | 'rate_limited';
  /** How long ColdSend asks to wait, in milliseconds; undefined where it does not say. */
  retryAfterMs: number | undefined;
};
