import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startHousekeeping } from '../../src/operations/housekeeping.ts';

test('each chore is done at the start and every ten minutes, whatever the others throw; an error is told once', async (context) => {
  mock.timers.enable({ apis: ['setInterval'] });
  context.after(() => mock.timers.reset());
  let isAway = true;
  const errors: string[] = [];
  const done = { failing: 0, working: 0 };
  const housekeeping = startHousekeeping({
    chores: {
      failing: async () => {
        done.failing += 1;
        if (isAway) throw new Error('the database is away');
      },
      working: async () => {
        done.working += 1;
      },
    },
    onError: (chore) => errors.push(chore),
  });
  const pass = async () => {
    mock.timers.tick(10 * 60 * 1000);
    await nextTurn();
  };
  await nextTurn();
  assert.deepEqual(done, { failing: 1, working: 1 });
  await pass();
  await pass();
  assert.deepEqual(done, { failing: 3, working: 3 });
  assert.deepEqual(errors, ['failing']);
  isAway = false;
  await pass();
  isAway = true;
  await pass();
  assert.deepEqual(errors, ['failing', 'failing'], 'a new failure is told again');
  await housekeeping.stop();
  await pass();
  assert.equal(done.working, 5);
});

test('stopping waits for what is being done', async () => {
  const chore = Promise.withResolvers<void>();
  const housekeeping = startHousekeeping({ chores: { slow: () => chore.promise }, onError: assert.fail });
  let isStopped = false;
  const stopped = housekeeping.stop().then(() => {
    isStopped = true;
  });
  await nextTurn();
  assert.equal(isStopped, false);
  chore.resolve();
  await stopped;
});

test('a chore with much to do is done piece by piece, until stopping', async () => {
  const pieces: PromiseWithResolvers<boolean>[] = [];
  let others = 0;
  const much = () => {
    const piece = Promise.withResolvers<boolean>();
    pieces.push(piece);
    return piece.promise;
  };
  const housekeeping = startHousekeeping({ chores: { much, other: async () => ++others }, onError: assert.fail });
  pieces[0]?.resolve(true);
  await nextTurn();
  assert.deepEqual([pieces.length, others], [2, 0]);
  const stopped = housekeeping.stop();
  pieces[1]?.resolve(true);
  await stopped;
  assert.deepEqual([pieces.length, others], [2, 0]);
});
