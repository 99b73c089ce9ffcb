import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mostWithin } from '../../../bench/replicas/most-within.ts';
import { findMissing } from '../deploy/missing-program.ts';

const skip = findMissing('pgbouncer', 'pgbouncer');

test('the most requests in any time as long as the limit’s are found', () => {
  assert.equal(mostWithin([], 10), 0);
  assert.equal(mostWithin([0, 10, 20], 10), 1, 'the first has left when the next comes');
  assert.equal(mostWithin([0, 9, 18, 19, 27, 27.5], 10), 4);
});

test('three replicas on a full database are measured beside the same on an empty one', { skip }, async () => {
  const script = fileURLToPath(new URL('../../../bench/replicas.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--quick']);
  assert.match(stdout, /\| good submission to ColdSend, p50 \| [\d.]+ ms \| [\d.]+ ms \| [\d.]+ \(/);
  assert.match(stdout, /\| the Home, CPU \| [\d.]+ ms \| [\d.]+ ms \| [\d.]+ \(/);
  assert.match(stdout, /At most \d+ requests in any 1 s, of 15 that ColdSend allows\./);
});
