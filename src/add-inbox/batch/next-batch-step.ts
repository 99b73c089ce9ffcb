import type { Outcome } from '../request/outcome.ts';

/** A `stopped` batch ends once the rows that were under way are settled. */
export const BATCH_STATES = ['draft', 'running', 'stopped', 'finished', 'discarded'] as const;

export type BatchState = (typeof BATCH_STATES)[number];

/** `unsettled` rows wait or are on their way to ColdSend. */
const COUNTED = ['added', 'exists', 'refused', 'key_refused', 'unknown', 'expired', 'unsettled'] as const satisfies (
  | Outcome['kind']
  | 'unsettled'
)[];

/** The rows of a batch by outcome. */
export type BatchCounts = Record<(typeof COUNTED)[number], number>;

/** Times are milliseconds since 1970. */
export type Batch = {
  state: BatchState;
  createdAt: number;
  /** When a person confirmed it. */
  confirmedAt: number | undefined;
  /** The message in the channel; undefined until it is posted. */
  card: { shown: BatchCounts; updatedAt: number } | undefined;
  /** Slack asked for no more updates until then. */
  updatesFrom: number;
  isEndPosted: boolean;
};

export type BatchStep =
  | { kind: 'discard' | 'post_card' | 'update_card' | 'post_end' }
  | { kind: 'wait'; until: number }
  | { kind: 'nothing' };

/** A draft that nobody confirms has passwords in it. */
export const DRAFT_TTL_MS = 30 * 60_000;

/** The card is updated at most this often: at first, and after the first minute. */
const FIRST_UPDATES_MS = 5_000;
const LATER_UPDATES_MS = 15_000;
const FIRST_MINUTE_MS = 60_000;

/** The next step of a batch, decided from its committed state. Rows go their own way, as single requests do. */
export function nextBatchStep(batch: Batch, counts: BatchCounts, now: number): BatchStep {
  switch (batch.state) {
    case 'draft': {
      const until = batch.createdAt + DRAFT_TTL_MS;
      return now >= until ? { kind: 'discard' } : { kind: 'wait', until };
    }
    case 'running':
    case 'stopped':
      return nextCardStep(batch, counts, now);
    case 'finished':
    case 'discarded':
      return { kind: 'nothing' };
  }
}

function nextCardStep(
  { card, confirmedAt = 0, updatesFrom, isEndPosted }: Batch,
  counts: BatchCounts,
  now: number,
): BatchStep {
  if (card === undefined) return { kind: 'post_card' };
  const isOver = counts.unsettled === 0;
  if (isSame(card.shown, counts)) return isOver && !isEndPosted ? { kind: 'post_end' } : { kind: 'nothing' };
  const pauseMs = now - confirmedAt < FIRST_MINUTE_MS ? FIRST_UPDATES_MS : LATER_UPDATES_MS;
  // The last update waits only for Slack.
  const until = Math.max(updatesFrom, isOver ? 0 : card.updatedAt + pauseMs);
  return now >= until ? { kind: 'update_card' } : { kind: 'wait', until };
}

function isSame(shown: BatchCounts, counts: BatchCounts): boolean {
  return COUNTED.every((kind) => shown[kind] === counts[kind]);
}
