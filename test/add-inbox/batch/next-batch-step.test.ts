import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, BatchCounts, BatchProgress } from '../../../src/add-inbox/batch/batch.ts';
import { type BatchStep, nextBatchStep } from '../../../src/add-inbox/batch/next-batch-step.ts';
import { sampleBatch, sampleCounts } from './sample-batch.ts';

const MINUTE = 60_000;

const BEGUN = progress({ unsettled: 100 });
const HALF = progress({ added: 50, unsettled: 50 });
const OVER = progress({ added: 99, refused: 1 });
const ADDED = progress({ added: 100 });

function progress(counts: Partial<BatchCounts>, waitsForKey = false): BatchProgress {
  return { counts: sampleCounts(counts), waitsForKey };
}

function running(shown: BatchProgress, at: number, change: Partial<Batch> = {}): Batch {
  const state = change.state ?? 'running';
  return sampleBatch({ state, total: 100, confirmedAt: 0, shown: { ...shown, state, at }, ...change });
}

const wait = (until: number): BatchStep => ({ kind: 'wait', until });

const steps: [says: string, batch: Batch, progress: BatchProgress, now: number, step: BatchStep][] = [
  ['a draft waits for a person', sampleBatch({ state: 'draft' }), progress({}), 1, wait(30 * MINUTE)],
  ['a draft that nobody confirms', sampleBatch({ state: 'draft' }), progress({}), 30 * MINUTE, { kind: 'discard' }],
  ['a confirmed batch starts', sampleBatch({ state: 'waiting' }), BEGUN, 0, { kind: 'start' }],
  ['and gets its card', sampleBatch({ state: 'running' }), BEGUN, 0, { kind: 'post_card' }],
  ['a card waits for five seconds', running(BEGUN, 1_000), HALF, 5_999, wait(6_000)],
  ['and is then updated', running(BEGUN, 1_000), HALF, 6_000, { kind: 'update_card' }],
  ['after a minute it waits for fifteen', running(BEGUN, MINUTE), HALF, MINUTE + 1, wait(MINUTE + 15_000)],
  ['a card that shows it all stays', running(HALF, 0), HALF, 6_000, wait(11_000)],
  ['a single row of a hundred waits', running(HALF, 0), progress({ added: 51, unsettled: 49 }), 6_000, wait(11_000)],
  ['two rows do not', running(HALF, 0), progress({ added: 52, unsettled: 48 }), 6_000, { kind: 'update_card' }],
  ['nor does the wait for a key', running(HALF, 0), { ...HALF, waitsForKey: true }, 6_000, { kind: 'update_card' }],
  ['the last update comes at once', running(HALF, 999), OVER, 1_000, { kind: 'update_card' }],
  ['then the failures are posted', running(OVER, 999), OVER, 1_000, { kind: 'post_failures' }],
  ['and the results', running(OVER, 999, { failuresTs: '1.1' }), OVER, 1_000, { kind: 'post_results' }],
  ['without failures, at once', running(ADDED, 999), ADDED, 1_000, { kind: 'post_results' }],
  ['and then it is finished', running(ADDED, 999, { areResultsPosted: true }), ADDED, 1_000, { kind: 'finish' }],
  ['a stopped batch waits for the rest', running(HALF, 0, { state: 'stopped' }), HALF, 1, wait(5_000)],
  ['and ends like any other', running(ADDED, 0, { state: 'stopped' }), ADDED, 1, { kind: 'post_results' }],
  ['a finished batch needs nothing', sampleBatch({ state: 'finished' }), OVER, 7, wait(7)],
  ['nor does a discarded one', sampleBatch({ state: 'discarded' }), OVER, 7, wait(7)],
];

for (const [says, batch, rows, now, step] of steps) {
  test(says, () => assert.deepEqual(nextBatchStep(batch, rows, true, now), step));
}

test('a batch that has to wait for others says so, and looks again', () => {
  const waiting = sampleBatch({ state: 'waiting' });
  assert.deepEqual(nextBatchStep(waiting, BEGUN, false, 0), { kind: 'post_card' });
  const shown = { ...BEGUN, state: 'waiting', at: 0 } as const;
  assert.deepEqual(nextBatchStep({ ...waiting, shown }, BEGUN, false, 0), wait(5_000));
});
