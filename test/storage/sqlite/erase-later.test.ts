import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createEraseLater } from '../../../src/storage/sqlite/erase-later.ts';

function setUp(erase: (time: number) => Promise<boolean> | boolean) {
  let time = 0;
  const erasedAt: number[] = [];
  const later = createEraseLater(
    async () => {
      erasedAt.push(time);
      return erase(time);
    },
    () => time,
  );
  return {
    later,
    erasedAt,
    async pass(ms: number) {
      for (const end = time + ms; time < end; ) {
        time += 100;
        mock.timers.tick(100);
        await nextTurn();
      }
    },
  };
}

test('erasing is done at once, and then gathered', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const { later, erasedAt, pass } = setUp(() => true);
  const first = later.request();
  await pass(100);
  await first;
  const others = [later.request(), later.request(), later.request()];
  await pass(5_000);
  await Promise.all(others);
  assert.equal(erasedAt.length, 2);
  assert.ok((erasedAt[1] ?? 0) - (erasedAt[0] ?? 0) >= 1_000);
});

test('what could not be erased is tried again, without a word to those who wait', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  let tries = 0;
  const { later, pass } = setUp(() => {
    tries += 1;
    if (tries === 1) throw new Error('the database is away');
    return tries > 2;
  });
  const request = later.request();
  await pass(100);
  await request;
  assert.equal(tries, 1);
  await pass(30_000);
  assert.equal(tries, 3);
  await pass(60_000);
  assert.equal(tries, 3, 'done');
});

test('what is asked for while it is being done is done once more', async (context) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  context.after(() => mock.timers.reset());
  const going = Promise.withResolvers<boolean>();
  const { later, erasedAt, pass } = setUp((time) => (time < 1_000 ? going.promise : true));
  const first = later.request();
  await pass(100);
  const second = later.request();
  going.resolve(true);
  await pass(10_000);
  await Promise.all([first, second]);
  assert.equal(erasedAt.length, 2);
});

test('at the end it does what is still to be done, once', async () => {
  let tries = 0;
  const idle = createEraseLater(async () => {
    tries += 1;
    return false;
  });
  await idle.finish();
  await idle.request();
  assert.equal(tries, 0);
  const busy = createEraseLater(async () => {
    tries += 1;
    return false;
  });
  const request = busy.request();
  await busy.finish();
  await request;
  await busy.request();
  assert.equal(tries, 1);
});
