import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHostSlots } from '../../../src/mailbox/login/host-slots.ts';

const LIMITS = { atOnce: 6, perHost: 4, refusalsInARow: 5, pauseMs: 1_000 };

/** Works that a test ends one by one. */
function createWorks() {
  const ends: (() => void)[] = [];
  const started: string[] = [];
  const work = (name: string) => () => {
    started.push(name);
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.push(resolve);
    return promise;
  };
  return { ends, started, work };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a host has so many at once, all hosts together so many, and nobody is forgotten', async () => {
  const slots = createHostSlots(() => 0, LIMITS);
  const { ends, started, work } = createWorks();
  const names = [...Array(6).fill('a'), ...Array(3).fill('b')];
  const all = names.map((name) => slots.run(name, work(name), () => false));
  await turn();
  assert.deepEqual(started, ['a', 'a', 'a', 'a', 'b', 'b']);
  for (let done = 0; done < names.length; done += 1) {
    ends[done]?.();
    await turn();
  }
  await Promise.all(all);
  assert.deepEqual(started.toSorted(), names);
});

test('a host that refuses several logins in a row is left alone for a while', async () => {
  let now = 0;
  const slots = createHostSlots(() => now, LIMITS);
  const login = (host: string, isRefused: boolean | undefined) =>
    slots.run(
      host,
      () => Promise.resolve('done'),
      () => isRefused,
    );
  for (const isRefused of [true, true, true, true, false, true, undefined, true, true, undefined, true, true]) {
    assert.equal(await login('a', isRefused), 'done');
  }
  assert.equal(await login('a', false), 'paused');
  assert.equal(await login('b', false), 'done');
  now = LIMITS.pauseMs;
  assert.equal(await login('a', false), 'done');
});

test('those that wait when a host is paused are not tried either', async () => {
  const slots = createHostSlots(() => 0, { ...LIMITS, perHost: 1 });
  const results = await Promise.all(
    Array.from({ length: 8 }, () =>
      slots.run(
        'a',
        () => Promise.resolve('done'),
        () => true,
      ),
    ),
  );
  assert.deepEqual(results, [...Array(5).fill('done'), ...Array(3).fill('paused')]);
});

test('work that throws gives its slot back', async () => {
  const slots = createHostSlots(() => 0, { ...LIMITS, atOnce: 1 });
  await assert.rejects(
    slots.run(
      'a',
      () => Promise.reject(new Error('no')),
      () => false,
    ),
  );
  assert.equal(
    await slots.run(
      'a',
      () => Promise.resolve('done'),
      () => false,
    ),
    'done',
  );
});
