import type { LostRight } from './person.ts';

/** What ColdSend keeps of an inbox it added; `overall_status` is a plain string and is shown as it came. */
export type AddedAccount = {
  inbox_id: string;
  email_address: string;
  display_name: string;
  inbox_type: string;
  daily_limit: number;
  overall_status: string;
};

/** ColdSend's complaint about one of the fields it was sent (`smtp_port`, …), or about one we do not know. */
export type FieldRefusal = { field: string; reason: string };

/** How a request ended. Exactly one of these is shown in its thread. */
export type Outcome =
  | { kind: 'added'; account: AddedAccount }
  /** 409: ColdSend has this address already. */
  | { kind: 'exists'; reason: string }
  /**
   * 400, 422, 2xx with `success: false`, any other 4xx. With `lostRight` it was refused here and not sent: who asked for it
   * may not add inboxes any more.
   */
  | { kind: 'refused'; reason: string; fields: FieldRefusal[]; lostRight?: LostRight | undefined }
  /** 401, or 403 for the scopes of the key. */
  | { kind: 'key_refused'; reason: string; missingScopes: string[] }
  /** Nobody can know whether the inbox was added. With `restored` it was unfinished in a backup that the bot started from. */
  | { kind: 'unknown'; why: UnknownWhy; restored?: true | undefined }
  /** Nobody could send it for a day; or ever, for the reason that is given. An older version shows it as expired. */
  | { kind: 'expired'; why?: 'passwords_unreadable' | undefined };

export type UnknownWhy =
  /** The connection broke, or nothing came in time, after the first byte had gone out. */
  | 'answer_lost'
  /** A 5xx other than 503. */
  | 'server_error'
  /** A 3xx, or a 2xx that is empty, cut off, too large or not the documented answer. */
  | 'unexpected_answer'
  /** The bot stopped between arming the request and noting the answer. */
  | 'interrupted';

/** What is known after one call: an outcome, or that ColdSend did nothing and the call may be made again. */
export type SendResult = Exclude<Outcome, { kind: 'expired' }> | NotDone;

export type NotDone = {
  kind: 'not_done';
  why: 'no_connection' | 'unavailable' | 'rate_limited';
  /** How long ColdSend asks to wait, in milliseconds; undefined where it does not say. */
  retryAfterMs: number | undefined;
};
