import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  estimateSlotAt,
  latestSendingMs,
  nextSlotAt,
  type RateLimit,
  windowMs,
} from '../../../src/add-inbox/worker/rate-limit.ts';
import { fc } from '../../project/properties.ts';

const LIMITS: RateLimit[] = [
  { requests: 3, seconds: 10 },
  { requests: 5, seconds: 100 },
];

test('windows are kept a little longer than ColdSend has them, at most by a second', () => {
  assert.deepEqual(
    [10, 60, 3600].map((seconds) => windowMs({ requests: 1, seconds })),
    [10_400, 61_000, 3_601_000],
  );
  assert.deepEqual([latestSendingMs(LIMITS), latestSendingMs([{ requests: 100, seconds: 60 }])], [200, 500]);
});

test('with nothing sent there is a slot at once', () => {
  assert.equal(nextSlotAt([undefined, undefined], LIMITS, 7), 7);
  assert.equal(estimateSlotAt([], LIMITS, 7, 2), 7);
});

test('a window opens when its oldest slot leaves it; the latest to open counts', () => {
  assert.equal(nextSlotAt([1_000, undefined], LIMITS, 4_000), 11_400);
  assert.equal(nextSlotAt([30_000, 10_000], LIMITS, 90_000), 111_000);
  assert.equal(nextSlotAt([1_000, undefined], LIMITS, 50_000), 50_000);
});

test('who stands behind others is told when those have had their slots', () => {
  // 3 at once, 2 when the ten seconds are over, and then the hundred seconds hold everybody up.
  assert.deepEqual(
    [0, 2, 3, 4, 5].map((ahead) => estimateSlotAt([], LIMITS, 0, ahead)),
    [0, 0, 10_400, 10_400, 101_000],
  );
});

test('slots taken when they are free never break a limit, and the estimate agrees', () => {
  const limit = fc.record({ requests: fc.integer({ min: 1, max: 6 }), seconds: fc.integer({ min: 1, max: 50 }) });
  const limitsOf = fc.array(limit, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(limitsOf, fc.array(fc.nat(3_000), { maxLength: 40 }), (limits, gaps) => {
      const sent: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        const blocking = limits.map(({ requests }) => sent.at(-requests));
        const at = nextSlotAt(blocking, limits, now);
        assert.equal(estimateSlotAt([...sent].reverse(), limits, now, 0), at);
        sent.push(at);
        now = at;
      }
      for (const { requests, seconds } of limits) {
        for (const end of sent) {
          const within = sent.filter((time) => time <= end && time > end - seconds * 1000).length;
          assert.ok(within <= requests);
        }
      }
    }),
  );
});
