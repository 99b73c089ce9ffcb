import type { AccountToAdd } from '../account/sender-account.ts';
import type { KeyName } from '../keys/key-owner.ts';
import type { Outcome } from './outcome.ts';

/** Each state is committed before the step that it allows; see the README's "How it works". */
export const REQUEST_STATES = ['accepted', 'announced', 'armed', 'settled', 'reported'] as const;

export type RequestState = (typeof REQUEST_STATES)[number];

/** The conversation with the thread of a request. `dm` is the bot's own conversation with the person. */
export type Announcement = { channelId: string; ts: string; surface: 'channel' | 'dm' };

/** The reason that a request is not being sent right now. `password`: its person enters it on the secure page. */
export const WAITS_FOR = ['no_connection', 'unavailable', 'rate_limited', 'key', 'password'] as const;

export type WaitsFor = (typeof WAITS_FOR)[number];

/** The batch that a request is a row of, and its line in the file, counted from 1. */
export type BatchLine = { id: string; line: number };

/** One submission of the form or one row of a batch, without its passwords. All times are milliseconds since 1970. */
export type AddInboxRequest = {
  id: string;
  teamId: string;
  userId: string;
  /** The view (modal) that was submitted. One view makes one request. A row that a batch was confirmed with has its own id here. */
  viewId: string;
  /** The conversation where the command was used. The id of a group direct message has the prefix `mpim:`. */
  channelId: string;
  /** The one channel for all results, as set at that time; undefined: the conversation where the command was used. */
  resultsChannelId: string | undefined;
  /** The key that sends the request. */
  keyName: KeyName;
  /** The request that this one retries. Both use the same thread. */
  retryOf: string | undefined;
  /** Undefined for a single inbox. A row has no messages of its own: the batch's card and thread report it. */
  batch: BatchLine | undefined;
  account: AccountToAdd;
  state: RequestState;
  /** Undefined until announced, or if the bot could not post anywhere. */
  announcement: Announcement | undefined;
  waitsFor: WaitsFor | undefined;
  /** The earliest time to work on it. */
  notBefore: number;
  /** The number of consecutive failed attempts to ask ColdSend. */
  tries: number;
  outcome: Outcome | undefined;
  /** The `ts` of the reply with the outcome; undefined until Slack has accepted it. */
  replyTs: string | undefined;
  acceptedAt: number;
  /** A request that is not sent by then settles as expired. */
  expiresAt: number;
  settledAt: number | undefined;
  reportedAt: number | undefined;
};

/** Whether a batch was confirmed with this row, after its checks. A row that the form of a single inbox fixes had none. */
export function isConfirmedRow({ id, viewId }: AddInboxRequest): boolean {
  return viewId === id;
}

/** A request that this process holds. Every write names the fence, and fails once another process has claimed the request. */
export type ClaimedRequest = AddInboxRequest & { fence: number };

/** The fields of a request that one step changes. The others stay the same. */
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

/** Another process has claimed the request. This process may not write or post for it anymore. */
export class LeaseLostError extends Error {
  readonly code = 'lease_lost';
  constructor(requestId: string) {
    super(`request ${requestId} is held by another process`);
    this.name = 'LeaseLostError';
  }
}

/** The request's sealed passwords were altered or their key is lost, so they can't be opened anymore. */
export class PasswordsUnreadableError extends Error {
  readonly code = 'passwords_unreadable';
  constructor(requestId: string) {
    super(`the passwords of request ${requestId} can't be opened`);
    this.name = 'PasswordsUnreadableError';
  }
}

/** The request's passwords are deleted, so it can't be sent anymore. */
export class PasswordsWipedError extends Error {
  readonly code = 'passwords_wiped';
  constructor(requestId: string) {
    super(`the passwords of request ${requestId} are deleted`);
    this.name = 'PasswordsWipedError';
  }
}
