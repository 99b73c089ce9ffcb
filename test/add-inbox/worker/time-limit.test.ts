import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerInTime } from '../../../src/add-inbox/worker/time-limit.ts';

test('work that is done in time is the answer, and its error too', async () => {
  assert.equal(await answerInTime(Promise.resolve('done'), 60_000, assert.fail), 'done');
  await assert.rejects(answerInTime(Promise.reject(new Error('no')), 60_000, assert.fail), /no/);
});

test('work that is late is answered for, and what it throws afterwards is nobody’s', async () => {
  const work = Promise.withResolvers<string>();
  assert.equal(await answerInTime(work.promise, 1, () => 'late'), 'late');
  work.reject(new Error('too late to be heard'));
});
