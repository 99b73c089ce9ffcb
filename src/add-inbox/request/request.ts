import type { AccountToAdd } from '../account/sender-account.ts';
import type { KeyName } from '../keys/key-owner.ts';
import type { Outcome } from './outcome.ts';

/** Each state is committed before the step it allows; see the README's "How it works". */
export const REQUEST_STATES = ['accepted', 'announced', 'armed', 'settled', 'reported'] as const;

export type RequestState = (typeof REQUEST_STATES)[number];

/** Where the thread of a request hangs. `dm` is the bot's own conversation with the person. */
export type Announcement = { channelId: string; ts: string; surface: 'channel' | 'dm' };

/** Why a request that could be sent is not being sent right now. */
export const WAITS_FOR = ['no_connection', 'unavailable', 'rate_limited', 'key'] as const;

export type WaitsFor = (typeof WAITS_FOR)[number];

/** One submission of the form, without its passwords. All times are milliseconds since 1970. */
export type AddInboxRequest = {
  id: string;
  teamId: string;
  userId: string;
  /** The modal it was submitted from: one view makes one request. */
  viewId: string;
  /** The conversation the command was used in; `mpim:` stands before the id of a group's direct message. */
  channelId: string;
  /** The one channel where all results go, as it was set then; undefined: where the command was used. */
  resultsChannelId: string | undefined;
  /** The key it is sent with. */
  keyName: KeyName;
  /** The request this one tries again; its thread is used. */
  retryOf: string | undefined;
  account: AccountToAdd;
  state: RequestState;
  /** Undefined until announced, and where the bot could post nowhere at all. */
  announcement: Announcement | undefined;
  waitsFor: WaitsFor | undefined;
  /** Not to be worked on before. */
  notBefore: number;
  /** How many times in a row ColdSend could not be asked. */
  tries: number;
  outcome: Outcome | undefined;
  /** `ts` of the reply with the outcome; undefined until Slack has taken it. */
  replyTs: string | undefined;
  acceptedAt: number;
  settledAt: number | undefined;
  reportedAt: number | undefined;
};

/** A request that this process holds: every write names the fence, and is refused once another has claimed it. */
export type ClaimedRequest = AddInboxRequest & { fence: number };

/** The fields of a request that one step changes; the others stay. */
export type RequestChange = {
  state?: RequestState;
  announcement?: Announcement | undefined;
  waitsFor?: WaitsFor | undefined;
  notBefore?: number;
  tries?: number;
  outcome?: Outcome;
  replyTs?: string;
  settledAt?: number;
  reportedAt?: number;
};

/** The request was claimed by another process in the meantime: nothing may be written or posted for it here. */
export class LeaseLostError extends Error {
  readonly code = 'lease_lost';
  constructor(requestId: string) {
    super(`request ${requestId} is held by another process`);
    this.name = 'LeaseLostError';
  }
}

/** The sealed passwords of the request were altered, or their key is lost: nobody can open them any more. */
export class PasswordsUnreadableError extends Error {
  readonly code = 'passwords_unreadable';
  constructor(requestId: string) {
    super(`the passwords of request ${requestId} can't be opened`);
    this.name = 'PasswordsUnreadableError';
  }
}

/** The passwords of the request are gone, so it can't be sent any more. */
export class PasswordsWipedError extends Error {
  readonly code = 'passwords_wiped';
  constructor(requestId: string) {
    super(`the passwords of request ${requestId} are deleted`);
    this.name = 'PasswordsWipedError';
  }
}
