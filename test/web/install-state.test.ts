import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInstallState, STATE_TTL_MS, StateRefusedError } from '../../src/web/install-state.ts';

function setUp(secret = 'a secret of at least 32 characters') {
  const noted = new Map<string, number>();
  const clock = { now: 1_700_000_000_000 };
  const used = {
    use: async (state: string, expiresAt: number) => {
      const isFirst = !noted.has(state);
      noted.set(state, expiresAt);
      return isFirst;
    },
    has: async (state: string) => noted.has(state),
  };
  return { noted, clock, state: createInstallState({ secret, used, now: () => clock.now }) };
}

const refusedAs = (why: string) => (error: unknown) => error instanceof StateRefusedError && error.why === why;

test('a state works once', async () => {
  const { state } = setUp();
  const issued = state.issue();
  await state.use(issued);
  await assert.rejects(state.use(issued), refusedAs('used'));
});

test('a state is noted only once it comes back, until it expires', async () => {
  const { state, noted, clock } = setUp();
  const issued = state.issue();
  state.issue();
  assert.equal(noted.size, 0);
  await state.use(issued);
  assert.deepEqual([...noted], [[issued, clock.now + STATE_TTL_MS]]);
});

test('a state is judged without being taken', async () => {
  const { state, clock } = setUp();
  const [first, second] = [state.issue(), state.issue()];
  assert.equal(await state.judge(first), undefined);
  await state.use(first);
  assert.equal(await state.judge(first), 'used');
  assert.equal(await state.judge('made up'), 'wrong');
  clock.now += STATE_TTL_MS;
  assert.deepEqual([await state.judge(first), await state.judge(second)], ['expired', 'expired']);
});

test('a state works for ten minutes', async () => {
  const { state, clock } = setUp();
  const [first, second] = [state.issue(), state.issue()];
  assert.notEqual(first, second);
  clock.now += STATE_TTL_MS - 1;
  await state.use(first);
  clock.now += 1;
  await assert.rejects(state.use(second), refusedAs('expired'));
});

test('what was made up, changed or made with another secret is wrong, and not looked up', async () => {
  const { state, noted } = setUp();
  const issued = state.issue();
  const [expires = '', random = '', mac = ''] = issued.split('.');
  const other = setUp('another secret of at least 32 chars').state.issue();
  const later = (Number.parseInt(expires, 36) + 60_000).toString(36);
  const wrong = [
    '',
    '..',
    'garbage',
    `${issued}x`,
    issued.slice(1),
    `${later}.${random}.${mac}`,
    `${expires}.${random.slice(1)}A.${mac}`,
    `${expires}.${random}.${'A'.repeat(43)}`,
    other,
    'x'.repeat(100_000),
  ];
  for (const text of wrong) await assert.rejects(state.use(text), refusedAs('wrong'), text.slice(0, 80));
  assert.equal(noted.size, 0);
});
