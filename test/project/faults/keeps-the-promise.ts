import assert from 'node:assert/strict';
import type { Tally } from '../../../faults/judging/tally.ts';

/*
 * The fault tests with counts that show that they work; `npm run test:faults` runs them at size. EVIDENCE.md tells what came of it.
 */

export const SEED = 1;

export function keepsThePromise({ violations, requests, name }: Tally): void {
  assert.deepEqual(violations, []);
  assert.ok(requests > 0 || name.includes('not tried'), 'it tried something');
}
