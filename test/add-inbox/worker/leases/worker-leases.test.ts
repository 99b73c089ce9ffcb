import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimedRequest } from '../../../../src/add-inbox/request/request.ts';
import { createWorld, lost, requestOf, stepOf, type WorkerWorld } from '../world/worker-world.ts';

/** A lease of 4 s, of which the last half second is not used. */
const HELD_FOR_MS = 3_500;

/** Asserts that a request is held from now until just before `until`. */
function assertHeldUntil({ setTime, isStillOurs }: WorkerWorld, claimed: ClaimedRequest, until: number): void {
  setTime(until - 1);
  assert.equal(isStillOurs(claimed), true, `a millisecond before ${until}`);
  setTime(until);
  assert.equal(isStillOurs(claimed), false, `at ${until}`);
}

test('a lease counts from before the claim was asked for, and ends half a second early', async (t) => {
  const due = [requestOf(1)];
  const world = createWorld(t, {
    claimDue: async () => {
      world.setTime(10_300);
      return due.splice(0);
    },
  });
  world.setTime(10_000);
  world.worker.wake();
  await world.settle();
  assertHeldUntil(world, requestOf(1), 10_000 + HELD_FOR_MS);
});

test('a lease of a request that got its slot counts likewise', async (t) => {
  const armed = [{ ...requestOf(1), slot: { keyFingerprint: 'f', takenAt: 0, countsFrom: 0 } }];
  const world = createWorld(t, {
    claimQueued: async () => {
      world.setTime(10_300);
      return { armed: armed.splice(0) };
    },
  });
  world.setTime(10_000);
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.calls, ['claim 1', 'send with f R1']);
  assertHeldUntil(world, requestOf(1), 10_000 + HELD_FOR_MS);
});

test('a lease of a request that was just accepted counts from before it was', (t) => {
  const world = createWorld(t);
  world.setTime(10_300);
  world.worker.take(requestOf(1), 10_000);
  assertHeldUntil(world, requestOf(1), 10_000 + HELD_FOR_MS);
});

test('a lease that was renewed counts from before the renewal was asked for', async (t) => {
  const world = createWorld(t, {
    renew: async (claimed) => {
      world.setTime(11_300);
      return claimed.map(({ id }) => id);
    },
  });
  world.setTime(10_000);
  world.worker.start();
  world.worker.take(requestOf(1), 10_000);
  world.setTime(11_000);
  t.mock.timers.tick(1_000);
  await world.settle();
  assertHeldUntil(world, requestOf(1), 11_000 + HELD_FOR_MS);
});

test('what the database does not renew is held as long as before, and no longer', async (t) => {
  const world = createWorld(t, { renew: async () => ['R2'] });
  world.worker.start();
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2), 0);
  world.setTime(1_000);
  t.mock.timers.tick(1_000);
  await world.settle();
  assertHeldUntil(world, requestOf(1), HELD_FOR_MS);
  assertHeldUntil(world, requestOf(2), 1_000 + HELD_FOR_MS);
});

test('only what is worked on is held, and only under the fence it was claimed with', async (t) => {
  const world = createWorld(t);
  world.worker.take(requestOf(1, { fence: 7 }), 0);
  assert.equal(world.isStillOurs(requestOf(1, { fence: 7 })), true);
  assert.equal(world.isStillOurs(requestOf(1, { fence: 6 })), false);
  assert.equal(world.isStillOurs(requestOf(1, { fence: 8 })), false);
  assert.equal(world.isStillOurs(requestOf(2, { fence: 7 })), false);
  stepOf(world, 'R1').resolve(undefined);
  await world.settle();
  assert.equal(world.isStillOurs(requestOf(1, { fence: 7 })), false, 'once it is finished');
});

test('leases are renewed four times in their life, and at least each second', async (t) => {
  for (const [leaseMs, everyMs] of [
    [4_000, 1_000],
    [2_000, 500],
    [60_000, 1_000],
  ] as const) {
    const world = createWorld(t, { leaseMs, renew: async (claimed) => claimed.map(({ id }) => id) });
    world.worker.start();
    world.worker.take(requestOf(1), 0);
    world.worker.take(requestOf(2), 0);
    t.mock.timers.tick(everyMs - 1);
    await world.settle();
    const renewals = () => world.calls.filter((call) => call.startsWith('renew'));
    assert.deepEqual(renewals(), [], `${leaseMs}`);
    t.mock.timers.tick(1);
    await world.settle();
    assert.deepEqual(renewals(), ['renew R1,R2'], `${leaseMs}`);
    t.mock.timers.reset();
  }
});

test('nothing is renewed where there is nothing, or where nobody else can claim', async (t) => {
  for (const [leaseMs, count] of [
    [4_000, 0],
    [Number.POSITIVE_INFINITY, 1],
  ] as const) {
    const world = createWorld(t, { leaseMs });
    world.worker.start();
    if (count > 0) world.worker.take(requestOf(1), 0);
    t.mock.timers.tick(5_000);
    await world.settle();
    assert.ok(!world.calls.some((call) => call.startsWith('renew')), `${leaseMs}`);
    t.mock.timers.reset();
  }
});

test('a renewal that fails is reported, and the next one comes all the same', async (t) => {
  const failure = new Error('Query read timeout');
  let fails = true;
  const world = createWorld(t, {
    renew: async (claimed) => {
      if (fails) throw failure;
      return claimed.map(({ id }) => id);
    },
  });
  world.worker.start();
  world.worker.take(requestOf(1), 0);
  t.mock.timers.tick(1_000);
  await world.settle();
  assert.deepEqual(world.errors, [failure]);
  fails = false;
  world.setTime(2_000);
  t.mock.timers.tick(1_000);
  await world.settle();
  assertHeldUntil(world, requestOf(1), 2_000 + HELD_FOR_MS);
});

test('renewing goes on while a stopping worker waits for what is under way', async (t) => {
  const world = createWorld(t, { renew: async (claimed) => claimed.map(({ id }) => id) });
  world.worker.start();
  world.worker.take(requestOf(1), 0);
  const stopped = world.worker.stop(60_000);
  world.setTime(1_000);
  t.mock.timers.tick(1_000);
  await world.settle();
  assert.equal(world.calls.at(-1), 'renew R1');
  stepOf(world, 'R1').resolve(undefined);
  await stopped;
  const { length } = world.calls;
  t.mock.timers.tick(10_000);
  await world.settle();
  assert.equal(world.calls.length, length, 'nothing more once it has stopped');
});

test('only what slept through its lease is renewed before anything is claimed', async (t) => {
  const world = createWorld(t, { renew: async (claimed) => claimed.map(({ id }) => id) });
  world.worker.take(requestOf(1), 0);
  world.setTime(HELD_FOR_MS - 1);
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.calls, ['step R1', 'claim 1']);
  world.setTime(HELD_FOR_MS);
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.calls.slice(2), ['renew R1', 'claim 1']);
});

test('after the database failed nothing is claimed for two seconds', async (t) => {
  let failure: Error | undefined = new Error('Connection terminated');
  const world = createWorld(t, {
    claimDue: async () => {
      if (failure !== undefined) throw failure;
      return [];
    },
  });
  world.setTime(5_000);
  world.worker.wake();
  await world.settle();
  assert.deepEqual([world.calls, world.errors], [['claim 1', 'error'], [failure]]);
  failure = undefined;
  for (const time of [5_000, 6_999]) {
    world.setTime(time);
    world.worker.wake();
    await world.settle();
    assert.equal(world.calls.length, 2, `at ${time}`);
  }
  world.setTime(7_000);
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.calls.slice(2), ['claim 1']);
});

test('where another has the request by now, the step ends without a word and nothing is released', async (t) => {
  const world = createWorld(t);
  world.worker.take(requestOf(1), 0);
  stepOf(world, 'R1').reject(lost('R1'));
  await world.settle();
  world.worker.wake();
  await world.settle();
  assert.ok(!world.calls.some((call) => call.startsWith('release') || call.startsWith('error')), world.calls.join());
});
