import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRates, type Sent } from '../../../faults/judging/judge-rates.ts';

const LIMITS = [
  { requests: 2, seconds: 1 },
  { requests: 6, seconds: 10 },
];

const at = (times: number[], team = (index: number) => `T${index % 2}`): Sent[] =>
  times.map((time, index) => ({ at: time, teamId: team(index) }));

test('as fast as the limits allow is no violation', () => {
  const { violations, used } = judgeRates(at([0, 0, 1000, 1000, 2000, 2000, 10_000, 10_000]), LIMITS);
  assert.deepEqual(violations, []);
  assert.equal(used, 1);
});

test('one too many in a window is found, in each of the limits', () => {
  assert.match(judgeRates(at([0, 0, 999]), LIMITS).violations.join(), /3 requests in 1 s/);
  const tooMany = at([0, 0, 1000, 1000, 2000, 2000, 9_999]);
  assert.match(judgeRates(tooMany, LIMITS).violations.join(), /7 requests in 10 s/);
});

test('slower than 95 % of the limits is found', () => {
  assert.match(judgeRates(at([0, 0, 1100, 1100]), LIMITS).violations.join(), /only 91 %/);
});

test('a workspace that waits while others are served is found', () => {
  const times = Array.from({ length: 40 }, (_, index) => index * 5_000);
  const lastComesLast = at(times, (index) => (index < 20 ? 'T0' : 'T1'));
  assert.match(judgeRates(lastComesLast, [{ requests: 1, seconds: 5 }]).violations.join(), /slots/);
});
