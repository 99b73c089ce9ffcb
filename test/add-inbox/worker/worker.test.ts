import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ColdsendKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { LOST_PERMISSIONS } from '../../../src/add-inbox/people/person.ts';
import { CommitInDoubtError } from '../../../src/add-inbox/request/commit-in-doubt-error.ts';
import type { Delivery } from '../../../src/add-inbox/request/deliver.ts';
import { createDoStep, type StepDeps } from '../../../src/add-inbox/request/do-step.ts';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import {
  type AddInboxRequest,
  type ClaimedRequest,
  LeaseLostError,
  PasswordsUnreadableError,
  type RequestChange,
} from '../../../src/add-inbox/request/request.ts';
import type { PermissionToAdd, Slot } from '../../../src/add-inbox/request/send-request.ts';
import type { Shares } from '../../../src/add-inbox/worker/shares.ts';
import { type ClaimedSlots, createWorker, type WorkerDeps } from '../../../src/add-inbox/worker/worker.ts';
import { SAMPLE_ACCOUNT, sampleRequest } from '../request/sample-request.ts';

const ADDED: SendResult = {
  kind: 'added',
  account: {
    inbox_id: '7f1c',
    email_address: 'jane@acme.com',
    display_name: 'Jane Doe',
    inbox_type: 'GOOGLE_WORKSPACE',
    daily_limit: 100,
    overall_status: 'ACTIVE',
  },
};
const KEY: ColdsendKey = {
  teamId: 'T1',
  version: 3,
  revision: 'r3',
  lastFour: 'abcd',
  storedBy: 'U9',
  storedAt: 0,
  status: 'works',
  missingScopes: [],
  checkedAt: 0,
};
const NO_SLOTS: ClaimedSlots = { armed: [], perhapsArmed: [], nextAt: undefined, failure: undefined };
const SLOT: Slot = { keyFingerprint: 'f', takenAt: 1_000, countsFrom: 1_000 };
const ANNOUNCEMENT = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;

/** One request in memory, and everything that happened to it in order. */
function setUp(options: {
  request?: Partial<ClaimedRequest>;
  key?: ColdsendKey;
  answers?: SendResult[];
  answer?: () => Promise<SendResult>;
  delivery?: Partial<Delivery>;
  refuse?: (change: RequestChange, calls: string[]) => Error | undefined;
  /** The clock that is never set, by call. */
  monotonicNow?: () => number;
  leaseMs?: number;
  /** Nobody gets a slot at once. */
  inLine?: boolean;
  onTurn?: () => void;
  /** Thrown once the slot is taken. */
  turnFails?: Error;
  passwordsFail?: Error;
  /** Thrown by ColdSend's client before it may send. */
  failsBefore?: Error;
  blockFails?: Error;
  /** Happens between the commit that gives a request back and the worker hearing of it. */
  whileReleased?: () => Promise<void>;
  /** What the store says is due, by call. */
  due?: (limit: number, shares: Shares) => ClaimedRequest[];
  renew?: (claimed: ClaimedRequest[]) => string[];
  claimQueued?: WorkerDeps['claimQueued'];
  now?: () => number;
  /** Of who asked for it; they may, unless said otherwise. */
  permission?: PermissionToAdd;
}) {
  const { monotonicNow = () => 0 } = options;
  const calls: string[] = [];
  const sendings: Slot[] = [];
  const errors: unknown[] = [];
  let stored: ClaimedRequest = { ...sampleRequest(options.request), fence: 1 };
  let key = options.key ?? KEY;
  const answers = [...(options.answers ?? [ADDED])];
  let released = (_: ClaimedRequest): void => {};
  const whenReleased = new Promise<ClaimedRequest>((resolve) => {
    released = resolve;
  });
  const commit = (next: ClaimedRequest): ClaimedRequest => {
    stored = next;
    calls.push(`commit ${next.state}${next.waitsFor === undefined ? '' : ` waiting for ${next.waitsFor}`}`);
    return next;
  };
  const show = (what: string, { id }: AddInboxRequest, isStillOurs: () => boolean): void => {
    if (!isStillOurs()) throw new LeaseLostError(id);
    calls.push(what);
  };
  const requests: WorkerDeps['requests'] & StepDeps['requests'] = {
    claimDue: async (limit, shares) => options.due?.(limit, shares) ?? [],
    renew: async (claimed) => options.renew?.(claimed) ?? [],
    openPasswords: async () => {
      if (options.passwordsFail !== undefined) throw options.passwordsFail;
      return { smtp_password: 'p', imap_password: 'q' };
    },
    advance: async (claimed, change, { release = false } = {}) => {
      const refusal = options.refuse?.(change, calls);
      if (refusal !== undefined) throw refusal;
      commit({ ...claimed, ...change });
      if (release) released(stored);
      const committed = stored;
      if (release) await options.whileReleased?.();
      return committed;
    },
  };
  const onError = (_request: unknown, error: unknown) => void errors.push(error);
  const steps: Omit<StepDeps, 'isStillOurs'> = {
    requests,
    keys: {
      find: async () => key,
      open: async () => ({ apiKey: 'cs_live_x', fingerprint: 'f', version: key.version, status: key.status }),
      mark: async (_team, version, { status }) => {
        calls.push(`mark key ${version} ${status}`);
        key = { ...key, status };
      },
    },
    checkPermission: async () => options.permission ?? { kind: 'may' },
    slots: {
      take: async (claimed) => {
        const takenAt = steps.now();
        options.onTurn?.();
        if (options.inLine === true) {
          return { kind: 'waits', request: commit({ ...claimed, waitsFor: 'rate_limited', notBefore: 90_000 }) };
        }
        const request = await requests.advance(claimed, { state: 'armed', waitsFor: undefined });
        if (options.turnFails !== undefined) throw options.turnFails;
        return { kind: 'armed', request, slot: { keyFingerprint: 'f', takenAt, countsFrom: takenAt } };
      },
      block: async (fingerprint, forMs) => {
        if (options.blockFails !== undefined) throw options.blockFails;
        calls.push(`block ${fingerprint} for ${forMs}`);
      },
      recordSend: async (_armed, slot) => void sendings.push(slot),
    },
    delivery: {
      announce: async (request, isStillOurs) => {
        show('announce', request, isStillOurs);
        return { kind: 'announced', announcement: ANNOUNCEMENT };
      },
      reply: async (request, isStillOurs) => {
        show('reply', request, isStillOurs);
        return { kind: 'replied', ts: '1.2' };
      },
      refresh: async (request, isStillOurs) => {
        show('refresh', request, isStillOurs);
        return { kind: 'refreshed' };
      },
      ...options.delivery,
    },
    addSenderAccount: async (apiKey, account, isStillOurs) => {
      assert.equal(apiKey, 'cs_live_x');
      assert.deepEqual(account, { ...SAMPLE_ACCOUNT, smtp_password: 'p', imap_password: 'q' });
      if (options.failsBefore !== undefined) throw options.failsBefore;
      if (!isStillOurs()) return { kind: 'not_done', why: 'no_connection', retryAfterMs: undefined };
      calls.push('POST');
      if (options.answer !== undefined) return options.answer();
      return answers.shift() ?? assert.fail('sent more often than expected');
    },
    onStep: () => {},
    onSettled: () => {},
    onError,
    now: options.now ?? (() => 1_000),
    random: () => 0.5,
  };
  const worker = createWorker({
    requests,
    claimQueued: options.claimQueued ?? (async () => NO_SLOTS),
    createSteps: (isStillOurs) => createDoStep({ ...steps, isStillOurs }),
    onError,
    now: () => 1_000,
    monotonicNow,
    random: () => 0.5,
    maxAtOnce: 2,
    leaseMs: options.leaseMs ?? Number.POSITIVE_INFINITY,
  });
  const { sendArmed } = createDoStep({ ...steps, isStillOurs: () => true });
  return {
    worker,
    sendArmed: (slot: Partial<Slot> = {}) =>
      sendArmed(stored, { keyFingerprint: 'f', takenAt: 1_000, countsFrom: 1_000, ...slot }),
    calls,
    sendings,
    errors,
    whenReleased,
    take: (since = monotonicNow()) => worker.take(stored, since),
    stored: () => stored,
    setKey: (now: ColdsendKey) => (key = now),
  };
}

/** ColdSend's answer, which comes when the test says so. */
function holdAnswer() {
  const answer = Promise.withResolvers<SendResult>();
  const { promise: whenPosted, resolve } = Promise.withResolvers<void>();
  const posted = (): Promise<SendResult> => {
    resolve();
    return answer.promise;
  };
  return { answer, posted, whenPosted };
}

test('each state is committed before the step it allows', async () => {
  const { take, whenReleased, calls } = setUp({});
  take();
  const request = await whenReleased;
  assert.deepEqual(calls, [
    'announce',
    'commit announced',
    'commit armed',
    'POST',
    'commit settled',
    'reply',
    'commit settled',
    'refresh',
    'commit reported',
  ]);
  assert.deepEqual(request.outcome, ADDED);
  assert.deepEqual([request.replyTs, request.announcement], ['1.2', ANNOUNCEMENT]);
});

test('a request found armed settles as unknown and is not sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'armed', announcement: ANNOUNCEMENT } });
  take();
  assert.deepEqual((await whenReleased).outcome, { kind: 'unknown', why: 'interrupted' });
  assert.ok(!calls.includes('POST'));
});

test('where the commit that arms is in doubt, the request goes back, and does not end as unknown', async () => {
  const turnFails = new CommitInDoubtError(new Error('no answer'));
  const announced = { state: 'announced', announcement: ANNOUNCEMENT } as const;
  const { take, whenReleased, calls, errors } = setUp({ request: announced, turnFails });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['announced', 6_000, 1]);
  assert.deepEqual(calls, ['commit armed', 'commit announced']);
  assert.deepEqual(errors, [turnFails]);
});

test('what fails between arming in turn and the first byte sends the request back, however long the database refuses', async () => {
  const passwordsFail = new Error('timeout exceeded when trying to connect');
  let refusals = 2;
  const { sendArmed, whenReleased, calls } = setUp({
    request: { state: 'armed', announcement: ANNOUNCEMENT },
    passwordsFail,
    refuse: () => {
      refusals -= 1;
      return refusals >= 0 ? passwordsFail : undefined;
    },
  });
  assert.equal(await sendArmed(), undefined);
  const request = await whenReleased;
  assert.deepEqual([request.state, request.tries], ['announced', 1]);
  assert.deepEqual(calls, ['commit announced']);
});

test('what ColdSend did not do goes back to announced, and the announcement says that it waits', async () => {
  const unavailable: SendResult = { kind: 'not_done', why: 'unavailable', retryAfterMs: 7_000 };
  const { take, whenReleased, calls } = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answers: [unavailable],
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['announced', 8_000, 1]);
  assert.deepEqual(calls.slice(-3), [
    'commit announced waiting for unavailable',
    'refresh',
    'commit announced waiting for unavailable',
  ]);
});

test('a refused key is marked under the version that was used, and the request that met it settles', async () => {
  const refused: SendResult = { kind: 'key_refused', reason: 'Invalid or revoked API key', missingScopes: [] };
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, answers: [refused] });
  take();
  assert.deepEqual((await whenReleased).outcome, refused);
  assert.ok(calls.includes('mark key 3 refused'));
});

test('a key that could not be checked is marked as working once ColdSend took it', async () => {
  const { take, whenReleased, calls } = setUp({
    request: { state: 'announced' },
    key: { ...KEY, status: 'unchecked' },
  });
  take();
  await whenReleased;
  assert.ok(calls.includes('mark key 3 works'));
});

for (const provesKey of [true, undefined]) {
  test(`a refusal ${provesKey ? 'by ColdSend itself' : 'by who knows whom'} ${provesKey ? 'shows' : 'does not show'} that an unchecked key works`, async () => {
    const refused: SendResult = { kind: 'refused', reason: 'Connection failed', fields: [] };
    const { take, whenReleased, calls } = setUp({
      request: { state: 'announced' },
      key: { ...KEY, status: 'unchecked' },
      answers: [provesKey ? { ...refused, provesKey } : refused],
    });
    take();
    assert.deepEqual((await whenReleased).outcome, refused);
    assert.equal(calls.includes('mark key 3 works'), provesKey === true);
  });
}

test('while the key is refused a request waits and nothing is sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, key: { ...KEY, status: 'refused' } });
  take();
  assert.equal((await whenReleased).waitsFor, 'key');
  assert.ok(!calls.includes('POST') && calls.includes('refresh'));
});

test('while the key cannot be read a request waits for another, and looks again whether it can by now', async () => {
  const { take, whenReleased, calls } = setUp({
    request: { state: 'announced' },
    key: { ...KEY, status: 'unreadable' },
  });
  take();
  const { waitsFor, notBefore, tries } = await whenReleased;
  assert.deepEqual([waitsFor, notBefore, tries], ['key', 6_000, 1]);
  assert.ok(!calls.includes('POST') && calls.includes('refresh'));
});

test('a request whose passwords open for nobody ends, with nothing sent, and is told', async () => {
  for (const state of ['announced', 'armed'] as const) {
    const { take, sendArmed, whenReleased, calls } = setUp({
      request: { state, announcement: ANNOUNCEMENT },
      passwordsFail: new PasswordsUnreadableError('R1'),
    });
    if (state === 'announced') take();
    const outcome = { kind: 'expired', why: 'passwords_unreadable' };
    assert.deepEqual((state === 'announced' ? await whenReleased : await sendArmed())?.outcome, outcome);
    assert.ok(!calls.includes('POST'));
    if (state === 'announced') assert.ok(calls.includes('reply'));
  }
});

test('what only another bot may be able to open is tried later and later, and not told', async () => {
  const passwordsFail = new Error('a sealed value could not be opened');
  const { take, whenReleased, calls, errors } = setUp({ request: { state: 'announced', tries: 3 }, passwordsFail });
  take();
  const { state, notBefore, tries } = await whenReleased;
  assert.deepEqual([state, notBefore, tries], ['announced', 41_000, 4]);
  assert.deepEqual(errors, [passwordsFail]);
  assert.ok(!calls.includes('POST'));
});

test('a key stored just while a request begins to wait for it sets that request going', async () => {
  const set = setUp({
    request: { state: 'announced' },
    key: { ...KEY, status: 'refused' },
    refuse: (change) => {
      if (change.waitsFor === 'key') set.setKey({ ...KEY, version: 4 });
      return undefined;
    },
  });
  set.take();
  assert.equal((await set.whenReleased).outcome?.kind, 'added');
});

test('where the channel closes before the reply, the thread moves and is replied to there', async () => {
  const inDm = { channelId: 'D1', ts: '2.1', surface: 'dm' } as const;
  let replies = 0;
  const { take, whenReleased } = setUp({
    request: { state: 'announced' },
    delivery: {
      reply: async (request) => {
        replies += 1;
        if (replies === 1) return { kind: 'moved', announcement: inDm };
        assert.deepEqual(request.announcement, inDm);
        return { kind: 'replied', ts: '2.2' };
      },
    },
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.announcement, request.replyTs, request.state], [inDm, '2.2', 'reported']);
});

test('where nothing can be posted anywhere the request is still sent, once', async () => {
  const cannotPost = async () => ({ kind: 'cannot_post' }) as const;
  const { take, whenReleased, calls } = setUp({
    delivery: { announce: cannotPost, reply: cannotPost, refresh: cannotPost },
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.outcome?.kind, request.replyTs], ['reported', 'added', undefined]);
  assert.equal(calls.filter((call) => call === 'POST').length, 1);
});

test('a reply that Slack does not take is tried later, and nothing is sent again', async () => {
  const { take, whenReleased, calls } = setUp({
    request: { state: 'settled', outcome: ADDED, tries: 1 },
    delivery: { reply: async () => ({ kind: 'later', retryAfterMs: undefined }) },
  });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['settled', 11_000, 2]);
  assert.ok(!calls.includes('POST'));
});

test('an announcement that Slack does not take holds a request up for an hour', async () => {
  const later = async () => ({ kind: 'later', retryAfterMs: undefined }) as const;
  for (const [now, isSent] of [
    [3_600_999, false],
    [3_601_000, true],
  ] as const) {
    const { take, whenReleased, calls } = setUp({
      request: { acceptedAt: 1_000 },
      delivery: { announce: later },
      now: () => now,
    });
    take();
    const { state, outcome } = await whenReleased;
    assert.equal(calls.includes('POST'), isSent);
    assert.deepEqual([state, outcome?.kind], isSent ? ['reported', 'added'] : ['accepted', undefined]);
  }
});

test('a result that Slack has not taken for minutes is in the log and in the form, and stays due', async () => {
  for (const [tries, shown, noted] of [
    [5, false, false],
    [6, true, true],
    [7, false, true],
    [2_000, false, true],
  ] as const) {
    const { take, whenReleased, calls, errors } = setUp({
      request: { state: 'settled', outcome: ADDED, tries },
      delivery: { reply: async () => ({ kind: 'later', retryAfterMs: 40_000 }) },
    });
    take();
    const request = await whenReleased;
    assert.deepEqual([request.state, request.notBefore, request.tries], ['settled', 41_000, tries + 1]);
    assert.deepEqual([calls.includes('refresh'), errors.length > 0], [shown, noted], `after ${tries} tries`);
  }
});

test('an announcement that Slack has not taken for minutes is in the log', async () => {
  for (const tries of [5, 6]) {
    const { take, whenReleased, errors } = setUp({
      request: { tries },
      delivery: { announce: async () => ({ kind: 'later', retryAfterMs: undefined }) },
    });
    take();
    await whenReleased;
    assert.equal(errors.length, tries - 5);
  }
});

test('an announcement that can not be brought up to date is left for good after a day, the result below it', async () => {
  for (const [now, state] of [
    [86_400_999, 'settled'],
    [86_401_000, 'reported'],
  ] as const) {
    const { take, whenReleased } = setUp({
      request: { state: 'settled', outcome: ADDED, settledAt: 1_000, replyTs: '1.2' },
      delivery: { refresh: async () => ({ kind: 'later', retryAfterMs: undefined }) },
      now: () => now,
    });
    take();
    assert.equal((await whenReleased).state, state);
  }
});

for (const why of LOST_PERMISSIONS) {
  test(`whoever lost the permission to add inboxes (${why}) has nothing sent, and it settles as refused for that`, async () => {
    const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, permission: { kind: 'lost', why } });
    take();
    assert.deepEqual((await whenReleased).outcome, { kind: 'refused', reason: '', fields: [], lostPermission: why });
    assert.ok(!calls.includes('POST') && !calls.includes('commit armed'));
  });
}

test('while Slack does not say who they are a request waits, and nothing is sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, permission: { kind: 'unknown' } });
  take();
  const request = await whenReleased;
  assert.deepEqual([request.state, request.notBefore, request.tries], ['announced', 6_000, 1]);
  assert.deepEqual(calls, ['commit announced']);
});

test('who waited for their slot is looked at again once they have it', async () => {
  const lost = setUp({ request: { state: 'armed' }, permission: { kind: 'lost', why: 'guest' } });
  assert.equal((await lost.sendArmed())?.outcome?.kind, 'refused');
  const unknown = setUp({ request: { state: 'armed' }, permission: { kind: 'unknown' } });
  assert.equal(await unknown.sendArmed(), undefined);
  const { state, notBefore } = await unknown.whenReleased;
  assert.deepEqual([state, notBefore], ['announced', 6_000]);
  for (const { calls } of [lost, unknown]) assert.ok(!calls.includes('POST'));
});

test("ColdSend's answer outlives a database that refuses it for a while", async () => {
  let refusals = 0;
  const { take, whenReleased, errors, calls } = setUp({
    request: { state: 'announced' },
    refuse: (change) => {
      if (change.outcome === undefined || refusals === 2) return undefined;
      refusals += 1;
      return new Error('disk full');
    },
  });
  take();
  assert.equal((await whenReleased).outcome?.kind, 'added');
  assert.equal(errors.length, 2);
  assert.equal(calls.filter((call) => call === 'POST').length, 1);
});

test('who has to wait for a slot is shown so and given back, and nothing is sent', async () => {
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, inLine: true });
  take();
  assert.equal((await whenReleased).waitsFor, 'rate_limited');
  assert.deepEqual(calls, [
    'commit announced waiting for rate_limited',
    'refresh',
    'commit announced waiting for rate_limited',
  ]);
});

test('who is queued for a key that was replaced just then is sent with the new one', async () => {
  const set = setUp({
    request: { state: 'announced' },
    inLine: true,
    refuse: (change) => (change.notBefore === 0 ? new LeaseLostError('REQUEST00001') : undefined),
    delivery: { refresh: async () => assert.fail('shown as waiting') },
    onTurn: () => set.setKey({ ...KEY, version: 4 }),
  });
  set.take();
  await set.worker.stop(1_000);
  assert.deepEqual([set.calls, set.errors], [['commit announced waiting for rate_limited'], []]);
});

test('a slot of another key than the one there is now is not used: the request waits for one of that key', async () => {
  const { sendArmed, calls } = setUp({ request: { state: 'armed', announcement: ANNOUNCEMENT } });
  const request = await sendArmed({ keyFingerprint: 'another' });
  assert.deepEqual([request?.state, request?.notBefore, request?.waitsFor], ['announced', 0, undefined]);
  assert.deepEqual(calls, ['commit announced']);
});

test('what goes out is noted, with when its slot was taken', async () => {
  const { sendArmed, sendings } = setUp({ request: { state: 'armed' } });
  await sendArmed({ takenAt: 900 });
  assert.deepEqual(sendings, [{ keyFingerprint: 'f', takenAt: 900, countsFrom: 1_000 }]);
});

test('when ColdSend says that there were too many, its key gets no slots for as long', async () => {
  const limited: SendResult = { kind: 'not_done', why: 'rate_limited', retryAfterMs: 30_000 };
  const { take, whenReleased, calls } = setUp({ request: { state: 'announced' }, answers: [limited] });
  take();
  assert.equal((await whenReleased).notBefore, 31_000);
  assert.ok(calls.includes('block f for 30000'));
});

test('the wait that ColdSend asked for stays, though neither the key can be blocked nor the wait be shown', async () => {
  const limited: SendResult = { kind: 'not_done', why: 'rate_limited', retryAfterMs: 30_000 };
  const fails = new Error('canceling statement due to statement timeout');
  let refusals = 2;
  const { take, whenReleased, errors } = setUp({
    request: { state: 'announced' },
    answers: [limited],
    blockFails: fails,
    delivery: { refresh: async () => Promise.reject(fails) },
    refuse: (change) => {
      if (Object.keys(change).length > 0) return undefined;
      refusals -= 1;
      return refusals >= 0 ? fails : undefined;
    },
  });
  take();
  const { notBefore, waitsFor } = await whenReleased;
  assert.deepEqual([notBefore, waitsFor], [31_000, 'rate_limited']);
  assert.equal(errors.length, 4);
});

test('what is claimed again just when it was given back is held and worked on', async () => {
  let isDue = false;
  const announced = Promise.withResolvers<void>();
  const set = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answers: [{ kind: 'not_done', why: 'unavailable', retryAfterMs: 0 }, ADDED],
    due: () => (isDue ? [{ ...set.stored(), fence: 2 }] : []),
    whileReleased: async () => {
      if (isDue || set.stored().state === 'reported') return;
      isDue = true;
      set.worker.wake();
      while (set.calls.filter((call) => call === 'POST').length < 2) await nextTurn();
    },
    delivery: {
      reply: async (_request, isStillOurs) => {
        await announced.promise;
        return isStillOurs() ? { kind: 'replied', ts: '1.2' } : Promise.reject(new LeaseLostError('REQUEST00001'));
      },
    },
  });
  set.take();
  await set.whenReleased;
  isDue = false;
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  announced.resolve();
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  assert.equal(set.stored().state, 'reported');
});

test('after a sleep, what nobody has taken over meanwhile is renewed before anything is claimed', async () => {
  let time = 0;
  const { answer, posted, whenPosted } = holdAnswer();
  const asked: string[] = [];
  const { take, worker, whenReleased } = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    leaseMs: 4_000,
    monotonicNow: () => time,
    answer: posted,
    renew: (claimed) => {
      asked.push('renew');
      return claimed.map(({ id }) => id);
    },
    due: () => {
      asked.push('claim');
      return [];
    },
  });
  take();
  await whenPosted;
  time = 3_600_000;
  worker.wake();
  answer.resolve(ADDED);
  assert.equal((await whenReleased).state, 'reported');
  assert.deepEqual(asked.slice(0, 2), ['renew', 'claim']);
});

test('a process that slept through its lease sends nothing and posts nothing, whatever it had begun', async () => {
  for (const request of [
    { state: 'accepted' },
    { state: 'announced' },
    { state: 'settled', outcome: ADDED },
    { state: 'settled', outcome: ADDED, replyTs: '1.2' },
  ] as const) {
    let time = 0;
    const over = Promise.withResolvers<void>();
    const { take, worker, calls } = setUp({
      request,
      leaseMs: 4_000,
      monotonicNow: () => {
        time += 4_000;
        return time;
      },
      refuse: (_change, made) => {
        if (made.length > 0) over.resolve();
        return undefined;
      },
    });
    take();
    await worker.stop(1_000);
    for (const effect of ['announce', 'POST', 'reply', 'refresh']) {
      assert.ok(!calls.includes(effect), `${effect} while ${request.state}`);
    }
  }
});

test('who slept while ColdSend or Slack was asked shows nothing any more, and gives nothing back', async () => {
  for (const request of [{ state: 'announced' }, { state: 'settled', outcome: ADDED }] as const) {
    let time = 0;
    const { take, worker, calls, errors } = setUp({
      request: { ...request, announcement: ANNOUNCEMENT },
      leaseMs: 4_000,
      monotonicNow: () => time,
      answer: async () => {
        time = 10_000;
        return { kind: 'not_done', why: 'unavailable', retryAfterMs: 7_000 };
      },
      delivery: {
        reply: async () => {
          time = 10_000;
          return { kind: 'cannot_post' };
        },
      },
    });
    take();
    await worker.stop(1_000);
    assert.ok(!calls.includes('refresh') && !calls.includes('commit reported'), calls.join());
    assert.deepEqual(errors, []);
  }
});

test('what took a lease to be accepted is not worked on', async () => {
  const { take, worker, calls } = setUp({ leaseMs: 4_000, monotonicNow: () => 10_000 });
  take(6_000);
  await worker.stop(1_000);
  assert.deepEqual(calls, []);
});

test('a replica that cannot renew what it slept through claims nothing', async () => {
  let time = 0;
  const { answer, posted, whenPosted } = holdAnswer();
  const failed = new Error('Query read timeout');
  const { take, worker, errors, whenReleased } = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    leaseMs: 4_000,
    monotonicNow: () => time,
    answer: posted,
    renew: (claimed) => {
      if (errors.length === 0) throw failed;
      return claimed.map(({ id }) => id);
    },
    due: () => (errors.length === 0 ? assert.fail('claimed') : []),
  });
  take();
  await whenPosted;
  time = 3_600_000;
  worker.wake();
  await nextTurn();
  assert.deepEqual(errors, [failed]);
  time += 3_000;
  worker.wake();
  await nextTurn();
  answer.resolve(ADDED);
  assert.equal((await whenReleased).state, 'reported');
});

test('whoever lost the lease does nothing more: no POST, no message, no word in the log', async () => {
  const lost = Promise.withResolvers<void>();
  const { take, worker, errors, calls } = setUp({
    request: { state: 'announced' },
    refuse: () => {
      lost.resolve();
      return new LeaseLostError('REQUEST00001');
    },
  });
  take();
  await lost.promise;
  await worker.stop(1_000);
  assert.deepEqual([calls, errors], [[], []]);
});

test('stopping waits for the answer of what was sent, notes it and tells it', async () => {
  const { answer, posted, whenPosted } = holdAnswer();
  const { take, worker, calls } = setUp({
    request: { state: 'announced' },
    answer: posted,
  });
  take();
  await whenPosted;
  const stopped = worker.stop(60_000);
  answer.resolve(ADDED);
  await stopped;
  assert.deepEqual(calls.slice(-2), ['refresh', 'commit reported']);
});

for (const [name, found] of [
  ['that got its slot', (armed: ClaimedRequest) => ({ armed: [{ ...armed, slot: SLOT }] })],
  ['whose arming is in doubt', (armed: ClaimedRequest) => ({ perhapsArmed: [armed], failure: new Error('no answer') })],
] as const) {
  test(`a request ${name} while the bot was stopping goes back as announced: nothing was sent`, async () => {
    const asked = Promise.withResolvers<void>();
    const claiming = Promise.withResolvers<ClaimedSlots>();
    const { worker, stored, whenReleased, calls } = setUp({
      request: { state: 'armed', announcement: ANNOUNCEMENT, notBefore: 500 },
      claimQueued: () => {
        asked.resolve();
        return claiming.promise;
      },
    });
    worker.wake();
    await asked.promise;
    const stopped = worker.stop(60_000);
    claiming.resolve({ ...NO_SLOTS, ...found(stored()) });
    await stopped;
    const { state, notBefore } = await whenReleased;
    assert.deepEqual([state, notBefore, calls], ['announced', 0, ['commit announced']]);
  });
}

test('a request that got its slot when the last place was taken meanwhile goes back as announced', async () => {
  const { answer, posted, whenPosted } = holdAnswer();
  const isBack = Promise.withResolvers<void>();
  let slots = 1;
  const set = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answer: posted,
    claimQueued: async () => {
      slots -= 1;
      if (slots < 0) return NO_SLOTS;
      const request = { ...set.stored(), state: 'armed', slot: SLOT } as const;
      set.worker.take({ ...set.stored(), id: 'OTHER', userId: 'U2' }, 0);
      set.worker.take({ ...set.stored(), id: 'ANOTHER', userId: 'U3' }, 0);
      return { ...NO_SLOTS, armed: [request] };
    },
    refuse: ({ state, notBefore }) => {
      if (state === 'announced' && notBefore === 0) isBack.resolve();
      return undefined;
    },
  });
  set.worker.wake();
  await isBack.promise;
  await whenPosted;
  answer.resolve(ADDED);
  await set.worker.stop(60_000);
  assert.equal(set.calls.filter((call) => call === 'POST').length, 2);
});

test('what fails before the first byte goes back as announced; after it nobody knows', async () => {
  const before = setUp({ request: { state: 'announced' }, failsBefore: new TypeError('no header') });
  before.take();
  assert.equal((await before.whenReleased).state, 'announced');
  assert.equal(before.errors.length, 1);
  const changes: RequestChange[] = [];
  const after = setUp({
    request: { state: 'announced' },
    answer: () => Promise.reject(new Error('a surprise')),
    refuse: (change) => {
      changes.push(change);
      return undefined;
    },
  });
  after.take();
  await after.whenReleased;
  assert.deepEqual(changes, [{ state: 'armed', waitsFor: undefined }, { notBefore: 6_000 }], 'it stays armed');
});

test('what is accepted beyond the share of its person goes back, and is claimed once they have a share again', async () => {
  const { answer, posted, whenPosted } = holdAnswer();
  const second = Promise.withResolvers<ClaimedRequest>();
  const claims: { person: number; isTold: boolean }[] = [];
  const set = setUp({
    request: { state: 'announced', announcement: ANNOUNCEMENT },
    answer: posted,
    due: (_limit, { person }) => {
      const isTold = set.calls.includes('commit reported');
      claims.push({ person, isTold });
      if (isTold) second.resolve(set.stored());
      return [];
    },
  });
  set.take();
  await whenPosted;
  set.worker.take({ ...set.stored(), id: 'SECOND' }, 0);
  assert.equal((await set.whenReleased).id, 'SECOND');
  assert.equal(set.calls.filter((call) => call === 'POST').length, 1);
  answer.resolve(ADDED);
  await second.promise;
  assert.deepEqual(claims[0], { person: 1, isTold: false });
});

test('stopping gives back what was not sent yet', async () => {
  const { take, worker, whenReleased, calls } = setUp({});
  const stopped = worker.stop(60_000);
  take();
  worker.wake();
  await stopped;
  assert.equal((await whenReleased).state, 'accepted');
  assert.ok(!calls.includes('announce'));
});
