import type { AccountToAdd } from '../account/sender-account.ts';
import type { KeyName } from '../keys/key-owner.ts';
import type { Outcome } from '../request/outcome.ts';
import type { Announcement } from '../request/request.ts';

/**
 * `draft`: read, and not confirmed yet. `waiting`: confirmed, and other batches come first. `stopped`: a person stopped the rest;
 * the rows that were under way still end. `finished` and `discarded` are final, but fixing a row makes a finished batch running.
 */
export const BATCH_STATES = ['draft', 'waiting', 'running', 'stopped', 'finished', 'discarded'] as const;

type BatchState = (typeof BATCH_STATES)[number];

/** The rows of a batch by outcome, each line once; `unsettled` rows wait or are on their way to ColdSend. */
export type BatchCounts = Record<Outcome['kind'] | 'unsettled', number>;

export type BatchProgress = {
  counts: BatchCounts;
  /** A row waits for a key, so nothing is sent until an admin stores one. */
  waitsForKey: boolean;
};

/** The progress as the card shows it. `at`: since when. */
export type ShownProgress = BatchProgress & { state: BatchState; at: number };

/** Many inboxes that a person adds at once, without their rows. All times are milliseconds since 1970. */
export type Batch = {
  id: string;
  teamId: string;
  userId: string;
  /** The conversation where the command was used, as in a request. */
  channelId: string;
  resultsChannelId: string | undefined;
  keyName: KeyName;
  /** Undefined for pasted rows. */
  fileName: string | undefined;
  /** The batch whose failed rows this draft replaces; undefined for a new batch. */
  fixOf: string | undefined;
  state: BatchState;
  /** The confirmed rows; 0 for a draft. */
  total: number;
  stoppedBy: string | undefined;
  /** The message in the channel; undefined until it is posted, or if the bot could not post anywhere. */
  announcement: Announcement | undefined;
  /** Undefined until the card is posted. */
  shown: ShownProgress | undefined;
  /** The `ts` of the thread's message with the failures, and of the summary. */
  failuresTs: string | undefined;
  summaryTs: string | undefined;
  areResultsPosted: boolean;
  /** The earliest time to work on it. */
  notBefore: number;
  /** The number of consecutive failed attempts to post. */
  tries: number;
  createdAt: number;
  confirmedAt: number | undefined;
  finishedAt: number | undefined;
};

/** A batch that this process holds, as with requests. */
export type ClaimedBatch = Batch & { fence: number };

/** The fields of a batch that one step changes. The others stay the same. */
export type BatchChange = Partial<
  Pick<
    Batch,
    'state' | 'announcement' | 'shown' | 'failuresTs' | 'summaryTs' | 'areResultsPosted' | 'tries' | 'finishedAt'
  >
>;

/** One line of a batch and how it ended. */
export type BatchRow = {
  line: number;
  /** The last request for the line. */
  requestId: string;
  account: AccountToAdd;
  /** Undefined while it is not settled. */
  outcome: Outcome | undefined;
  /** ColdSend has the inbox already because an earlier try of this line added it. */
  isAddedBefore: boolean;
};

/** How long a draft lives that nobody confirms. It has passwords in it. */
export const DRAFT_TTL_MS = 30 * 60_000;

/** The number of rows that a person should look at. */
export function countFailed({ refused, key_refused, unknown, expired }: BatchCounts): number {
  return refused + key_refused + unknown + expired;
}
