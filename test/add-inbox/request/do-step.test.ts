import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ColdsendKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { createDoStep, type StepDeps } from '../../../src/add-inbox/request/do-step.ts';
import { EXPIRES_AFTER_MS } from '../../../src/add-inbox/request/next-step.ts';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import {
  type ClaimedRequest,
  LeaseLostError,
  PasswordsWipedError,
  type RequestChange,
} from '../../../src/add-inbox/request/request.ts';
import { sampleKey } from '../keys/sample-key.ts';
import { SAMPLE_ACCOUNT, sampleRequest } from './sample-request.ts';

const NOW = 1_000;
const KEY = sampleKey();
const REFUSED_KEY: ColdsendKey = { ...KEY, status: 'refused' };
const SLOT = { keyFingerprint: 'f', takenAt: 900, countsFrom: 901 };
const PASSWORDS = { smtp_password: 'p', imap_password: 'q' };
const LATER: SendResult = { kind: 'not_done', why: 'unavailable', retryAfterMs: 7_000 };

type Deps = Omit<Partial<StepDeps>, 'requests' | 'keys' | 'slots' | 'delivery'> & {
  requests?: Partial<StepDeps['requests']>;
  keys?: Partial<StepDeps['keys']>;
  slots?: Partial<StepDeps['slots']>;
  delivery?: Partial<StepDeps['delivery']>;
};

function requestIn(state: ClaimedRequest['state'], change: Partial<ClaimedRequest> = {}): ClaimedRequest {
  return { ...sampleRequest({ state }), fence: 1, ...change };
}

/** Steps in a world where everything goes well, but for what the test says; `commits` is what was written, in order. */
function setUp(deps: Deps = {}) {
  const commits: (RequestChange & { released?: true })[] = [];
  const calls: string[] = [];
  const errors: unknown[] = [];
  const { requests, keys, slots, delivery, ...others } = deps;
  const advance: StepDeps['requests']['advance'] = async (claimed, change, options) => {
    commits.push({ ...change, ...(options?.release === true && { released: true as const }) });
    return { ...claimed, ...change };
  };
  const steps = createDoStep({
    requests: { advance, openPasswords: async () => PASSWORDS, ...requests },
    keys: {
      find: async () => KEY,
      open: async () => ({ apiKey: 'k', fingerprint: 'f', version: KEY.version, status: KEY.status }),
      mark: async (_team, version, { status, missingScopes }) =>
        void calls.push(`mark ${version} ${status} [${missingScopes}]`),
      ...keys,
    },
    slots: {
      take: async (claimed) => {
        calls.push('take');
        const request = await advance(claimed, { state: 'armed' });
        return { kind: 'armed', request, slot: SLOT };
      },
      block: async (fingerprint, forMs) => void calls.push(`block ${fingerprint} ${forMs}`),
      recordSend: async () => void calls.push('note'),
      ...slots,
    },
    delivery: {
      announce: async () => ({ kind: 'cannot_post' }),
      reply: async () => ({ kind: 'replied', ts: '1.2' }),
      refresh: async () => {
        calls.push('refresh');
        return { kind: 'refreshed' };
      },
      ...delivery,
    },
    checkPermission: async () => ({ kind: 'may' }),
    addSenderAccount: async (_key, account, isStillOurs) => {
      assert.deepEqual(account, { ...SAMPLE_ACCOUNT, ...PASSWORDS });
      calls.push(isStillOurs() ? 'POST' : 'no POST');
      return LATER;
    },
    isStillOurs: () => true,
    onStep: ({ state }, step) => void calls.push(step === 'reported' ? `step reported, ${state}` : `step ${step}`),
    onSettled: (outcome, ms) => void calls.push(`settled ${outcome} ${ms}`),
    onError: (_request, error) => void errors.push(error),
    now: () => NOW,
    random: () => 0.5,
    ...others,
  });
  return { ...steps, commits, calls, errors };
}

/** Whether something is over once all that can go on has done so. */
async function isOver(work: Promise<unknown>): Promise<boolean> {
  let over = false;
  const end = () => {
    over = true;
  };
  work.then(end, end);
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  return over;
}

function answering(result: SendResult): Deps {
  return {
    addSenderAccount: async (_key, _account, isStillOurs) => {
      assert.ok(isStillOurs());
      return result;
    },
  };
}

test('a commit under a lost lease is not made again', async () => {
  const cases: [string, ClaimedRequest, Deps][] = [
    ['announced', requestIn('accepted'), {}],
    ['settled', requestIn('armed'), {}],
    ['replied', requestIn('settled', { outcome: { kind: 'expired' } }), {}],
    ['reported', requestIn('settled', { outcome: { kind: 'expired' }, replyTs: '1.2' }), {}],
    ['waiting for a key', requestIn('announced'), { keys: { find: async () => undefined } }],
  ];
  for (const [name, request, deps] of cases) {
    let tries = 0;
    const advance = async () => {
      tries += 1;
      throw new LeaseLostError(request.id);
    };
    const { doStep, errors } = setUp({ ...deps, requests: { advance } });
    await assert.rejects(doStep(request), LeaseLostError, name);
    assert.deepEqual([tries, errors], [1, []], name);
  }
});

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

test('what is not sent for a day expires, and not a moment earlier', async () => {
  const day = 86_400_000;
  const early = setUp({ now: () => day - 1 });
  assert.equal((await early.doStep(requestIn('accepted')))?.state, 'announced');
  const late = setUp({ now: () => day });
  assert.deepEqual((await late.doStep(requestIn('accepted')))?.outcome, { kind: 'expired' });
});

test('what waits for a key is not due before it expires, and is given back', async () => {
  const { doStep, commits, calls } = setUp({ keys: { find: async () => REFUSED_KEY } });
  assert.equal(await doStep(requestIn('announced', { acceptedAt: 500 })), undefined);
  assert.deepEqual(commits, [
    { state: 'announced', waitsFor: 'key', notBefore: 500 + EXPIRES_AFTER_MS },
    { released: true },
  ]);
  assert.deepEqual(calls, ['step wait_for_key', 'refresh']);
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

test('a step is over only once the key is marked, the key is blocked and the wait is given back', async () => {
  const never = new Promise<never>(() => {});
  const mark = setUp({
    ...answering({ kind: 'key_refused', reason: '', missingScopes: [] }),
    keys: { mark: () => never },
  });
  assert.equal(await isOver(mark.doStep(requestIn('announced'))), false);

  const settle = setUp({
    ...answering({ kind: 'key_refused', reason: '', missingScopes: [] }),
    requests: {
      advance: async (claimed, change) => (change.state === 'settled' ? never : { ...claimed, ...change }),
    },
  });
  assert.equal(await isOver(settle.doStep(requestIn('announced'))), false);
  assert.ok(!settle.calls.some((call) => call.startsWith('mark')), 'the outcome is stored before the key is marked');

  const limited: SendResult = { kind: 'not_done', why: 'rate_limited', retryAfterMs: 30_000 };
  const block = setUp({ ...answering(limited), slots: { block: () => never } });
  assert.equal(await isOver(block.doStep(requestIn('announced'))), false);

  const works = setUp({
    ...answering({ kind: 'exists', reason: '', provesKey: true }),
    keys: { find: async () => ({ ...KEY, status: 'unchecked' }), mark: () => never },
  });
  assert.equal(await isOver(works.doStep(requestIn('announced'))), false);

  let commits = 0;
  const released = setUp({
    requests: {
      advance: async (claimed, change) => {
        commits += 1;
        return Object.keys(change).length === 0 ? never : { ...claimed, ...change };
      },
    },
    keys: { find: async () => undefined },
  });
  assert.equal(await isOver(released.doStep(requestIn('announced'))), false);
  assert.equal(commits, 2);
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

test('showing and telling are over only once they are committed', async () => {
  const never = new Promise<never>(() => {});
  for (const request of [
    requestIn('reported'),
    requestIn('settled', { outcome: { kind: 'expired' }, replyTs: '1.2' }),
    requestIn('settled', { outcome: { kind: 'expired' } }),
    requestIn('accepted'),
    requestIn('armed'),
  ]) {
    const { doStep, calls } = setUp({ requests: { advance: () => never } });
    assert.equal(await isOver(doStep(request)), false, request.state);
    assert.ok(!calls.some((call) => call.startsWith('step reported')), request.state);
  }
});

test('the form is shown once before the request is reported where there is no other place', async () => {
  const shown: ClaimedRequest['state'][] = [];
  const { doStep, commits, calls } = setUp({
    delivery: {
      reply: async () => ({ kind: 'cannot_post' }),
      refresh: async ({ state, reportedAt }) => {
        assert.equal(reportedAt, NOW);
        shown.push(state);
        return { kind: 'later', retryAfterMs: 1 };
      },
    },
  });
  assert.equal(await doStep(requestIn('settled', { outcome: { kind: 'expired' } })), undefined);
  assert.deepEqual([shown, commits], [['reported'], [{ state: 'reported', reportedAt: NOW, released: true }]]);
  assert.deepEqual(calls, ['step reply', 'step reported, reported']);
});

test("what Slack does not take is tried after Slack's Retry-After, or else after the usual wait", async () => {
  for (const [retryAfterMs, notBefore] of [
    [30_000, 31_000],
    [undefined, 11_000],
  ] as const) {
    const later = async () => ({ kind: 'later', retryAfterMs }) as const;
    for (const request of [
      requestIn('accepted', { tries: 1 }),
      requestIn('settled', { outcome: { kind: 'expired' }, tries: 1 }),
      requestIn('settled', { outcome: { kind: 'expired' }, replyTs: '1.2', tries: 1 }),
    ]) {
      const { doStep, commits, calls } = setUp({ delivery: { announce: later, reply: later, refresh: later } });
      assert.equal(await doStep(request), undefined);
      assert.ok(!calls.some((call) => call.startsWith('step reported')));
      assert.deepEqual(commits, [{ notBefore, tries: 2, released: true }], `${request.state} ${request.replyTs}`);
    }
  }
});

test('once all is shown the request is reported, and nothing more is done for it', async () => {
  const shown = setUp();
  const settled = requestIn('settled', { outcome: { kind: 'expired' }, replyTs: '1.2' });
  assert.equal(await shown.doStep(settled), undefined);
  assert.deepEqual(shown.commits, [{ state: 'reported', reportedAt: NOW, released: true }]);
  assert.deepEqual(shown.calls, ['step finish', 'refresh', 'step reported, reported']);
  const reported = setUp();
  assert.equal(await reported.doStep(requestIn('reported')), undefined);
  assert.deepEqual([reported.commits, reported.calls], [[{ released: true }], ['step nothing']]);
});

test('an announcement that Slack does not take for an hour is left out, and the inbox is added all the same', async () => {
  const later = async () => ({ kind: 'later', retryAfterMs: 1 }) as const;
  for (const [now, expected] of [
    [3_600_000 - 1, { notBefore: 3_600_000, tries: 4, released: true }],
    [3_600_000, { state: 'announced', tries: 0 }],
  ] as const) {
    const { doStep, commits } = setUp({ now: () => now, delivery: { announce: later } });
    const next = await doStep(requestIn('accepted', { tries: 3 }));
    assert.deepEqual([commits, next?.state], [[expected], 'state' in expected ? 'announced' : undefined]);
  }
});

test('a message that Slack does not let us change for a day is left as it is', async () => {
  const day = 86_400_000;
  const later = async () => ({ kind: 'later', retryAfterMs: 1 }) as const;
  const shown = { outcome: { kind: 'expired' }, settledAt: 0, replyTs: '1.2' } as const;
  for (const [now, expected] of [
    [day - 1, { notBefore: day, tries: 1, released: true }],
    [day, { state: 'reported', reportedAt: day, released: true }],
  ] as const) {
    const { doStep, commits } = setUp({ now: () => now, delivery: { refresh: later } });
    assert.equal(await doStep(requestIn('settled', shown)), undefined);
    assert.deepEqual(commits, [expected]);
  }
});

test('a reply that Slack does not take again and again is noted each time, and shown in the form once', async () => {
  for (const [tries, noted, shown] of [
    [5, 0, 0],
    [6, 1, 1],
    [7, 1, 0],
  ] as const) {
    const { doStep, errors, calls } = setUp({ delivery: { reply: async () => ({ kind: 'later', retryAfterMs: 1 }) } });
    await doStep(requestIn('settled', { outcome: { kind: 'expired' }, tries }));
    assert.deepEqual([errors.length, calls.filter((call) => call === 'refresh').length], [noted, shown], `${tries}`);
    // What the log has of an error is its name and code.
    for (const error of errors) assert.match(String(error), /^NotTakenError: /);
  }
  const reply = async () => ({ kind: 'later', retryAfterMs: 1 }) as const;
  const shown = setUp({ delivery: { reply, refresh: () => new Promise(() => {}) } });
  const request = requestIn('settled', { outcome: { kind: 'expired' }, tries: 6 });
  assert.equal(await isOver(shown.doStep(request)), false);
});

test('what was delivered starts counting tries anew', async () => {
  const announcement = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;
  const outcome = { kind: 'expired' } as const;
  const announced = setUp({ delivery: { announce: async () => ({ kind: 'announced', announcement }) } });
  await announced.doStep(requestIn('accepted', { tries: 3 }));
  assert.deepEqual(announced.commits, [{ state: 'announced', announcement, tries: 0 }]);
  const cannotPost = setUp();
  await cannotPost.doStep(requestIn('accepted', { tries: 3 }));
  assert.deepEqual(cannotPost.commits, [{ state: 'announced', announcement: undefined, tries: 0 }]);
  const replied = setUp();
  await replied.doStep(requestIn('settled', { outcome, tries: 3 }));
  assert.deepEqual(replied.commits, [{ replyTs: '1.2', tries: 0 }]);
  const moved = setUp({ delivery: { reply: async () => ({ kind: 'moved', announcement }) } });
  await moved.doStep(requestIn('settled', { outcome }));
  assert.deepEqual(moved.commits, [{ announcement }]);
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

test('the key is looked up only where something is to be sent', async () => {
  const find = async () => assert.fail('looked up');
  for (const state of ['accepted', 'armed', 'settled', 'reported'] as const) {
    await setUp({ keys: { find } }).doStep(requestIn(state, { outcome: { kind: 'expired' } }));
  }
});

test('Slack is asked only as long as the request is held', async () => {
  const asked: boolean[] = [];
  for (const request of [
    requestIn('accepted'),
    requestIn('settled', { outcome: { kind: 'expired' } }),
    requestIn('settled', { outcome: { kind: 'expired' }, replyTs: '1.2' }),
  ]) {
    for (const held of [true, false]) {
      const ask = (isStillOurs: () => boolean) => void asked.push(isStillOurs());
      const { doStep } = setUp({
        isStillOurs: ({ id, fence }) => held && id === request.id && fence === 1,
        delivery: {
          announce: async (_request, isStillOurs) => ask(isStillOurs) ?? { kind: 'cannot_post' },
          reply: async (_request, isStillOurs) => ask(isStillOurs) ?? { kind: 'replied', ts: '1.2' },
          refresh: async (_request, isStillOurs) => ask(isStillOurs) ?? { kind: 'refreshed' },
        },
      });
      await doStep(request);
    }
  }
  assert.deepEqual(asked, [true, false, true, false, true, false]);
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

test('what is settled is counted with how long it took', async () => {
  const { doStep, calls } = setUp();
  const settled = await doStep(requestIn('armed', { acceptedAt: 400 }));
  assert.deepEqual([settled?.state, settled?.settledAt], ['settled', NOW]);
  assert.deepEqual(calls, ['step settle', 'settled unknown 600']);
});

test('a database that refuses is asked again after a tenth of a second, doubling up to a second', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let tries = 0;
  const { doStep, errors } = setUp({
    requests: {
      advance: async (claimed, change) => {
        tries += 1;
        if (tries <= 6) throw new Error('disk full');
        return { ...claimed, ...change };
      },
    },
  });
  const step = doStep(requestIn('armed'));
  for (const [index, waitMs] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    assert.equal(tries, index + 1);
    t.mock.timers.tick(waitMs - 1);
    await nextTurn();
    assert.equal(tries, index + 1, `before ${waitMs}`);
    t.mock.timers.tick(1);
  }
  assert.equal((await step)?.state, 'settled');
  assert.deepEqual([tries, errors.length], [7, 6]);
});
