import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeGrowth } from '../../../faults/judging/judge-growth.ts';

const MB = 2 ** 20;
const usage = (heap: number, rss: number, timers: number) => ({
  heapBytes: heap * MB,
  rssBytes: rss * MB,
  resources: { Timeout: timers },
});

test('a process may hold somewhat more later', () => {
  assert.deepEqual(judgeGrowth([usage(40, 120, 5), usage(90, 300, 99), usage(55, 185, 13)]), []);
  assert.deepEqual(judgeGrowth([usage(40, 120, 5)]), []);
});

test('what goes on growing is told, with each measurement', () => {
  assert.deepEqual(judgeGrowth([usage(40, 120, 5), usage(50, 160, 9), usage(60, 200, 14)]), [
    'heapBytes grew: 40, 50, 60 MB',
    'rssBytes grew: 120, 160, 200 MB',
    'Timeout grew: 5, 9, 14',
  ]);
});
