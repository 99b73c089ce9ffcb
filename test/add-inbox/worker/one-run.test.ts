import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOneRun } from '../../../src/add-inbox/worker/one-run.ts';

test('calls during a run make it run once more, and never two at once', async () => {
  const runs: PromiseWithResolvers<void>[] = [];
  const run = createOneRun(() => {
    const next = Promise.withResolvers<void>();
    runs.push(next);
    return next.promise;
  });
  run.start();
  run.start();
  run.start();
  assert.equal(runs.length, 1);
  const ended = run.ended();
  runs[0]?.resolve();
  await new Promise(setImmediate);
  assert.equal(runs.length, 2);
  runs[1]?.resolve();
  await ended;
  assert.equal(runs.length, 2);
});
