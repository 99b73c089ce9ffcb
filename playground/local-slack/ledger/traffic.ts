import type { JsonObject } from '../json.ts';
import type { StoredMessage } from '../state/records.ts';

/*
 * What goes between the app and this Slack, as the ledger notes it. Times are milliseconds since 1970.
 */

/** How the app took a delivery. `not_delivered`: nobody to deliver to, or the connection failed. */
export type DeliveryOutcome = 'ok' | 'operation_timeout' | 'http_error' | 'not_delivered' | 'bad_answer';

export type ApiCall = {
  kind: 'call';
  at: number;
  method: string;
  teamId: string | undefined;
  /** The token's kind and last four characters; never the whole. */
  token: string;
  args: JsonObject;
  /** 0 where the connection was cut instead of answered. */
  httpStatus: number;
  response: JsonObject | undefined;
  ms: number;
};

export type EnvelopeType = 'slash_commands' | 'interactive' | 'events_api';

export type Delivery = {
  kind: 'delivery';
  at: number;
  type: EnvelopeType;
  teamId: string;
  via: 'http' | 'socket' | 'none';
  /** The URL, or the id of the Socket Mode connection. */
  to: string;
  payload: JsonObject;
  /** HTTP: the status that came back. */
  httpStatus: number | undefined;
  response: unknown;
  outcome: DeliveryOutcome;
  ms: number;
};

/** Something that Slack's rules forbid, or that would have shown a person an error of Slack's. */
export type Problem = string;

export type Change =
  | ApiCall
  | Delivery
  | { kind: 'message'; message: StoredMessage }
  | { kind: 'message_deleted'; channelId: string; ts: string }
  | { kind: 'modal'; userId: string }
  | { kind: 'home'; userId: string }
  | { kind: 'people' }
  | { kind: 'file_deleted'; fileId: string }
  | { kind: 'channel'; channelId: string }
  | { kind: 'problem'; problem: Problem };

export type Ledger = {
  calls: ApiCall[];
  deliveries: Delivery[];
  problems: Problem[];
  /** Every view and message that was sent, for checks outside. */
  payloads: { surface: Surface; payload: JsonObject }[];
};

export type Surface = 'modal' | 'home' | 'message';
