import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SEALED_COLUMNS } from '../../src/storage/sealed-columns.ts';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** Sealed, but not into a column that is sealed anew: the known text of each key, and what a form carries for half an hour. */
const NOT_ROTATED = ['sealed_check', 'form.response_url'];

const SEALS = /\.seal\(/;
const PURPOSE = /\bpurpose: '([^']+)'|\bPURPOSE = '([^']+)'/g;

test('whatever the sources seal has a column that the rotation knows, or is named here', () => {
  const sealing = globSync('**/*.ts', { cwd: SRC })
    .map((file) => ({ file, text: readFileSync(SRC + file, 'utf8') }))
    .filter(({ file, text }) => SEALS.test(text) && file !== 'storage/rotate-keys.ts')
    .map(({ file, text }) => ({ file, purposes: [...text.matchAll(PURPOSE)].map(([, one, other]) => one ?? other) }));
  for (const { file, purposes } of sealing) assert.ok(purposes.length > 0, `${file} seals for no purpose seen here`);
  const rotated = SEALED_COLUMNS.map(({ contextOf }) => contextOf({ key: 'k', teamId: 'T1' }).purpose);
  assert.deepEqual(sealing.flatMap(({ purposes }) => purposes).toSorted(), [...rotated, ...NOT_ROTATED].toSorted());
});
