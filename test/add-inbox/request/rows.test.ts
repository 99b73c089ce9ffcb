import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColdsendKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { type Delivery, withoutRows } from '../../../src/add-inbox/request/deliver.ts';
import type { Outcome, SendResult } from '../../../src/add-inbox/request/outcome.ts';
import type { RequestChange } from '../../../src/add-inbox/request/request.ts';
import { answering, KEY, NOW, requestIn, setUp } from './step-world.ts';

const ROW = { batch: { id: 'B', line: 2 }, expiresAt: 9_000 };
const EXISTS: Outcome = { kind: 'exists', reason: 'x' };
const REFUSED: SendResult = { kind: 'key_refused', reason: 'x', missingScopes: ['accounts:write'] };

test('a row ends with its outcome in one commit, and is released: its batch reports it', async () => {
  const { doStep, commits, calls } = setUp(answering(EXISTS));
  assert.equal(await doStep(requestIn('announced', ROW)), undefined);
  const { outcome, state, reportedAt, released } = commits.at(-1) ?? assert.fail();
  assert.deepEqual([outcome, state, reportedAt, released], [EXISTS, 'reported', NOW, true]);
  assert.equal(commits.length, 2, 'armed, and then this');
  assert.deepEqual(calls.slice(-2), ['settled exists 1000', 'step reported, reported']);
});

test('a row that expires, or is found armed, ends in the same way', async () => {
  for (const [row, kind] of [
    [requestIn('announced', { ...ROW, expiresAt: NOW }), 'expired'],
    [requestIn('armed', ROW), 'unknown'],
  ] as const) {
    const { doStep, commits } = setUp();
    assert.equal(await doStep(row), undefined);
    assert.deepEqual(
      commits.map(({ outcome, state }) => [outcome?.kind, state]),
      [[kind, 'reported']],
    );
  }
});

/** The key as it is stored; marking it changes it. */
function storedKey(mark?: () => Promise<never>) {
  let key: ColdsendKey = KEY;
  return {
    find: async () => key,
    mark: async (_team: string, _version: number, learned: Pick<ColdsendKey, 'status' | 'missingScopes'>) => {
      await mark?.();
      key = { ...key, ...learned };
    },
  };
}

test('a row whose key ColdSend refuses waits for another one, and marks the key before', async () => {
  const keys = storedKey();
  const { doStep, commits, calls } = setUp({ ...answering(REFUSED), keys });
  assert.equal(await doStep(requestIn('announced', ROW)), undefined);
  assert.equal((await keys.find()).status, 'refused');
  assert.deepEqual(commits.slice(1), [{ state: 'announced', waitsFor: 'key', notBefore: 9_000 }, { released: true }]);
  assert.ok(!calls.some((call) => call.startsWith('settled')));
});

test('and is sent with another key that was stored meanwhile', async () => {
  const keys = { ...storedKey(), find: async () => ({ ...KEY, version: 2 }) };
  const { doStep, commits } = setUp({ ...answering(REFUSED), keys });
  const next = await doStep(requestIn('announced', ROW));
  assert.deepEqual([next?.state, next?.waitsFor, next?.notBefore], ['announced', undefined, NOW]);
  assert.equal(
    commits.some(({ outcome }) => outcome !== undefined),
    false,
  );
});

test('that answer outlives a database that refuses it for a while, so that the row does not end as unknown', async () => {
  let refusals = 2;
  const advance = async <T extends object>(claimed: T, change: RequestChange) => {
    if (change.waitsFor === 'key' && refusals > 0) {
      refusals -= 1;
      throw new Error('no connection');
    }
    return { ...claimed, ...change };
  };
  const keys = storedKey(() => Promise.reject(new Error('no connection')));
  const { doStep, errors } = setUp({ ...answering(REFUSED), requests: { advance }, keys });
  const next = await doStep(requestIn('announced', ROW));
  assert.deepEqual([next?.state, refusals, errors.length], ['announced', 0, 3]);
});

test('nothing is posted or updated for a row, and everything for a single inbox', async () => {
  const calls: string[] = [];
  const called =
    <Result extends { kind: string }>(result: Result) =>
    async () => {
      calls.push(result.kind);
      return result;
    };
  const announcement = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;
  const inner: Delivery = {
    announce: called({ kind: 'announced', announcement }),
    reply: called({ kind: 'replied', ts: '1.2' }),
    refresh: called({ kind: 'refreshed' }),
  };
  const { announce, reply, refresh } = withoutRows(inner);
  const row = requestIn('settled', ROW);
  const answers = [await announce(row, () => true), await reply(row, () => true), await refresh(row, () => true)];
  assert.deepEqual(
    answers.map(({ kind }) => kind),
    ['cannot_post', 'cannot_post', 'refreshed'],
  );
  assert.deepEqual(calls, []);
  const single = requestIn('settled');
  for (const deliver of [announce, reply, refresh]) await deliver(single, () => true);
  assert.deepEqual(calls, ['announced', 'replied', 'refreshed']);
});
