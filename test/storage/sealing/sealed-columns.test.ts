import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SEALED_COLUMNS } from '../../../src/storage/sealing/sealed-columns.ts';
import { SealError } from '../../../src/storage/sealing/sealing.ts';
import { testSealer } from '../samples.ts';

const SRC = fileURLToPath(new URL('../../../src/', import.meta.url));

/** Sealed, but not into a column that is sealed anew: the known text of each key, and what a form carries for half an hour. */
const NOT_ROTATED = ['sealed_check', 'form.response_url'];

const PURPOSE = /\bpurpose: '([^']+)'|\bPURPOSE = '([^']+)'/g;

test('whatever the sources seal has a column that the rotation knows, or is named here', () => {
  const purposes = globSync('**/*.ts', { cwd: SRC })
    .map((file) => readFileSync(SRC + file, 'utf8'))
    .flatMap((text) => [...text.matchAll(PURPOSE)].map(([, one, other]) => one ?? other));
  const rotated = SEALED_COLUMNS.map(({ contextOf }) => contextOf({ key: 'k', teamId: 'T1' }).purpose);
  assert.deepEqual(purposes.toSorted(), [...rotated, ...NOT_ROTATED].toSorted());
});

test('a value of one column opens in no other, also in the same row', () => {
  for (const one of SEALED_COLUMNS) {
    const row = { key: 'k', teamId: 'T1' };
    const sealed = testSealer.seal('x', one.contextOf(row));
    assert.equal(testSealer.open(sealed, one.contextOf(row)), 'x');
    for (const other of SEALED_COLUMNS) {
      if (other !== one) assert.throws(() => testSealer.open(sealed, other.contextOf(row)), SealError, other.column);
    }
    assert.throws(() => testSealer.open(sealed, one.contextOf({ ...row, key: 'other' })), SealError, one.column);
  }
});

test('a value belongs to its workspace', () => {
  for (const { column, key, contextOf } of SEALED_COLUMNS) {
    const { teamId } = contextOf({ key: 'k', teamId: 'T1' });
    assert.equal(teamId, key === 'team_id' ? 'k' : 'T1', column);
  }
});

test('the purpose is bound into what is stored, so it stays as it is', () => {
  const purposes = SEALED_COLUMNS.map(({ table, column, contextOf }) => {
    return [`${table}.${column}`, contextOf({ key: 'k', teamId: 'T1' }).purpose];
  });
  assert.deepEqual(Object.fromEntries(purposes), {
    'batch_drafts.sealed': 'batch.draft',
    'coldsend_keys.sealed_key': 'coldsend_key',
    'request_passwords.sealed': 'request.passwords',
    'requests.response_url': 'request.response_url',
    'installations.sealed_token': 'installation.token',
  });
});
