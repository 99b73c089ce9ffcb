import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRateLimitWaitMs, findRetryAfterMs } from '../../src/coldsend/retry-after.ts';
import { fc } from '../project/properties.ts';

const NOW = Date.UTC(2025, 5, 1, 10, 0, 0);
const NOW_S = NOW / 1000;
const WORDS = 'Rate limit exceeded. Retry after 60 seconds.';
const DAY_MS = 86_400_000;

const httpDate = (time: number) => new Date(time).toUTCString();

type Case = [
  says: string,
  headers: Record<string, string | string[]>,
  detail: string | undefined,
  expected: number | undefined,
];

const cases: Case[] = [
  ['nothing at all', {}, undefined, undefined],
  ['words that name no time', {}, 'Rate limit exceeded.', undefined],

  [
    'Retry-After in seconds, before everything else',
    { 'retry-after': '7', 'x-ratelimit-reset': `${NOW_S + 30}` },
    WORDS,
    7_000,
  ],
  ['Retry-After with spaces', { 'retry-after': ' 7 ' }, undefined, 7_000],
  ['Retry-After of a fraction', { 'retry-after': '1.5' }, undefined, 1_500],
  ['Retry-After of nothing is a second', { 'retry-after': '0' }, WORDS, 1_000],
  ['Retry-After twice', { 'retry-after': ['9', '11'] }, undefined, 9_000],
  ['Retry-After of two hours is cut to one', { 'retry-after': '7200' }, undefined, 3_600_000],
  ['Retry-After of a day is cut to an hour', { 'retry-after': '86400' }, WORDS, 3_600_000],
  ['Retry-After as a date', { 'retry-after': httpDate(NOW + 90_000) }, WORDS, 90_000],
  ['Retry-After as an RFC 850 date', { 'retry-after': 'Sunday, 01-Jun-25 10:00:20 GMT' }, WORDS, 20_000],
  ['Retry-After as an asctime date', { 'retry-after': 'Sun Jun  1 10:00:20 2025' }, WORDS, 20_000],

  ['negative Retry-After', { 'retry-after': '-5' }, WORDS, 60_000],
  ['Retry-After that is not a number', { 'retry-after': 'NaN' }, WORDS, 60_000],
  ['endless Retry-After', { 'retry-after': 'Infinity' }, WORDS, 60_000],
  ['absurd Retry-After', { 'retry-after': '99999999999' }, WORDS, 60_000],
  ['Retry-After of too many digits', { 'retry-after': '9'.repeat(400) }, WORDS, 60_000],
  ['hexadecimal Retry-After', { 'retry-after': '0x10' }, WORDS, 60_000],
  ['empty Retry-After', { 'retry-after': '' }, WORDS, 60_000],
  ['garbage in Retry-After', { 'retry-after': 'soon' }, WORDS, 60_000],
  ['Retry-After with a date in the past', { 'retry-after': httpDate(NOW - 5_000) }, WORDS, 60_000],
  ['Retry-After with a date next year', { 'retry-after': httpDate(NOW + 365 * DAY_MS) }, WORDS, 60_000],
  ['Retry-After with a date that is none', { 'retry-after': 'Sun, 99 Foo 2025 10:00:00 GMT' }, WORDS, 60_000],

  ['words', {}, WORDS, 60_000],
  ['words before the reset', { 'x-ratelimit-reset': `${NOW_S + 30}` }, WORDS, 60_000],
  ['words with other numbers in them', {}, '100 requests per 60 seconds are allowed. Please try again in 12s.', 12_000],
  ['words in minutes', {}, 'Please wait 2 minutes.', 120_000],
  ['words like the header', {}, 'Retry-After: 15 seconds', 15_000],
  ['words with a negative time', { 'x-ratelimit-reset': `${NOW_S + 30}` }, 'Retry after -55 seconds.', 30_000],
  ['words with an absurd time', { 'x-ratelimit-reset': `${NOW_S + 30}` }, 'Retry after 99999999999 seconds.', 30_000],
  ['words with no unit', { 'x-ratelimit-reset': `${NOW_S + 30}` }, 'Retry after 60.', 30_000],
  ['words with another unit', { 'x-ratelimit-reset': `${NOW_S + 30}` }, 'Retry after 5 sheep.', 30_000],

  ['the reset', { 'x-ratelimit-reset': `${NOW_S + 30}` }, undefined, 30_000],
  ['a reset right now', { 'x-ratelimit-reset': `${NOW_S}` }, undefined, 1_000],
  ['a reset in the past', { 'x-ratelimit-reset': `${NOW_S - 10}` }, undefined, undefined],
  ['a reset in milliseconds', { 'x-ratelimit-reset': `${NOW + 30_000}` }, undefined, undefined],
  ['a reset of 0', { 'x-ratelimit-reset': '0' }, undefined, undefined],
  ['a negative reset', { 'x-ratelimit-reset': '-1' }, undefined, undefined],
  ['garbage in the reset', { 'x-ratelimit-reset': 'later' }, undefined, undefined],
  [
    'a reset by a server whose clock is a day ahead of ours',
    { 'x-ratelimit-reset': `${NOW_S + 86_400 + 30}`, date: httpDate(NOW + DAY_MS) },
    undefined,
    30_000,
  ],
  [
    'a reset by a server whose clock is a day behind ours',
    { 'x-ratelimit-reset': `${NOW_S - 86_400 + 30}`, date: httpDate(NOW - DAY_MS) },
    undefined,
    30_000,
  ],
  ['a reset beside a Date that is none', { 'x-ratelimit-reset': `${NOW_S + 30}`, date: 'today' }, undefined, 30_000],
  ['a reset beside a Date of 1970', { 'x-ratelimit-reset': `${NOW_S + 30}`, date: httpDate(0) }, undefined, 30_000],
  [
    'Retry-After as a date of a server whose clock is an hour ahead',
    { 'retry-after': httpDate(NOW + 3_600_000 + 5_000), date: httpDate(NOW + 3_600_000) },
    undefined,
    5_000,
  ],
];

for (const [says, headers, detail, expected] of cases) {
  test(`a 429 with ${says}: ${expected === undefined ? 'unsaid' : `${expected} ms`}`, () => {
    assert.equal(findRateLimitWaitMs(headers, detail, NOW), expected);
  });
}

test('Retry-After alone is read where nothing else counts', () => {
  assert.equal(findRetryAfterMs({ 'retry-after': '5' }, NOW), 5_000);
  assert.equal(findRetryAfterMs({ 'x-ratelimit-reset': `${NOW_S + 30}` }, NOW), undefined);
});

test('whatever a 429 says, the wait is unsaid or from a second to an hour', () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.date().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  const headers = fc.record({ 'retry-after': value, 'x-ratelimit-reset': value, date: value }, { requiredKeys: [] });
  const words = fc.oneof(
    value,
    value.map((amount) => `Retry after ${amount} seconds.`),
  );
  fc.assert(
    fc.property(headers, words, fc.integer(), (said, detail, now) => {
      const ms = findRateLimitWaitMs(said, detail, now);
      assert.ok(ms === undefined || (Number.isInteger(ms) && ms >= 1_000 && ms <= 3_600_000), `${ms}`);
    }),
  );
});
