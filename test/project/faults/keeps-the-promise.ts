import assert from 'node:assert/strict';
import type { Tally } from '../../../faults/judging/tally.ts';

/*
 * The fault tests with counts that show that they work; `npm run test:faults` runs them at size. EVIDENCE.md tells what came of it.
 */

export const SEED = 1;

/** In one trial, a list in Slack and one on the page, a death while both are confirmed, and one while a failed row is fixed. */
export const SEED_OF_LISTS = 1046;

export function keepsThePromise({ violations, requests, name }: Tally): void {
  assert.deepEqual(violations, []);
  assert.ok(requests > 0 || name.includes('not tried'), 'it tried something');
}
