import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColdsendKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { EXPIRES_AFTER_MS } from '../../../src/add-inbox/request/next-step.ts';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import { LeaseLostError, PasswordsWipedError } from '../../../src/add-inbox/request/request.ts';
import { sampleKey } from '../keys/sample-key.ts';
import { answering, type Deps, isOver, KEY, LATER, NOW, requestIn, SLOT, setUp } from './step-world.ts';

const REFUSED_KEY: ColdsendKey = { ...KEY, status: 'refused' };

test('a lease that is lost before the first byte is no reason to give anything back', async () => {
  const lost = async () => Promise.reject(new LeaseLostError('R'));
  for (const deps of [{ requests: { openPasswords: lost } }, { slots: { take: lost } }] satisfies Deps[]) {
    const { doStep, commits, errors } = setUp(deps);
    await assert.rejects(doStep(requestIn('announced')), LeaseLostError);
    assert.deepEqual([commits, errors], [[], []]);
  }
  const { sendArmed, commits } = setUp({ requests: { openPasswords: lost } });
  await assert.rejects(sendArmed(requestIn('armed'), SLOT), LeaseLostError);
  assert.deepEqual(commits, []);
});

test('a refused key, or none, is not used once the slot has come', async () => {
  for (const status of ['refused', undefined] as const) {
    const { sendArmed, calls, commits } = setUp({
      keys: {
        find: async () => (status === undefined ? undefined : REFUSED_KEY),
        open: async () => status && { apiKey: 'k', fingerprint: 'f', version: 1, status },
      },
    });
    assert.equal(await sendArmed(requestIn('armed'), SLOT), undefined);
    assert.deepEqual(calls, ['step send', 'refresh']);
    assert.deepEqual(commits, [
      { state: 'announced', waitsFor: 'key', notBefore: EXPIRES_AFTER_MS },
      { released: true },
    ]);
  }
});

test('what waits for a key is not due before it expires, and is released', async () => {
  const { doStep, commits, calls } = setUp({ keys: { find: async () => REFUSED_KEY } });
  assert.equal(await doStep(requestIn('announced', { expiresAt: 5_000 })), undefined);
  assert.deepEqual(commits, [{ state: 'announced', waitsFor: 'key', notBefore: 5_000 }, { released: true }]);
  assert.deepEqual(calls, ['step send', 'refresh']);
});

test('a key that came while the request began to wait sets it going at once', async () => {
  const found = [undefined, KEY];
  const { doStep, commits } = setUp({ keys: { find: async () => found.shift() } });
  const next = await doStep(requestIn('announced'));
  assert.deepEqual([next?.state, next?.waitsFor, next?.notBefore], ['announced', undefined, NOW]);
  assert.deepEqual(commits.slice(1), [{ waitsFor: undefined, notBefore: NOW }]);
});

test('a key is marked by what ColdSend said of it, and by nothing else', async () => {
  const account = {
    inbox_id: 'i',
    email_address: 'e',
    display_name: 'd',
    inbox_type: 't',
    daily_limit: 1,
    overall_status: 's',
  };
  const cases: [SendResult, ColdsendKey['status'], string | undefined][] = [
    [{ kind: 'added', account }, 'unchecked', `mark ${KEY.version} works []`],
    [{ kind: 'exists', reason: '', provesKey: true }, 'unchecked', `mark ${KEY.version} works []`],
    [{ kind: 'refused', reason: '', fields: [], provesKey: true }, 'unchecked', `mark ${KEY.version} works []`],
    [{ kind: 'refused', reason: '', fields: [] }, 'unchecked', undefined],
    [{ kind: 'added', account }, 'works', undefined],
    [{ kind: 'unknown', why: 'answer_lost' }, 'unchecked', undefined],
    [LATER, 'unchecked', undefined],
    [{ kind: 'key_refused', reason: '', missingScopes: ['a', 'b'] }, 'works', `mark ${KEY.version} refused [a,b]`],
  ];
  for (const [result, status, expected] of cases) {
    const { doStep, calls } = setUp({ ...answering(result), keys: { find: async () => ({ ...KEY, status }) } });
    await doStep(requestIn('announced'));
    assert.equal(
      calls.find((call) => call.startsWith('mark')),
      expected,
      `${result.kind} with a key that ${status}`,
    );
  }
});

test('what could not be looked up before the first byte goes back, and is over only once it has', async () => {
  const never = new Promise<never>(() => {});
  for (const deps of [
    { checkPermission: async () => ({ kind: 'unknown' as const }) },
    { slots: { take: async () => Promise.reject(new Error('in doubt')) } },
  ] satisfies Deps[]) {
    const kept = setUp({ ...deps, requests: { advance: () => never } });
    assert.equal(await isOver(kept.doStep(requestIn('announced'))), false);
    const { doStep, commits } = setUp(deps);
    assert.equal(await doStep(requestIn('announced', { tries: 1 })), undefined);
    assert.deepEqual(commits, [
      { state: 'announced', waitsFor: undefined, notBefore: NOW + 10_000, tries: 2, released: true },
    ]);
  }
});

test('once it is not held any more nothing is sent, and its slot is not noted as used', async () => {
  const { doStep, calls } = setUp({ isStillOurs: () => false });
  await doStep(requestIn('announced'));
  assert.ok(calls.includes('no POST') && !calls.includes('note'), calls.join());
  const held = setUp();
  await held.doStep(requestIn('announced'));
  assert.ok(held.calls.indexOf('note') < held.calls.indexOf('POST') && held.calls.includes('note'), held.calls.join());
});

test('a slot that could not be noted is reported, and the request is sent', async () => {
  const failure = new Error('busy');
  const { doStep, calls, errors } = setUp({ slots: { recordSend: async () => Promise.reject(failure) } });
  await doStep(requestIn('announced'));
  assert.ok(calls.includes('POST'));
  assert.deepEqual(errors, [failure]);
});

test('a surprise before the first byte sends the request back; after it nobody knows what was sent', async () => {
  const failure = new TypeError('no header');
  const before = setUp({ addSenderAccount: async () => Promise.reject(failure) });
  assert.equal(await before.doStep(requestIn('announced')), undefined);
  assert.deepEqual([before.errors, before.commits.at(-1)?.state], [[failure], 'announced']);
  const after = setUp({
    addSenderAccount: async (_key, _account, isStillOurs) => {
      assert.ok(isStillOurs());
      throw failure;
    },
  });
  await assert.rejects(after.doStep(requestIn('announced')), failure);
  assert.deepEqual(after.commits, [{ state: 'armed' }]);
});

test('whoever waits in the queue of a key that was replaced, or has a slot of one, is sent anew', async () => {
  const anew = { state: 'announced', waitsFor: undefined, notBefore: 0 };
  const found = [KEY, sampleKey({ version: KEY.version + 1 })];
  const waiting = setUp({
    keys: { find: async () => found.shift() },
    slots: { take: async (request) => ({ kind: 'waits', request: { ...request, waitsFor: 'rate_limited' } }) },
  });
  const next = await waiting.doStep(requestIn('announced'));
  assert.deepEqual([waiting.commits, next?.waitsFor], [[anew], undefined]);
  const armed = setUp();
  await armed.sendArmed(requestIn('armed'), { ...SLOT, keyFingerprint: 'another' });
  assert.deepEqual(armed.commits, [anew]);
});

test('passwords that are gone end as expired; any other failure to open them goes back', async () => {
  const wiped = setUp({ requests: { openPasswords: async () => Promise.reject(new PasswordsWipedError('R')) } });
  assert.deepEqual((await wiped.doStep(requestIn('announced')))?.outcome, { kind: 'expired' });
  assert.ok(!wiped.calls.includes('take'));
  const failure = new Error('disk');
  const failed = setUp({ requests: { openPasswords: async () => Promise.reject(failure) } });
  assert.equal(await failed.doStep(requestIn('announced')), undefined);
  assert.deepEqual([failed.errors, failed.commits[0]?.state], [[failure], 'announced']);
  const armed = setUp({ requests: { openPasswords: async () => Promise.reject(failure) } });
  assert.equal(await armed.sendArmed(requestIn('armed'), SLOT), undefined);
  assert.deepEqual([armed.errors, armed.commits[0]?.state], [[failure], 'announced']);
});
