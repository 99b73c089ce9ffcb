import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doublingMs, retry } from '../../../src/add-inbox/worker/back-off.ts';

test('a wait doubles up to its limit, however many tries there were', () => {
  const waits = [0, 1, 2, 3, 5_000].map((tries) => doublingMs(tries, 100, 500));
  assert.deepEqual(waits, [100, 200, 400, 500, 500]);
});

/** A call that fails so often before it succeeds; resolves with what came of it and how long was waited. */
async function tryOften(failures: number, waitsMs: number[]) {
  const slept: number[] = [];
  let calls = 0;
  const call = async () => {
    calls += 1;
    if (calls <= failures) throw new Error(`failure ${calls}`);
    return 'done';
  };
  const sleep = async (ms: number) => void slept.push(ms);
  const result = await retry(call, (_error, tries) => waitsMs[tries], sleep).catch((error: Error) => error.message);
  return { result, slept };
}

test('a call is made again after each wait, until it succeeds or there is no other wait', async () => {
  assert.deepEqual(await tryOften(0, [1, 2]), { result: 'done', slept: [] });
  assert.deepEqual(await tryOften(2, [1, 2]), { result: 'done', slept: [1, 2] });
  assert.deepEqual(await tryOften(3, [1, 2]), { result: 'failure 3', slept: [1, 2] });
});
