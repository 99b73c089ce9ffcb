import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DomainVerdict } from '../../src/add-inbox/account/domain-verdict.ts';
import { judgeMany } from '../../src/mailbox/judge-many.ts';

const GOOD: DomainVerdict = { mx: 'found', spf: 'good', dmarc: 'enforced', dkim: 'found' };
const MINUTE_MS = 60_000;

const names = (count: number) => Array.from({ length: count }, (_, index) => `d${index}.com`);

test('domains are judged a few at once, and come back in order', async () => {
  let running = 0;
  let most = 0;
  const judged = await judgeMany(
    names(30),
    async (domain) => {
      most = Math.max(most, ++running);
      await nextTurn();
      running--;
      return domain === 'd7.com' ? undefined : GOOD;
    },
    MINUTE_MS,
  );
  assert.deepEqual(
    judged.map(({ domain }) => domain),
    names(30).filter((domain) => domain !== 'd7.com'),
  );
  assert.equal(most, 8);
});

test('those that take too long are left out, and no other one begins after that', async () => {
  const begun: string[] = [];
  const stuck: (() => void)[] = [];
  const judged = await judgeMany(
    names(30),
    async (domain) => {
      begun.push(domain);
      if (domain !== 'd0.com') await new Promise<void>((resolve) => stuck.push(resolve));
      return GOOD;
    },
    20,
  );
  assert.deepEqual(judged, [{ domain: 'd0.com', verdict: GOOD }]);
  for (const release of stuck) release();
  await nextTurn();
  assert.equal(begun.length, 9);
});

test('no domains take no time', async () => {
  assert.deepEqual(await judgeMany([], async () => GOOD, MINUTE_MS), []);
});
