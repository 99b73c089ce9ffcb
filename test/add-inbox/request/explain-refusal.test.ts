import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoginVerdict } from '../../../src/add-inbox/account/login-verdict.ts';
import type { Refusal } from '../../../src/add-inbox/request/outcome.ts';
import { answering, type Deps, NOW, PASSWORDS, requestIn, setUp } from './step-world.ts';

const REFUSAL: Refusal = { kind: 'refused', reason: 'Connection failed', fields: [] };

const LOGIN: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } };

const SETTLED = { state: 'settled', outcome: REFUSAL, settledAt: NOW, waitsFor: undefined, notBefore: NOW, tries: 0 };

const ROW = { batch: { id: 'B1', line: 7 } };

function checking(verdict: LoginVerdict | undefined): Deps {
  return {
    checkLogin: async (request, passwords) => {
      assert.deepEqual([request.state, request.outcome, passwords], ['settled', REFUSAL, PASSWORDS]);
      return verdict;
    },
  };
}

test('a refused login is committed first, counts once, and then gets what our own check found', async () => {
  const { doStep, commits, calls } = setUp({ ...answering({ ...REFUSAL, provesKey: true }), ...checking(LOGIN) });
  const next = await doStep(requestIn('announced'));
  assert.deepEqual(commits, [{ state: 'armed' }, SETTLED, { outcome: { ...REFUSAL, login: LOGIN } }]);
  assert.deepEqual([next?.state, next?.outcome], ['settled', { ...REFUSAL, login: LOGIN }]);
  assert.equal(calls.filter((call) => call.startsWith('settled')).length, 1);
  assert.ok(!calls.some((call) => call.startsWith('step reported')), 'it still has to be told');
});

test('a row of a batch is reported, and released, only with the check', async () => {
  const { doStep, commits, calls } = setUp({ ...answering(REFUSAL), ...checking(LOGIN) });
  assert.equal(await doStep(requestIn('announced', ROW)), undefined);
  assert.deepEqual(commits.slice(1), [
    SETTLED,
    { outcome: { ...REFUSAL, login: LOGIN }, state: 'reported', reportedAt: NOW, released: true },
  ]);
  assert.deepEqual(calls.slice(-2), [`settled refused ${NOW}`, 'step reported, reported']);
});

test('a check that says nothing, or fails, leaves the refusal as it is', async () => {
  const failure = new Error('no library');
  const failing = { checkLogin: async () => Promise.reject(failure) };
  for (const [deps, expected] of [
    [checking(undefined), []],
    [failing, [failure]],
  ] as const) {
    const { doStep, commits, errors } = setUp({ ...answering(REFUSAL), ...deps });
    const next = await doStep(requestIn('announced'));
    assert.deepEqual([commits.length, next?.state, next?.outcome, errors], [2, 'settled', REFUSAL, expected]);
  }
});

test('nothing else is checked, and nothing at all where the bot logs in nowhere', async () => {
  const never = { checkLogin: async () => assert.fail('checked') };
  for (const deps of [
    { ...answering({ ...REFUSAL, reason: 'The plan is full.' }), ...never },
    { ...answering({ kind: 'exists', reason: 'Login exists already' }), ...never },
    answering(REFUSAL),
  ]) {
    const single = setUp(deps);
    await single.doStep(requestIn('announced'));
    assert.equal(single.commits.length, 2);
    const row = setUp(deps);
    assert.equal(await row.doStep(requestIn('announced', ROW)), undefined);
    assert.deepEqual([row.commits.length, row.commits[1]?.released], [2, true]);
  }
});
