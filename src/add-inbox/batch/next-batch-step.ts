import { type Batch, type BatchProgress, countFailed, DRAFT_TTL_MS } from './batch.ts';

export type BatchStep =
  | { kind: 'discard' | 'start' | 'post_card' | 'update_card' | 'post_failures' | 'post_results' | 'finish' }
  | { kind: 'wait'; until: number };

/** The card is updated at most this often: at first, and after the first minute. */
const FIRST_UPDATES_MS = 5_000;
const LATER_UPDATES_MS = 15_000;
const FIRST_MINUTE_MS = 60_000;

/** An update shows at least this part of the rows, so that a long batch has no more updates than a short one. */
const SHOWN_AT_ONCE = 1 / 50;

/** How often a batch that waits for others looks whether it may start. */
const START_MS = 5_000;

/**
 * The next step of a batch, decided from its committed state. Rows go their own way, as single requests do.
 *
 * @param mayStart whether few enough other batches are running
 * @param now milliseconds since 1970
 */
export function nextBatchStep(batch: Batch, progress: BatchProgress, mayStart: boolean, now: number): BatchStep {
  switch (batch.state) {
    case 'draft': {
      const until = batch.createdAt + DRAFT_TTL_MS;
      return now >= until ? { kind: 'discard' } : { kind: 'wait', until };
    }
    case 'waiting':
      if (mayStart) return { kind: 'start' };
      return batch.shown === undefined ? { kind: 'post_card' } : { kind: 'wait', until: now + START_MS };
    case 'running':
    case 'stopped':
      return nextCardStep(batch, progress, now);
    case 'finished':
    case 'discarded':
      return { kind: 'wait', until: now };
  }
}

function nextCardStep(batch: Batch, progress: BatchProgress, now: number): BatchStep {
  const { shown } = batch;
  if (shown === undefined) return { kind: 'post_card' };
  const isOver = progress.counts.unsettled === 0;
  const changed = countChanged(batch, progress);
  if (isOver) return changed > 0 ? { kind: 'update_card' } : nextEndStep(batch, progress);
  const pauseMs = now - (batch.confirmedAt ?? 0) < FIRST_MINUTE_MS ? FIRST_UPDATES_MS : LATER_UPDATES_MS;
  const until = shown.at + pauseMs;
  if (now < until) return { kind: 'wait', until };
  return changed >= batch.total * SHOWN_AT_ONCE && changed > 0
    ? { kind: 'update_card' }
    : { kind: 'wait', until: now + pauseMs };
}

function nextEndStep({ failuresTs, areResultsPosted }: Batch, { counts }: BatchProgress): BatchStep {
  if (countFailed(counts) > 0 && failuresTs === undefined) return { kind: 'post_failures' };
  return areResultsPosted ? { kind: 'finish' } : { kind: 'post_results' };
}

/** The number of rows that the card does not show as they are; all of them where it shows another state. */
function countChanged({ shown, state, total }: Batch, { counts, waitsForKey }: BatchProgress): number {
  if (shown?.state !== state || shown.waitsForKey !== waitsForKey) return Math.max(total, 1);
  const shownBy = new Map(Object.entries(shown.counts));
  const changes = Object.entries(counts).map(([kind, count]) => Math.abs(count - (shownBy.get(kind) ?? 0)));
  return Math.max(...changes);
}
