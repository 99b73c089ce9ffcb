import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slackDate } from '../../../src/slack/blocks/slack-date.ts';

test('a time is shown in the time zone of each reader, and in UTC where that is not possible', () => {
  const at = Date.UTC(2026, 0, 2, 14, 5, 59, 900);
  assert.equal(slackDate(at, 'time'), '<!date^1767362759^{time}|14:05 UTC>');
  assert.equal(slackDate(at, 'date'), '<!date^1767362759^{date_short_pretty} at {time}|2026-01-02 14:05 UTC>');
});
