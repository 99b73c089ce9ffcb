import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueues } from '../../../src/storage/rate-limit/one-at-a-time.ts';

test('of one name, one after the other is let in, in the order they came', async () => {
  const queued = createQueues();
  const first = Promise.withResolvers<void>();
  const events: string[] = [];
  const work = (name: string, wait?: Promise<void>) => async () => {
    events.push(`${name} begins`);
    await wait;
    events.push(`${name} ends`);
  };
  const all = [queued('a', work('1', first.promise)), queued('a', work('2')), queued('a', work('3'))];
  await queued('b', work('other'));
  first.resolve();
  await Promise.all(all);
  assert.deepEqual(events.slice(0, 3), ['1 begins', 'other begins', 'other ends']);
  assert.deepEqual(events.slice(3), ['1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
});

test('an error goes to the caller whose work failed, and the next work starts', async () => {
  const queued = createQueues();
  const failing = queued('a', () => Promise.reject(new Error('no')));
  const next = queued('a', async () => 'yes');
  await assert.rejects(failing, /^Error: no$/);
  assert.equal(await next, 'yes');
  assert.equal(await queued('a', async () => 'later'), 'later');
});
