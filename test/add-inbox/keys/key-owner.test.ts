import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  channelsOf,
  clientsOf,
  findKeyOf,
  fromStoredName,
  isSameOwner,
  toStoredName,
  WORKSPACE,
} from '../../../src/add-inbox/keys/key-owner.ts';
import { sampleClient, sampleKey } from './sample-key.ts';

const ACME = sampleClient('Acme', 'C1', 'C2');

test('owners are the same by name, whatever their channels are', () => {
  assert.ok(isSameOwner(ACME, sampleClient('Acme', 'C9')));
  assert.ok(isSameOwner(WORKSPACE, { kind: 'workspace' }));
  assert.ok(!isSameOwner(ACME, sampleClient('acme', 'C1', 'C2')));
  assert.ok(!isSameOwner(ACME, WORKSPACE));
});

test("of a workspace's keys its own and those of clients can be told apart", () => {
  const keys = [sampleKey(), sampleKey({ owner: ACME })];
  assert.equal(findKeyOf(keys, WORKSPACE), keys[0]);
  assert.equal(findKeyOf(keys, { kind: 'client', name: 'Acme' }), keys[1]);
  assert.equal(findKeyOf(keys, { kind: 'client', name: 'Globex' }), undefined);
  assert.deepEqual(clientsOf(keys), [ACME]);
  assert.deepEqual([WORKSPACE, ACME].map(channelsOf), [[], ['C1', 'C2']]);
});

test("stored names keep their form: '' is the workspace", () => {
  assert.deepEqual([WORKSPACE, ACME].map(toStoredName), ['', 'Acme']);
  assert.deepEqual(['', 'Acme'].map(fromStoredName), [WORKSPACE, { kind: 'client', name: 'Acme' }]);
});
