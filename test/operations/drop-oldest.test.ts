import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropOldest } from '../../src/operations/drop-oldest.ts';

test('what was added first goes first, and only what is too many', () => {
  const kept = new Set(['a', 'b', 'c']);
  dropOldest(kept, 3);
  assert.deepEqual([...kept], ['a', 'b', 'c']);
  dropOldest(kept, 1);
  assert.deepEqual([...kept], ['c']);
});

test('a way of its own to go is asked for each that goes', () => {
  const kept = new Map([
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ]);
  const dropped: string[] = [];
  dropOldest(kept, 2, (key) => {
    dropped.push(key);
    kept.delete(key);
  });
  assert.deepEqual([dropped, [...kept.keys()]], [['a'], ['b', 'c']]);
});
