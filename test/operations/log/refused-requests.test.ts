import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNoteRefused } from '../../../src/operations/log/refused-requests.ts';

function setUp() {
  const counted: string[] = [];
  const warned: [string, number | undefined][] = [];
  const clock = { now: 0 };
  const note = createNoteRefused({
    count: (why) => void counted.push(why),
    warn: (message, { count }) => void warned.push([message, count]),
    monotonicNow: () => clock.now,
  });
  return { note, counted, warned, clock };
}

test('a wrong signature and a wrong time warn at once, then once a minute, with the likely cause and how many', () => {
  const { note, counted, warned, clock } = setUp();
  for (let count = 0; count < 5; count += 1) note('signature');
  note('clock');
  clock.now = 59_999;
  note('signature');
  assert.deepEqual(
    warned.map(([message, count]) => [/SLACK_SIGNING_SECRET|clock/.exec(message)?.[0], count]),
    [
      ['SLACK_SIGNING_SECRET', 1],
      ['clock', 1],
    ],
  );
  clock.now = 60_000;
  note('signature');
  assert.equal(warned.at(-1)?.[1], 6);
  assert.equal(warned.length, 3);
  assert.equal(counted.length, 8);
});

test('everything else is counted and makes no line', () => {
  const { note, counted, warned } = setUp();
  for (const why of ['unsigned', 'too_large', 'crowded_out', 'not_found', 'state_wrong']) note(why);
  assert.equal(counted.length, 5);
  assert.deepEqual(warned, []);
});
