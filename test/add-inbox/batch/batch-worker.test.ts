import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimedBatch } from '../../../src/add-inbox/batch/batch.ts';
import { createBatchWorker } from '../../../src/add-inbox/batch/batch-worker.ts';
import type { AfterBatchStep } from '../../../src/add-inbox/batch/do-batch-step.ts';
import { LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { claimedBatch, NOW } from './batch-step-world.ts';

const named = (id: string, change: Partial<ClaimedBatch> = {}): ClaimedBatch => ({
  ...claimedBatch({ id }),
  ...change,
});

/** A worker that finds `due` at its first polls, one list each; `released` is what it gave back. */
function setUp(doStep: (batch: ClaimedBatch) => AfterBatchStep, due: (ClaimedBatch[] | Promise<ClaimedBatch[]>)[]) {
  const released: [id: string, inMs: number, tries: number | undefined][] = [];
  const limits: number[] = [];
  const errors: unknown[] = [];
  let isStillOurs: (claimed: ClaimedBatch) => boolean = () => false;
  const worker = createBatchWorker({
    batches: {
      claimDue: async (limit) => {
        limits.push(limit);
        return due.shift() ?? [];
      },
      renew: async (claimed) => claimed.map(({ id }) => id),
      release: async ({ id }, until, tries) => void released.push([id, until - NOW, tries]),
    },
    createStep: (stillOurs) => {
      isStillOurs = stillOurs;
      return doStep;
    },
    onError: (_batch, error) => void errors.push(error),
    now: () => NOW,
    monotonicNow: () => 0,
    random: () => 0.5,
    leaseMs: 4_000,
  });
  /** Polls, and ends once all that was found has been worked on. */
  const workOnce = async () => {
    worker.wake();
    await new Promise((resolve) => setImmediate(resolve));
    await worker.stop(10_000);
  };
  return { worker, released, limits, errors, workOnce, isStillOurs: (batch: ClaimedBatch) => isStillOurs(batch) };
}

test('a batch is taken through its steps until one of them releases it', async () => {
  const steps: number[] = [];
  const { workOnce, released, errors } = setUp(
    async (batch) => {
      steps.push(batch.tries);
      return batch.tries < 2 ? { ...batch, tries: batch.tries + 1 } : undefined;
    },
    [[named('A')]],
  );
  await workOnce();
  assert.deepEqual([steps, errors], [[0, 1, 2], []]);
  assert.deepEqual(
    released.filter(([, inMs]) => inMs > 0),
    [],
  );
});

test('a step may act for its batch while it is worked on, and for no other claim of it', async () => {
  const held: boolean[] = [];
  const set = setUp(
    async (batch) => {
      held.push(set.isStillOurs(batch), set.isStillOurs({ ...batch, fence: 2 }));
      return undefined;
    },
    [[named('A')]],
  );
  await set.workOnce();
  held.push(set.isStillOurs(named('A')));
  assert.deepEqual(held, [true, false, false]);
});

test('a failed step is reported, and the batch waits longer each time', async () => {
  const broken = new Error('no database');
  const { workOnce, released, errors } = setUp(() => Promise.reject(broken), [[named('A'), named('B', { tries: 3 })]]);
  await workOnce();
  assert.deepEqual(errors, [broken, broken]);
  assert.deepEqual(released, [
    ['A', 5_000, 1],
    ['B', 40_000, 4],
  ]);
});

test('a lease that is lost is no failure; where the batch is still ours it goes on at once', async () => {
  const { workOnce, released, errors } = setUp(
    () => Promise.reject(new LeaseLostError('A')),
    [[named('A', { tries: 3 })]],
  );
  await workOnce();
  assert.deepEqual([errors, released], [[], [['A', 0, 3]]]);
});

test('a poll that fails is reported, and the next one claims', async () => {
  const steps: string[] = [];
  const failing = Promise.reject(new Error('no database'));
  failing.catch(() => {});
  const { worker, workOnce, errors } = setUp(async ({ id }) => void steps.push(id), [failing, [named('A')]]);
  worker.wake();
  await workOnce();
  assert.deepEqual([steps, errors.length], [['A'], 1]);
});

test('a wake during a poll looks again, and no more is claimed than there is room for', async () => {
  const first = Promise.withResolvers<ClaimedBatch[]>();
  const step = Promise.withResolvers<undefined>();
  const { worker, limits } = setUp(() => step.promise, [first.promise, [named('C')]]);
  for (let wakes = 0; wakes < 3; wakes += 1) worker.wake();
  first.resolve([named('A'), named('B')]);
  while (limits.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(limits, [10, 8]);
  step.resolve(undefined);
  await worker.stop(10_000);
  worker.wake();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(limits, [10, 8], 'nothing is claimed once it is stopping');
});

test('stopping waits for the step that is running, and begins no other', async () => {
  const step = Promise.withResolvers<ClaimedBatch>();
  const begun = Promise.withResolvers<void>();
  let steps = 0;
  const { worker, released } = setUp(() => {
    steps += 1;
    begun.resolve();
    return step.promise;
  }, [[named('A')]]);
  worker.wake();
  await begun.promise;
  let isOver = false;
  const stopped = worker.stop(10_000).then(() => {
    isOver = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isOver, false);
  step.resolve(named('A', { fence: 1, tries: 7 }));
  await stopped;
  assert.deepEqual([steps, released], [1, [['A', 0, undefined]]]);
});

test('stopping does not wait longer than it may', async () => {
  const begun = Promise.withResolvers<void>();
  const { worker } = setUp(() => {
    begun.resolve();
    return new Promise(() => {});
  }, [[named('A')]]);
  worker.wake();
  await begun.promise;
  await worker.stop(1);
});

test('what a poll claims while the bot is stopping is released, and stopping waits for that', async () => {
  const claiming = Promise.withResolvers<ClaimedBatch[]>();
  const { worker, released } = setUp(() => assert.fail('no step is begun'), [claiming.promise]);
  worker.wake();
  const stopped = worker.stop(10_000);
  claiming.resolve([named('A')]);
  await stopped;
  assert.deepEqual(released, [['A', 0, undefined]]);
});
