import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type ActionOutcome,
  type ActionResult,
  type AskedAction,
  findInboxId,
  type InboxAction,
} from '../../../src/add-inbox/actions/inbox-action.ts';
import { createInboxActions, type InboxActionsDeps } from '../../../src/add-inbox/actions/inbox-actions.ts';
import type { AddInboxRequest } from '../../../src/add-inbox/request/request.ts';
import { ADDED_ACCOUNT, sampleRequest } from '../request/sample-request.ts';

const ADDED = sampleRequest({ state: 'reported', outcome: { kind: 'added', account: ADDED_ACCOUNT } });

const ASKED: AskedAction = {
  id: 'A1',
  teamId: 'T1',
  userId: 'U1',
  requestId: ADDED.id,
  kind: 'test_email',
  recipient: 'me@acme.com',
  viewId: 'V9',
};

const { viewId: _viewId, ...ACTION } = { ...ASKED, outcome: undefined };

test('a test email is sent once, with its outcome committed and reported', async () => {
  const world = createWorld();
  assert.deepEqual(await world.actions.accept(ASKED, ADDED), { kind: 'accepted' });
  await world.actions.stop(1_000);
  assert.deepEqual(world.calls, [['secret', { kind: 'test_email', inboxId: 'i-1', recipient: 'me@acme.com' }]]);
  assert.deepEqual(world.settled, [{ kind: 'done' }]);
  assert.deepEqual(world.reported, ['done']);
  assert.deepEqual(world.ended, ['finished']);
});

test('what was accepted before is not sent again, nor anything where nothing can be done', async () => {
  const world = createWorld({ isRepeated: true });
  assert.deepEqual(await world.actions.accept(ASKED, ADDED), { kind: 'repeated' });
  const closed = { ...ADDED, outcome: { kind: 'added', account: ADDED_ACCOUNT, closed: 'removed' } } as const;
  assert.deepEqual(await world.actions.accept(ASKED, closed), { kind: 'closed' });
  await world.actions.stop(1_000);
  assert.deepEqual([world.calls, world.settled], [[], []]);
});

const results: [name: string, world: WorldOptions, outcome: ActionOutcome, calls: number][] = [
  ['without a key', { key: undefined }, { kind: 'not_done', why: 'no_key' }, 0],
  ['without a free slot', { isSlotFree: false }, { kind: 'not_done', why: 'rate_limited' }, 0],
  ['not connected', { result: notDone('no_connection') }, { kind: 'not_done', why: 'no_connection' }, 1],
  ['a lost answer', { result: { kind: 'unknown', why: 'answer_lost' } }, { kind: 'unknown', why: 'answer_lost' }, 1],
  ['a failure before the first byte', { fails: 'before' }, { kind: 'not_done', why: 'failed' }, 1],
  ['a failure after the first byte', { fails: 'after' }, { kind: 'unknown', why: 'interrupted' }, 1],
  ['an action that began too late', { lateMs: 31_000 }, { kind: 'not_done', why: 'no_connection' }, 1],
];

for (const [name, options, outcome, calls] of results) {
  test(`${name}: ${outcome.kind}, reported, and nothing is repeated`, async () => {
    const world = createWorld(options);
    await world.actions.accept({ ...ASKED, kind: 'remove', recipient: '', viewId: undefined }, ADDED);
    await world.actions.stop(1_000);
    assert.deepEqual(world.settled, [outcome]);
    assert.deepEqual(world.reported, [outcome.kind]);
    assert.equal(world.calls.length, calls);
  });
}

test('an API without the endpoint is noted for the key, and a 429 blocks its slots', async () => {
  const lacking = createWorld({ result: { kind: 'unsupported', status: 404 } });
  await lacking.actions.accept(ASKED, ADDED);
  await lacking.actions.stop(1_000);
  const limited = createWorld({ result: { kind: 'not_done', why: 'rate_limited', retryAfterMs: 7_000 } });
  await limited.actions.accept(ASKED, ADDED);
  await limited.actions.stop(1_000);
  assert.deepEqual([lacking.noted, limited.noted], [['lacks 7'], ['blocked 7000']]);
});

test('after a start, an armed action ends as unknown and a settled one is only reported', async () => {
  const settled: InboxAction = { ...ACTION, id: 'A2', outcome: { kind: 'done' } };
  const world = createWorld({ left: [ACTION, settled] });
  world.actions.start();
  await world.actions.stop(1_000);
  assert.deepEqual(world.settled, [{ kind: 'unknown', why: 'interrupted' }]);
  assert.deepEqual(world.reported, ['unknown', 'done']);
  assert.deepEqual(world.calls, []);
});

test("an action whose request can't be read is left for later, and keeps no other from being reported", async () => {
  const settled: InboxAction = { ...ACTION, id: 'A2', outcome: { kind: 'done' } };
  const world = createWorld({ left: [{ ...ACTION, requestId: 'broken' }, settled], failedReleases: 1 });
  world.actions.start();
  await world.actions.stop(5_000);
  assert.deepEqual(world.ended, ['released', 'finished']);
  assert.deepEqual(world.reported, ['done']);
});

test('an outcome that Slack does not take is left for later, and one that another process reported is not reported', async () => {
  const later = createWorld({ isReported: false });
  await later.actions.accept(ASKED, ADDED);
  await later.actions.stop(1_000);
  assert.deepEqual(later.ended, ['released']);
  const lost = createWorld({ isSettled: false });
  await lost.actions.accept(ASKED, ADDED);
  await lost.actions.stop(1_000);
  assert.deepEqual([lost.reported, lost.ended], [[], []]);
});

test('only an inbox that was added, with an id that a path can have, can be acted on', () => {
  const withId = (inbox_id: string) =>
    findInboxId({ outcome: { kind: 'added', account: { ...ADDED_ACCOUNT, inbox_id } } });
  assert.deepEqual(['i/1', '', '.', '..'].map(withId), ['i/1', undefined, undefined, undefined]);
  assert.equal(findInboxId({ outcome: { kind: 'exists', reason: '' } }), undefined);
});

type WorldOptions = {
  key?: undefined;
  isSlotFree?: boolean;
  isRepeated?: boolean;
  isSettled?: boolean;
  isReported?: boolean;
  result?: ActionResult;
  fails?: 'before' | 'after';
  lateMs?: number;
  left?: InboxAction[];
  failedReleases?: number;
};

function notDone(why: 'no_connection'): ActionResult {
  return { kind: 'not_done', why, retryAfterMs: undefined };
}

function createWorld(options: WorldOptions = {}) {
  const { isSlotFree = true, isRepeated = false, isSettled = true, isReported = true, lateMs = 0 } = options;
  const world = {
    calls: [] as unknown[],
    settled: [] as ActionOutcome[],
    reported: [] as (string | undefined)[],
    ended: [] as string[],
    noted: [] as string[],
  };
  const key = { apiKey: 'secret', fingerprint: 'f', version: 7, status: 'works' } as const;
  let time = 0;
  let { failedReleases = 0 } = options;
  const deps: InboxActionsDeps = {
    findRequest: async (_teamId, id): Promise<AddInboxRequest> => {
      if (id === 'broken') throw new Error('broken');
      return ADDED;
    },
    keys: {
      open: async () => ('key' in options ? undefined : key),
      noteLacksActions: async (_teamId, version) => void world.noted.push(`lacks ${version}`),
    },
    actions: {
      arm: async () => !isRepeated,
      settle: async (_action, _request, outcome) => {
        world.settled.push(outcome);
        return isSettled;
      },
      claimLeft: async () => options.left ?? [],
      finish: async () => void world.ended.push('finished'),
      release: async () => {
        failedReleases -= 1;
        if (failedReleases >= 0) throw new Error('the disk is full');
        world.ended.push('released');
      },
    },
    slots: {
      reserve: async () => isSlotFree,
      block: async (_fingerprint, forMs) => void world.noted.push(`blocked ${forMs}`),
    },
    call: async (apiKey, call, isStillOurs) => {
      world.calls.push([apiKey, call]);
      time += lateMs;
      if (options.fails === 'before') throw new Error('broken');
      if (!isStillOurs()) return notDone('no_connection');
      if (options.fails === 'after') throw new Error('broken');
      return options.result ?? { kind: 'done' };
    },
    report: async ({ outcome }) => {
      world.reported.push(outcome?.kind);
      return isReported;
    },
    onError: () => {},
    monotonicNow: () => time,
  };
  return { ...world, actions: createInboxActions(deps) };
}
