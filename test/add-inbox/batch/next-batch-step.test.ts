import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batch, type BatchCounts, nextBatchStep } from '../../../src/add-inbox/batch/next-batch-step.ts';

const NONE: BatchCounts = { added: 0, exists: 0, refused: 0, key_refused: 0, unknown: 0, expired: 0, unsettled: 0 };
const RUNNING: BatchCounts = { ...NONE, added: 2, unsettled: 3 };
const OVER: BatchCounts = { ...NONE, added: 4, refused: 1 };
const MINUTE = 60_000;

function batchIn(state: Batch['state'], change: Partial<Batch> = {}): Batch {
  return { state, createdAt: 0, confirmedAt: 0, card: undefined, updatesFrom: 0, isEndPosted: false, ...change };
}

const card = (shown: BatchCounts, updatedAt: number) => ({ card: { shown, updatedAt } });

const steps: [says: string, batch: Batch, counts: BatchCounts, now: number, step: ReturnType<typeof nextBatchStep>][] =
  [
    ['a draft waits for a person', batchIn('draft'), NONE, 1, { kind: 'wait', until: 30 * MINUTE }],
    ['a draft that nobody confirms is discarded', batchIn('draft'), NONE, 30 * MINUTE, { kind: 'discard' }],
    ['a confirmed batch gets its card first', batchIn('running'), RUNNING, 0, { kind: 'post_card' }],
    ['a card that shows it all stays', batchIn('running', card(RUNNING, 0)), RUNNING, MINUTE, { kind: 'nothing' }],
    [
      'a card waits for five seconds',
      batchIn('running', card(NONE, 1_000)),
      RUNNING,
      5_999,
      { kind: 'wait', until: 6_000 },
    ],
    ['and is then updated', batchIn('running', card(NONE, 1_000)), RUNNING, 6_000, { kind: 'update_card' }],
    [
      'after a minute it waits for fifteen',
      batchIn('running', card(NONE, MINUTE)),
      RUNNING,
      MINUTE + 1,
      { kind: 'wait', until: MINUTE + 15_000 },
    ],
    ['the last update comes at once', batchIn('running', card(RUNNING, 999)), OVER, 1_000, { kind: 'update_card' }],
    [
      'but not before Slack takes it',
      batchIn('running', { ...card(RUNNING, 999), updatesFrom: 9_000 }),
      OVER,
      1_000,
      { kind: 'wait', until: 9_000 },
    ],
    ['then the end is posted', batchIn('running', card(OVER, 999)), OVER, 1_000, { kind: 'post_end' }],
    ['once', batchIn('running', { ...card(OVER, 999), isEndPosted: true }), OVER, 1_000, { kind: 'nothing' }],
    [
      'a stopped batch waits for what is under way',
      batchIn('stopped', card(RUNNING, 0)),
      RUNNING,
      1,
      { kind: 'nothing' },
    ],
    ['and ends like any other', batchIn('stopped', card(OVER, 0)), OVER, 1, { kind: 'post_end' }],
    ['a finished batch needs nothing', batchIn('finished', card(OVER, 0)), OVER, 1, { kind: 'nothing' }],
    ['nor does a discarded one', batchIn('discarded'), NONE, 1, { kind: 'nothing' }],
  ];

for (const [says, batch, counts, now, step] of steps) {
  test(says, () => assert.deepEqual(nextBatchStep(batch, counts, now), step));
}
