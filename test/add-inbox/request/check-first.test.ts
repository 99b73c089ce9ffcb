import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HalfVerdict, LoginVerdict } from '../../../src/add-inbox/account/login-verdict.ts';
import type { Outcome, Refusal } from '../../../src/add-inbox/request/outcome.ts';
import type { ClaimedRequest } from '../../../src/add-inbox/request/request.ts';
import { answering, type Deps, NOW, requestIn, SLOT, setUp } from './step-world.ts';

const REFUSAL: Refusal = { kind: 'refused', reason: 'Connection failed', fields: [] };

const WORKS: HalfVerdict = { kind: 'works' };
const WRONG: HalfVerdict = { kind: 'refused', reason: 'wrong_login' };
const UNKNOWN: HalfVerdict = { kind: 'unknown', reason: 'try_later' };

const HELD_BACK: Outcome = { ...REFUSAL, reason: '', login: { smtp: WORKS, imap: WRONG }, isHeldBack: true };

const WANTED = async () => ({ kind: 'may', checksLogin: true }) as const;

/** Steps where the workspace wants a check before sending, with what it finds. */
function setUpChecking(login: LoginVerdict | undefined, deps: Deps = {}) {
  const checked: ClaimedRequest['state'][] = [];
  const checkLogin = async ({ state }: { state: ClaimedRequest['state'] }) => {
    checked.push(state);
    return login;
  };
  const steps = setUp({ ...answering(REFUSAL), checkPermission: WANTED, checkLogin, ...deps });
  return { ...steps, checked };
}

test('a login that is refused holds the request back, before it is armed', async () => {
  for (const login of [
    { smtp: WORKS, imap: WRONG },
    { smtp: WRONG, imap: UNKNOWN },
  ]) {
    const { doStep, commits, calls, checked } = setUpChecking(login);
    await doStep(requestIn('announced'));
    assert.deepEqual(commits, [
      {
        state: 'settled',
        outcome: { ...HELD_BACK, login },
        settledAt: NOW,
        waitsFor: undefined,
        notBefore: NOW,
        tries: 0,
      },
    ]);
    assert.ok(!calls.includes('take'));
    assert.deepEqual(checked, ['announced']);
  }
});

test('nothing else holds it back, and what was found explains a refusal of ColdSend', async () => {
  for (const login of [
    { smtp: WORKS, imap: WORKS },
    { smtp: WORKS, imap: UNKNOWN },
  ]) {
    const { doStep, checked } = setUpChecking(login);
    const next = await doStep(requestIn('announced'));
    assert.deepEqual([next?.outcome, checked], [{ ...REFUSAL, login }, ['announced']]);
  }
});

test('a check that the bot does not finish because it stops is left to the next process', async () => {
  const { doStep, commits, calls } = setUpChecking(undefined);
  assert.equal(await doStep(requestIn('announced')), undefined);
  assert.deepEqual(commits, [{ released: true }]);
  assert.ok(!calls.includes('take'));
});

test('a check that fails holds nothing back', async () => {
  const failure = new Error('no library');
  const failing = setUpChecking(undefined, { checkLogin: async () => Promise.reject(failure) });
  assert.deepEqual((await failing.doStep(requestIn('announced')))?.outcome, REFUSAL);
});

test('an inbox is held back once, and checked once before it waits for a slot or for ColdSend', async () => {
  const earlier: Record<string, Partial<ClaimedRequest>> = {
    HELD: { outcome: HELD_BACK },
    REFUSED: { outcome: REFUSAL, retryOf: 'HELD' },
    EXPIRED: { outcome: { kind: 'expired' }, retryOf: 'HELD' },
    LOST: { outcome: { kind: 'unknown', why: 'answer_lost' }, retryOf: 'EXPIRED' },
    CANCELLED: { outcome: { kind: 'stopped' } },
  };
  const find = async (_team: string, id: string) => requestIn('reported', { id, ...earlier[id] });
  const cases: [Partial<ClaimedRequest>, 'checked' | 'sent'][] = [
    [{ retryOf: 'HELD' }, 'sent'],
    [{ retryOf: 'REFUSED' }, 'checked'],
    [{ retryOf: 'LOST' }, 'sent'],
    [{ retryOf: 'CANCELLED' }, 'checked'],
    [{ waitsFor: 'rate_limited' }, 'sent'],
    [{ waitsFor: 'unavailable', tries: 1 }, 'sent'],
    [{ waitsFor: 'key' }, 'checked'],
    // It waits because Slack was down when it was asked about the person.
    [{ tries: 1 }, 'checked'],
  ];
  for (const [change, expected] of cases) {
    const { doStep, calls } = setUpChecking({ smtp: WRONG, imap: WRONG }, { requests: { find } });
    await doStep(requestIn('announced', change));
    assert.equal(calls.includes('take') ? 'sent' : 'checked', expected, JSON.stringify(change));
  }
});

test("a list's rows are checked before a person confirms them, and one that a person fixes in the form is checked like a single inbox", async () => {
  const batch = { id: 'B1', line: 7 };
  const login = { smtp: WORKS, imap: WRONG };
  const confirmed = setUpChecking(login);
  await confirmed.doStep(requestIn('announced', { batch, id: 'ROW', viewId: 'ROW' }));
  assert.ok(confirmed.calls.includes('take'));
  const { doStep, commits, calls } = setUpChecking(login);
  assert.equal(await doStep(requestIn('announced', { batch, retryOf: 'ROW' })), undefined);
  assert.ok(!calls.includes('take'));
  const [commit] = commits;
  assert.deepEqual(
    [commits.length, commit?.state, commit?.outcome, commit?.released],
    [1, 'reported', HELD_BACK, true],
    'the list reports it',
  );
});

test('a request that has its slot is sent without a check, and so is any where nobody wants one', async () => {
  const armed = setUpChecking({ smtp: WRONG, imap: WRONG });
  await armed.sendArmed(requestIn('armed'), SLOT);
  assert.deepEqual(armed.checked, ['settled'], 'only to explain the refusal');
  const unwanted = setUp({ checkLogin: async () => assert.fail('checked') });
  await unwanted.doStep(requestIn('announced'));
  assert.ok(unwanted.calls.includes('take'));
});
