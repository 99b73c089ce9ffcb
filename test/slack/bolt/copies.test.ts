import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIsCopy } from '../../../src/slack/bolt/copies.ts';

test('the first with a trigger is none, each one after it is', () => {
  const isCopy = createIsCopy();
  assert.deepEqual(['1.1', '1.2', '1.1', '1.2', '1.1'].map(isCopy), [false, false, true, true, true]);
});

test('only so many are remembered, the newest', () => {
  const isCopy = createIsCopy();
  for (let n = 0; n <= 10_000; n += 1) assert.equal(isCopy(`1.${n}`), false);
  assert.equal(isCopy('1.10000'), true);
  assert.equal(isCopy('1.1'), true);
  assert.equal(isCopy('1.0'), false);
});
