import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LABEL } from '../../../src/add-inbox/keys/coldsend-key.ts';
import type { KeyTrial } from '../../../src/add-inbox/keys/key-check.ts';
import { type CheckChannel, createStoreKey, type KeyToStore } from '../../../src/add-inbox/keys/store-key.ts';
import { sampleKey } from './sample-key.ts';

const KEY = 'cs_live_0123456789';
const ACME = sampleKey({ channelId: 'C1', label: 'Acme' });

/** Everything that happened, in order. */
function setUp(options: { trial?: KeyTrial; check?: CheckChannel } = {}) {
  const calls: string[] = [];
  const storeKey = createStoreKey({
    reserveSlot: async () => true,
    tryKey: async () => {
      calls.push('try');
      return options.trial ?? { kind: 'works' };
    },
    list: async () => [sampleKey(), ACME],
    keyStamp: async () => 'r1',
    save: async ({ client }) => {
      calls.push(`save ${client?.label} ${client?.channelIds.join()}`);
      return sampleKey({ label: client?.label ?? '' });
    },
    wake: () => void calls.push('wake'),
  });
  const check: CheckChannel = async (channelId) => {
    calls.push(`check ${channelId}`);
    return options.check?.(channelId) ?? 'ok';
  };
  const store = (client: KeyToStore['client'], isNew = true, apiKey = KEY) =>
    storeKey({ teamId: 'T1', userId: 'U1', apiKey, client, isNew, stamp: 'r1' }, 1_000, check);
  return { store, calls };
}

test("a new client's key is tried, each channel asked, then stored, and what waited for it goes on", async () => {
  const { store, calls } = setUp();
  assert.equal((await store({ label: 'Globex', channelIds: ['C2', 'C3'] })).kind, 'stored');
  assert.deepEqual(calls, ['try', 'check C2', 'check C3', 'save Globex C2,C3', 'wake']);
});

test('a client who is there is asked for new channels only, and only those are told', async () => {
  const { store, calls } = setUp();
  const stored = await store({ label: 'Acme', channelIds: ['C1', 'C2'] }, false);
  assert.deepEqual(stored.kind === 'stored' && stored.newChannelIds, ['C2']);
  assert.deepEqual(calls, ['try', 'check C2', 'save Acme C1,C2', 'wake']);
});

test("the workspace's own has no channel to ask for, and sets going what waits for it alone", async () => {
  const { store, calls } = setUp();
  assert.equal((await store(undefined, false)).kind, 'stored');
  assert.deepEqual(calls, ['try', 'save undefined undefined', 'wake']);
});

test('mistakes are found before anybody is asked, and nothing is stored', async () => {
  const cases: [KeyToStore['client'], string][] = [
    [{ label: '', channelIds: ['C2'] }, 'not_a_label'],
    [{ label: 'x'.repeat(MAX_LABEL + 1), channelIds: ['C2'] }, 'not_a_label'],
    [{ label: 'acme', channelIds: ['C2'] }, 'label_taken'],
    [{ label: 'Globex', channelIds: [] }, 'no_channel'],
    [{ label: 'Globex', channelIds: ['C2', 'C1'] }, 'channel_taken'],
  ];
  for (const [client, kind] of cases) {
    const { store, calls } = setUp();
    assert.equal((await store(client)).kind, kind);
    assert.deepEqual(calls, []);
  }
});

test('a refused key says nothing in the channels, and one where they are closed is not stored', async () => {
  const refused = setUp({ trial: { kind: 'refused', reason: '' } });
  assert.equal((await refused.store({ label: 'Globex', channelIds: ['C2'] })).kind, 'refused');
  assert.deepEqual(refused.calls, ['try']);
  for (const answer of ['cannot_post', 'slack_silent'] as const) {
    const closed = setUp({ check: async (channelId) => (channelId === 'C3' ? answer : 'ok') });
    const stored = await closed.store({ label: 'Globex', channelIds: ['C2', 'C3'] });
    assert.equal(stored.kind, answer);
    if (stored.kind === 'cannot_post') assert.deepEqual(stored.channelIds, ['C3'], 'it is known which');
    assert.ok(!closed.calls.some((call) => call.startsWith('save')));
  }
});
