import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CLIENT_NAME } from '../../../src/add-inbox/keys/coldsend-key.ts';
import type { KeyCheck } from '../../../src/add-inbox/keys/key-check.ts';
import { channelsOf, clientNameOf, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { type CheckChannel, createStoreKey, type KeyToStore } from '../../../src/add-inbox/keys/store-key.ts';
import { sampleClient, sampleKey } from './sample-key.ts';

const KEY = 'cs_live_0123456789';
const ACME = sampleKey({ owner: sampleClient('Acme', 'C1') });

/** Everything that happened, in order. */
function setUp(options: { checked?: KeyCheck; check?: CheckChannel } = {}) {
  const calls: string[] = [];
  const storeKey = createStoreKey({
    reserveSlot: async () => true,
    checkKey: async () => {
      calls.push('try');
      return options.checked ?? { kind: 'works' };
    },
    list: async () => [sampleKey(), ACME],
    keyStamp: async () => 'r1',
    save: async ({ owner }) => {
      calls.push(`save ${clientNameOf(owner)} ${channelsOf(owner)}`);
      return sampleKey({ owner });
    },
    wake: () => void calls.push('wake'),
  });
  const check: CheckChannel = async (channelId) => {
    calls.push(`check ${channelId}`);
    return options.check?.(channelId) ?? 'ok';
  };
  const store = (owner: KeyToStore['owner'], isNew = true, apiKey = KEY) =>
    storeKey({ teamId: 'T1', userId: 'U1', apiKey, owner, isNew, stamp: 'r1' }, 1_000, check);
  return { store, calls };
}

test("a new client's key is tried, each channel asked, then stored, and what waited for it goes on", async () => {
  const { store, calls } = setUp();
  assert.equal((await store(sampleClient('Globex', 'C2', 'C3'))).kind, 'stored');
  assert.deepEqual(calls, ['try', 'check C2', 'check C3', 'save Globex C2,C3', 'wake']);
});

test('a client who is there is asked for new channels only, and only those are told', async () => {
  const { store, calls } = setUp();
  const stored = await store(sampleClient('Acme', 'C1', 'C2'), false);
  assert.deepEqual(stored.kind === 'stored' && stored.newChannelIds, ['C2']);
  assert.deepEqual(calls, ['try', 'check C2', 'save Acme C1,C2', 'wake']);
});

test("the workspace's own has no channel to ask for, and sets going what waits for it alone", async () => {
  const { store, calls } = setUp();
  assert.equal((await store(WORKSPACE, false)).kind, 'stored');
  assert.deepEqual(calls, ['try', 'save undefined ', 'wake']);
});

test('mistakes are found before anybody is asked, and nothing is stored', async () => {
  const cases: [KeyToStore['owner'], string][] = [
    [sampleClient('', 'C2'), 'not_a_label'],
    [sampleClient('x'.repeat(MAX_CLIENT_NAME + 1), 'C2'), 'not_a_label'],
    [sampleClient('acme', 'C2'), 'label_taken'],
    [sampleClient('Globex'), 'no_channel'],
    [sampleClient('Globex', 'C2', 'C1'), 'channel_taken'],
  ];
  for (const [client, kind] of cases) {
    const { store, calls } = setUp();
    assert.equal((await store(client)).kind, kind);
    assert.deepEqual(calls, []);
  }
});

test('a refused key says nothing in the channels, and one where they are closed is not stored', async () => {
  const refused = setUp({ checked: { kind: 'refused', reason: '' } });
  assert.equal((await refused.store(sampleClient('Globex', 'C2'))).kind, 'refused');
  assert.deepEqual(refused.calls, ['try']);
  for (const answer of ['cannot_post', 'slack_silent'] as const) {
    const closed = setUp({ check: async (channelId) => (channelId === 'C3' ? answer : 'ok') });
    const stored = await closed.store(sampleClient('Globex', 'C2', 'C3'));
    assert.equal(stored.kind, answer);
    if (stored.kind === 'cannot_post') assert.deepEqual(stored.channelIds, ['C3'], 'it is known which');
    assert.ok(!closed.calls.some((call) => call.startsWith('save')));
  }
});
