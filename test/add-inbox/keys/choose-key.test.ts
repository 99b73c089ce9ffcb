import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChooseKey } from '../../../src/add-inbox/keys/choose-key.ts';
import type { OwnedKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { channelsOf, findKeyOf, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { sampleClient, sampleKey } from './sample-key.ts';

const OWN = sampleKey();
const ACME = sampleKey({ owner: sampleClient('Acme', 'C1') });
const ACME_IN_C1 = { kind: 'client', name: 'Acme', channelId: 'C1' } as const;

function choose(stored: OwnedKey[], channelId: string, channelsWithoutClient: 'workspace_key' | 'blocked') {
  const chooseKey = createChooseKey({
    findFor: async (_teamId, channel) => {
      const own = findKeyOf(stored, WORKSPACE);
      const current = stored.find(({ owner }) => channelsOf(owner).includes(channel));
      return { ...(current && { bound: { keyName: ACME_IN_C1, current } }), ...(own && { own }) };
    },
    list: async () => stored,
  });
  return chooseKey('T1', channelId, { channelsWithoutClient });
}

const own = (current: OwnedKey | undefined) => ({ kind: 'key', keyName: WORKSPACE, current });

test("a channel with a client uses that client's key, whatever holds for channels without one", async () => {
  const acme = { kind: 'key', keyName: ACME_IN_C1, current: ACME };
  for (const channelsWithoutClient of ['workspace_key', 'blocked'] as const) {
    assert.deepEqual(await choose([OWN, ACME], 'C1', channelsWithoutClient), acme);
    assert.deepEqual(await choose([ACME], 'C1', channelsWithoutClient), acme);
  }
});

test("any other uses the workspace's own, which may be missing", async () => {
  assert.deepEqual(await choose([OWN, ACME], 'C2', 'workspace_key'), own(OWN));
  assert.deepEqual(await choose([ACME], 'C2', 'workspace_key'), own(undefined));
});

test('where channels without a client are blocked, the channels are named where it works', async () => {
  assert.deepEqual(await choose([OWN, ACME], 'C2', 'blocked'), { kind: 'blocked', channelIds: ['C1'] });
  assert.deepEqual(await choose([OWN], 'C2', 'blocked'), { kind: 'blocked', channelIds: [] });
});
