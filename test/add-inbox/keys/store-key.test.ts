import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyCheck } from '../../../src/add-inbox/keys/key-check.ts';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { createStoreKey } from '../../../src/add-inbox/keys/store-key.ts';
import { sampleKey } from './sample-key.ts';

const API_KEY = 'cs_live_0123456789';
const TO_STORE = {
  teamId: 'T1',
  userId: 'U1',
  apiKey: `\ufeff ${API_KEY.slice(0, 9)}\u200b${API_KEY.slice(9)}\u00a0`,
  owner: WORKSPACE,
  isNew: false,
  stamp: 'r1',
};

function setUp(hasSlot: boolean, stampWhenSaved = 'r1') {
  const calls: string[] = [];
  const storeKey = createStoreKey({
    reserveSlot: async (apiKey) => {
      calls.push(`slot of ${apiKey}`);
      return hasSlot;
    },
    checkKey: async (apiKey): Promise<KeyCheck> => {
      calls.push(`try ${apiKey}`);
      return { kind: 'works' };
    },
    list: async () => [],
    keyStamp: async () => 'r1',
    save: async ({ status, stamp }) => {
      if (stamp !== stampWhenSaved) return undefined;
      calls.push(`save ${status}`);
      return sampleKey({ status });
    },
    wake: () => calls.push('wake'),
  });
  return { storeKey, calls };
}

test('the check of a key takes one of its slots; requests that wait for a key go on', async () => {
  const { storeKey, calls } = setUp(true);
  assert.equal((await storeKey(TO_STORE, 1_000)).kind, 'stored');
  assert.deepEqual(calls, [`slot of ${API_KEY}`, `try ${API_KEY}`, 'save works', 'wake']);
});

test('a key that has no slot left is not tried, and stored as unchecked', async () => {
  const { storeKey, calls } = setUp(false);
  assert.equal((await storeKey(TO_STORE, 1_000)).kind, 'stored');
  assert.deepEqual(calls, [`slot of ${API_KEY}`, 'save unchecked', 'wake']);
});

test('what is no key takes no slot', async () => {
  const { storeKey, calls } = setUp(true);
  assert.equal((await storeKey({ ...TO_STORE, apiKey: 'hello' }, 1_000)).kind, 'not_a_key');
  assert.deepEqual(calls, []);
});

test('what was filled in for another key than the one there is now is neither tried nor stored', async () => {
  const { storeKey, calls } = setUp(true);
  assert.deepEqual(await storeKey({ ...TO_STORE, stamp: 'r0' }, 1_000), { kind: 'outdated' });
  assert.deepEqual(calls, []);
});

test('what somebody else has stored during the check stays', async () => {
  const { storeKey, calls } = setUp(true, 'r2');
  assert.deepEqual(await storeKey(TO_STORE, 1_000), { kind: 'outdated' });
  assert.deepEqual(calls, [`slot of ${API_KEY}`, `try ${API_KEY}`]);
});
