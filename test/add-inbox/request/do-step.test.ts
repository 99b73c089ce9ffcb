import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SendResult } from '../../../src/add-inbox/request/outcome.ts';
import { type ClaimedRequest, LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { answering, type Deps, isOver, KEY, NOW, requestIn, setUp } from './step-world.ts';

test('a commit under a lost lease is not made again', async () => {
  const cases: [string, ClaimedRequest, Deps][] = [
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

test('what is not sent for a day expires, and not a moment earlier', async () => {
  const day = 86_400_000;
  const early = setUp({ now: () => day - 1 });
  assert.equal((await early.doStep(requestIn('accepted')))?.state, 'announced');
  const late = setUp({ now: () => day });
  assert.deepEqual((await late.doStep(requestIn('accepted')))?.outcome, { kind: 'expired' });
});

test('a step is over only once the key is marked, the key is blocked and the wait is released', async () => {
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

test('showing and reporting are over only once they are committed', async () => {
  const never = new Promise<never>(() => {});
  for (const request of [
    requestIn('reported'),
    requestIn('settled', { outcome: { kind: 'expired' }, replyTs: '1.2' }),
    requestIn('settled', { outcome: { kind: 'expired' } }),
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
  const early = setUp({ now: () => 3_600_000 - 1, delivery: { announce: later } });
  assert.equal(await early.doStep(requestIn('accepted', { tries: 3 })), undefined);
  assert.deepEqual(early.commits, [{ notBefore: 3_600_000, tries: 4, released: true }]);
  const late = setUp({ now: () => 3_600_000, delivery: { announce: later } });
  const next = await late.doStep(requestIn('accepted', { tries: 3 }));
  assert.deepEqual([next?.state, next?.tries, late.commits], ['announced', 0, []]);
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

test('what was delivered starts counting tries anew; an announcement is stored by the commit of the next step', async () => {
  const announcement = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;
  const outcome = { kind: 'expired' } as const;
  const announced = setUp({ delivery: { announce: async () => ({ kind: 'announced', announcement }) } });
  const accepted = requestIn('accepted', { tries: 3 });
  const next = await announced.doStep(accepted);
  assert.deepEqual(next, { ...accepted, state: 'announced', announcement, tries: 0 });
  const nowhere = setUp();
  const nowhereNext = await nowhere.doStep({ ...accepted, announcement });
  assert.deepEqual(nowhereNext, { ...accepted, state: 'announced', announcement: undefined, tries: 0 });
  const replied = setUp();
  await replied.doStep(requestIn('settled', { outcome, tries: 3 }));
  assert.deepEqual(replied.commits, [{ replyTs: '1.2', tries: 0 }]);
  assert.deepEqual([announced.commits, nowhere.commits], [[], []]);
  const moved = setUp({ delivery: { reply: async () => ({ kind: 'moved', announcement }) } });
  await moved.doStep(requestIn('settled', { outcome }));
  assert.deepEqual(moved.commits, [{ announcement }]);
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
