import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChooseKey } from '../../../src/add-inbox/keys/choose-key.ts';
import type { OwnedKey } from '../../../src/add-inbox/keys/coldsend-key.ts';
import { channelsOf, findKeyOf, WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { sampleClient, sampleKey } from './sample-key.ts';

const OWN = sampleKey();
const ACME = sampleKey({ owner: sampleClient('Acme', 'C1') });
const ACME_IN_C1 = { kind: 'client', name: 'Acme', channelId: 'C1' } as const;

function choose(stored: OwnedKey[], channelId: string, elsewhere: 'workspace_key' | 'nothing') {
  const chooseKey = createChooseKey({
    findFor: async (_teamId, channel) => {
      const own = findKeyOf(stored, WORKSPACE);
      const current = stored.find(({ owner }) => channelsOf(owner).includes(channel));
      return { ...(current && { bound: { keyName: ACME_IN_C1, current } }), ...(own && { own }) };
    },
    list: async () => stored,
  });
  return chooseKey('T1', channelId, { elsewhere });
}

const own = (current: OwnedKey | undefined) => ({ kind: 'key', keyName: WORKSPACE, current });

test("a channel with a client uses that client's key, whatever holds elsewhere", async () => {
  const acme = { kind: 'key', keyName: ACME_IN_C1, current: ACME };
  for (const elsewhere of ['workspace_key', 'nothing'] as const) {
    assert.deepEqual(await choose([OWN, ACME], 'C1', elsewhere), acme);
    assert.deepEqual(await choose([ACME], 'C1', elsewhere), acme);
  }
});

test("any other uses the workspace's own, which may be missing", async () => {
  assert.deepEqual(await choose([OWN, ACME], 'C2', 'workspace_key'), own(OWN));
  assert.deepEqual(await choose([ACME], 'C2', 'workspace_key'), own(undefined));
});

test('where nothing is to be added elsewhere, the channels are named where it works', async () => {
  assert.deepEqual(await choose([OWN, ACME], 'C2', 'nothing'), { kind: 'nowhere', channelIds: ['C1'] });
  assert.deepEqual(await choose([OWN], 'C2', 'nothing'), { kind: 'nowhere', channelIds: [] });
});
