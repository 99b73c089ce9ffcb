import type { Outcome } from '../request/outcome.ts';

/** The rows of a batch by outcome; `unsettled` rows wait or are on their way to ColdSend. */
export type BatchCounts = Record<Outcome['kind'] | 'unsettled', number>;

/** Times are milliseconds since 1970. */
export type Batch = {
  /** A `stopped` batch ends once the rows that were under way are settled. */
  state: 'draft' | 'running' | 'stopped' | 'finished' | 'discarded';
  createdAt: number;
  /** When a person confirmed it. */
  confirmedAt: number | undefined;
  /** The message in the channel; undefined until it is posted. */
  card: { shown: BatchCounts; updatedAt: number } | undefined;
  /** Slack asked for no more updates until then. */
  updatesFrom: number;
  isEndPosted: boolean;
};

type BatchStep =
  | { kind: 'discard' | 'post_card' | 'update_card' | 'post_end' }
  | { kind: 'wait'; until: number }
  | { kind: 'nothing' };

/** A draft that nobody confirms has passwords in it. */
const DRAFT_TTL_MS = 30 * 60_000;

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
  const shownBy = new Map(Object.entries(shown));
  return Object.entries(counts).every(([kind, count]) => shownBy.get(kind) === count);
}
