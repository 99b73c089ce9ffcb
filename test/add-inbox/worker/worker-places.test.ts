import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClaimedRequest } from '../../../src/add-inbox/request/request.ts';
import { createWorld, lost, requestOf, stepOf } from './world/worker-world.ts';

/** What is due, claimed oldest first; each claim asks for so many. */
function queueOf(...numbers: number[]) {
  const due = numbers.map((number) => requestOf(number));
  return { due, claimDue: async (limit: number) => due.splice(0, limit) };
}

test('no more is claimed than there are places, and then nothing is asked for until one is free', async (t) => {
  const { due, claimDue } = queueOf(1, 2, 3, 4, 5);
  const world = createWorld(t, { claimDue });
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.calls, ['claim 1', 'step R1', 'claim 1', 'step R2', 'claim 1', 'step R3']);
  world.worker.wake();
  await world.settle();
  assert.equal(world.calls.length, 6, 'all places are taken');
  stepOf(world, 'R2').resolve(undefined);
  await world.settle();
  assert.deepEqual(world.calls.slice(6), ['claim 1', 'step R4']);
  assert.equal(due.length, 1);
});

test('claiming goes on as long as each claim fills the room there was, and no longer', async (t) => {
  const batches = [[requestOf(1), requestOf(2)], [requestOf(3)], [requestOf(4)]];
  const world = createWorld(t, { maxAtOnce: 8, claimDue: async () => batches.shift() ?? [] });
  world.worker.wake();
  await world.settle();
  const calls = ['claim 2', 'step R1', 'step R2', 'claim 2', 'step R3'];
  assert.deepEqual(world.calls, calls, 'a claim with fewer than asked for was the last');
});

test('what is finished makes room', async (t) => {
  const { claimDue } = queueOf(1, 2, 3);
  const world = createWorld(t, { claimDue });
  world.worker.wake();
  await world.settle();
  for (const id of ['R1', 'R2', 'R3']) stepOf(world, id).resolve(undefined);
  await world.settle();
  world.calls.length = 0;
  for (const number of [4, 5, 6]) world.worker.take(requestOf(number), 0);
  assert.deepEqual(world.calls, ['step R4', 'step R5', 'step R6']);
});

test('a place that becomes free where nobody can have waited for it is not a reason to look', async (t) => {
  const world = createWorld(t, { maxAtOnce: 20 });
  world.worker.take(requestOf(1), 0);
  await world.settle();
  world.calls.length = 0;
  stepOf(world, 'R1').resolve(undefined);
  await world.settle();
  assert.deepEqual(world.calls, []);
});

test('slots are claimed for the places that are left, again and again until there are none', async (t) => {
  const slot = { keyFingerprint: 'f', takenAt: 0, countsFrom: 0 };
  const queue = [requestOf(2), requestOf(3), requestOf(4)];
  const rooms: number[] = [];
  const world = createWorld(t, {
    claimDue: queueOf(1).claimDue,
    claimQueued: async (limit) => {
      rooms.push(limit);
      return { armed: queue.splice(0, 1).map((each) => ({ ...each, slot })) };
    },
  });
  world.worker.wake();
  await world.settle();
  assert.deepEqual(rooms, [1, 1]);
  assert.equal(queue.length, 1);
  assert.deepEqual(world.calls, ['claim 1', 'step R1', 'claim 1', 'send with f R2', 'send with f R3']);
  assert.ok(!('slot' in stepOf(world, 'R2').claimed), 'the slot is no part of the request');
});

test('the next slot is waited for: not longer than a second, and not in a busy loop', async (t) => {
  for (const [nextAt, waitMs] of [
    [1_400, 400],
    [90_000, 1_000],
    [1_000, 10],
    [0, 10],
  ] as const) {
    let asked = 0;
    const world = createWorld(t, {
      claimQueued: async () => {
        asked += 1;
        return { nextAt: asked === 1 ? nextAt : undefined };
      },
    });
    world.worker.wake();
    await world.settle();
    t.mock.timers.tick(waitMs - 1);
    await world.settle();
    assert.equal(asked, 1, `${nextAt}`);
    t.mock.timers.tick(1);
    await world.settle();
    assert.equal(asked, 2, `${nextAt}`);
    t.mock.timers.tick(5_000);
    await world.settle();
    assert.equal(asked, 2, `${nextAt}: nothing is waited for any more`);
    t.mock.timers.reset();
  }
});

test('only the latest answer says when the next slot comes', async (t) => {
  const times = [1_400, 1_800];
  let asked = 0;
  const world = createWorld(t, {
    claimQueued: async () => {
      asked += 1;
      return { nextAt: times.shift() };
    },
  });
  world.worker.wake();
  await world.settle();
  world.worker.wake();
  await world.settle();
  t.mock.timers.tick(799);
  await world.settle();
  assert.equal(asked, 2);
  t.mock.timers.tick(1);
  await world.settle();
  assert.equal(asked, 3);
});

test('a started worker looks at once and then each second', async (t) => {
  const world = createWorld(t);
  world.worker.start();
  await world.settle();
  assert.deepEqual(world.calls, ['claim 1']);
  t.mock.timers.tick(999);
  await world.settle();
  assert.equal(world.calls.length, 1);
  t.mock.timers.tick(1);
  await world.settle();
  assert.equal(world.calls.length, 2);
});

test('whoever wakes it while it looks has it look once more, not at the same time', async (t) => {
  const first = Promise.withResolvers<ClaimedRequest[]>();
  const answers = [first.promise];
  const world = createWorld(t, { claimDue: async () => answers.shift() ?? [] });
  for (let waking = 0; waking < 5; waking += 1) world.worker.wake();
  await world.settle();
  assert.equal(world.calls.length, 1);
  first.resolve([]);
  await world.settle();
  assert.equal(world.calls.length, 2);
});

test('what is accepted beyond the places is released as it is, at once', async (t) => {
  const world = createWorld(t, { maxAtOnce: 1 });
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2, { notBefore: 77 }), 0);
  await world.settle();
  assert.deepEqual(world.calls, ['step R1', 'release R2 {}']);
  world.worker.wake();
  await world.settle();
  assert.equal(world.calls.length, 2, 'once');
});

test('a surprise is reported, and the request is released to be tried later', async (t) => {
  const surprise = new Error('surprise');
  const world = createWorld(t, { maxAtOnce: 20 });
  world.worker.take(requestOf(1, { tries: 2 }), 0);
  stepOf(world, 'R1').reject(surprise);
  await world.settle();
  assert.deepEqual(world.errors, [surprise]);
  assert.deepEqual(world.calls, ['step R1', 'error R1', 'release R1 {"notBefore":21000}', 'claim 5']);
});

test('while the database does not take what is released, it is tried again and nothing is claimed', async (t) => {
  let failure: Error | undefined = new Error('Connection terminated');
  const world = createWorld(t, {
    maxAtOnce: 1,
    advance: async (claimed) => {
      if (failure !== undefined) throw failure;
      return claimed;
    },
  });
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2), 0);
  await world.settle();
  assert.deepEqual(world.errors, [failure]);
  failure = undefined;
  world.worker.wake();
  await world.settle();
  assert.equal(world.calls.filter((call) => call.startsWith('release R2')).length, 2);
  world.worker.wake();
  await world.settle();
  assert.equal(world.calls.filter((call) => call.startsWith('release')).length, 2);
});

test('what another has claimed meanwhile needs no giving back', async (t) => {
  const world = createWorld(t, { maxAtOnce: 1, advance: async ({ id }) => Promise.reject(lost(id)) });
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2), 0);
  await world.settle();
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.errors, []);
  assert.equal(world.calls.filter((call) => call.startsWith('release')).length, 1);
});

test('stopping waits until the database has taken what is released', async (t) => {
  const taken = Promise.withResolvers<void>();
  const world = createWorld(t, {
    advance: async (claimed) => {
      await taken.promise;
      return claimed;
    },
  });
  let isOver = false;
  const stopped = world.worker.stop(60_000).then(() => {
    isOver = true;
  });
  world.worker.take(requestOf(1), 0);
  await world.settle();
  assert.deepEqual([world.calls, isOver], [['release R1 {}'], false]);
  taken.resolve();
  await stopped;
  assert.equal(world.calls.length, 1, 'and nothing is claimed');
});

test('stopping waits for a database that does not answer for five seconds', async (t) => {
  const world = createWorld(t, { advance: () => new Promise(() => {}) });
  let isOver = false;
  const stopped = world.worker.stop(60_000).then(() => {
    isOver = true;
  });
  world.worker.take(requestOf(1), 0);
  await world.settle();
  t.mock.timers.tick(4_999);
  await world.settle();
  assert.equal(isOver, false);
  t.mock.timers.tick(1);
  await stopped;
});

test('stopping waits for what is under way, and as long as it is told', async (t) => {
  for (const ends of [true, false]) {
    const world = createWorld(t);
    world.worker.take(requestOf(1), 0);
    let isOver = false;
    const stopped = world.worker.stop(3_000).then(() => {
      isOver = true;
    });
    t.mock.timers.tick(2_999);
    await world.settle();
    assert.equal(isOver, false);
    if (ends) stepOf(world, 'R1').resolve(undefined);
    else t.mock.timers.tick(1);
    await stopped;
    t.mock.timers.reset();
  }
});

test('a stopping worker reports what is settled, and releases what was not sent', async (t) => {
  const world = createWorld(t);
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2), 0);
  const stopped = world.worker.stop(60_000);
  stepOf(world, 'R1').resolve(requestOf(1, { state: 'settled' }));
  stepOf(world, 'R2').resolve(requestOf(2, { state: 'announced', notBefore: 5 }));
  await world.settle();
  assert.deepEqual(world.calls.slice(2), ['step R1', 'release R2 {}']);
  stepOf(world, 'R1').resolve(undefined);
  await stopped;
  t.mock.timers.tick(60_000);
  await world.settle();
  assert.equal(world.calls.length, 4, 'nothing more once it has stopped');
});

test('while it works, each step begins with what the step before it left', async (t) => {
  const world = createWorld(t);
  world.worker.take(requestOf(1), 0);
  stepOf(world, 'R1').resolve(requestOf(1, { state: 'armed', tries: 1 }));
  await world.settle();
  assert.deepEqual([world.calls.length, stepOf(world, 'R1').claimed.state], [2, 'armed']);
  stepOf(world, 'R1').reject(new Error('surprise'));
  await world.settle();
  assert.equal(world.calls[3], 'release R1 {"notBefore":11000}', 'as it was by then');
});

test('what is claimed again while its first step ends is worked on, and keeps its place', async (t) => {
  const world = createWorld(t, { maxAtOnce: 20 });
  world.worker.take(requestOf(1), 0);
  const first = stepOf(world, 'R1');
  world.worker.take(requestOf(1, { fence: 2 }), 0);
  first.resolve(undefined);
  await world.settle();
  assert.equal(world.isStillOurs(requestOf(1, { fence: 2 })), true);
  stepOf(world, 'R1').resolve(undefined);
  await world.settle();
  assert.equal(world.isStillOurs(requestOf(1, { fence: 2 })), false);
});

test('a failure to claim slots ends the look only after what was claimed has begun', async (t) => {
  const failure = new Error('Query read timeout');
  const slot = { keyFingerprint: 'f', takenAt: 0, countsFrom: 0 };
  const queue = [requestOf(1)];
  const world = createWorld(t, {
    claimQueued: async () => ({ armed: queue.splice(0).map((each) => ({ ...each, slot })), failure }),
  });
  world.worker.wake();
  await world.settle();
  assert.deepEqual(world.calls, ['claim 1', 'send with f R1', 'error']);
  assert.deepEqual(world.errors, [failure]);
});

test('a quarter of the free places is claimed at once', async (t) => {
  for (const [maxAtOnce, limit] of [
    [1, 1],
    [4, 1],
    [5, 2],
    [200, 50],
  ] as const) {
    const world = createWorld(t, { maxAtOnce });
    world.worker.wake();
    await world.settle();
    assert.deepEqual(world.calls, [`claim ${limit}`]);
    t.mock.timers.reset();
  }
});

test('a worker that is stopped while it claims does not claim again, and releases what it got', async (t) => {
  const claiming = Promise.withResolvers<ClaimedRequest[]>();
  const world = createWorld(t, { claimDue: () => claiming.promise });
  world.worker.wake();
  await world.settle();
  const stopped = world.worker.stop(60_000);
  claiming.resolve([requestOf(1)]);
  await stopped;
  assert.deepEqual(world.calls, ['claim 1', 'release R1 {}']);
});

test('a worker that has stopped leaves no timer behind', async (t) => {
  const world = createWorld(t, { claimQueued: async () => ({ nextAt: 90_000 }) });
  const made = [t.mock.method(globalThis, 'setTimeout'), t.mock.method(globalThis, 'setInterval')];
  const ended = [t.mock.method(globalThis, 'clearTimeout'), t.mock.method(globalThis, 'clearInterval')];
  world.worker.start();
  await world.settle();
  await world.worker.stop(60_000);
  const timers = made.flatMap(({ mock }) => mock.calls.map(({ result }) => result));
  const cleared = new Set<unknown>(ended.flatMap(({ mock }) => mock.calls.map(({ arguments: [timer] }) => timer)));
  assert.ok(timers.length > 3);
  for (const timer of timers) assert.ok(cleared.has(timer));
});

test('what is held again while it is released is released again', async (t) => {
  const first = Promise.withResolvers<void>();
  const world = createWorld(t, {
    maxAtOnce: 1,
    advance: async (claimed) => {
      if (claimed.fence === 1) await first.promise;
      return claimed;
    },
  });
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2), 0);
  await world.settle();
  world.worker.take(requestOf(2, { fence: 2 }), 0);
  first.resolve();
  await world.settle();
  assert.equal(world.calls.filter((call) => call === 'release R2 {}').length, 2);
});

test('stopping releases once more what the database did not take before', async (t) => {
  const failures = [new Error('Connection terminated')];
  const world = createWorld(t, {
    maxAtOnce: 1,
    advance: async (claimed) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return claimed;
    },
  });
  world.worker.take(requestOf(1), 0);
  world.worker.take(requestOf(2), 0);
  await world.settle();
  const stopped = world.worker.stop(1_000);
  t.mock.timers.tick(1_000);
  await stopped;
  assert.deepEqual(world.calls, ['step R1', 'release R2 {}', 'error', 'release R2 {}']);
});

test('a worker that has stopped holds on to nothing that is still under way', async (t) => {
  const world = createWorld(t, { renew: async (claimed) => claimed.map(({ id }) => id) });
  world.worker.take(requestOf(1), 0);
  const stopped = world.worker.stop(1_000);
  t.mock.timers.tick(1_000);
  world.setTime(10_000);
  await stopped;
  assert.deepEqual(world.calls, ['step R1']);
});
