import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMonotonicClock } from '../../src/operations/monotonic-clock.ts';

function setUp() {
  const clocks = { monotonic: 5_000, wall: 1_700_000_000_000 };
  const now = createMonotonicClock({ monotonicNow: () => clocks.monotonic, now: () => clocks.wall });
  const startedAt = now();
  return {
    elapsed: () => now() - startedAt,
    pass(ms: { monotonic: number; wall: number }) {
      clocks.monotonic += ms.monotonic;
      clocks.wall += ms.wall;
    },
  };
}

test('it goes on as the clocks do', () => {
  const { elapsed, pass } = setUp();
  pass({ monotonic: 700, wall: 700 });
  assert.equal(elapsed(), 700);
});

test('what the machine slept through has passed', () => {
  const { elapsed, pass } = setUp();
  pass({ monotonic: 100, wall: 60_100 });
  assert.equal(elapsed(), 60_100);
  pass({ monotonic: 300, wall: 300 });
  assert.equal(elapsed(), 60_400);
});

test('a time of day that jitters adds nothing', () => {
  const { elapsed, pass } = setUp();
  for (let n = 0; n < 1_000; n += 1) pass({ monotonic: 1, wall: n % 2 === 0 ? 0 : 2 });
  assert.equal(elapsed(), 1_000);
  for (let n = 0; n < 1_000; n += 1) {
    pass({ monotonic: 1, wall: n % 2 === 0 ? 0 : 2 });
    elapsed();
  }
  assert.equal(elapsed(), 2_000);
});

test('a time of day that is set back takes nothing away, and what it makes up for later counts', () => {
  const { elapsed, pass } = setUp();
  pass({ monotonic: 100, wall: -86_400_000 });
  assert.equal(elapsed(), 100);
  pass({ monotonic: 200, wall: 200 });
  assert.equal(elapsed(), 300);
  pass({ monotonic: 0, wall: 9_000 });
  assert.equal(elapsed(), 9_300);
});

test('what it slept counts from 50 ms on, once', () => {
  for (const [leadMs, counted] of [
    [49, 0],
    [50, 50],
  ] as const) {
    const { elapsed, pass } = setUp();
    pass({ monotonic: 100, wall: 100 + leadMs });
    assert.equal(elapsed(), 100 + counted);
    assert.equal(elapsed(), 100 + counted);
  }
});

test('a time of day that gains a little at a time counts as soon as that adds up', () => {
  const { elapsed, pass } = setUp();
  for (let n = 0; n < 10; n += 1) {
    pass({ monotonic: 100, wall: 110 });
    elapsed();
  }
  assert.equal(elapsed(), 1_100);
});

test('what was slept before it was first asked counts too', () => {
  const clocks = { monotonic: 5_000, wall: 1_700_000_000_000 };
  const now = createMonotonicClock({ monotonicNow: () => clocks.monotonic, now: () => clocks.wall });
  clocks.wall += 60_000;
  assert.equal(now(), 65_000);
});
