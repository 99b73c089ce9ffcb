import assert from 'node:assert/strict';
import { test } from 'node:test';
import { respondOnlyToThem } from '../../src/slack/response-url.ts';
import { NotBegunError, type SlackFetch } from '../../src/slack/slack-fetch.ts';

test('nothing is said that may not be said any more', async () => {
  const sent: string[] = [];
  const fetch: SlackFetch = async (url, init) => {
    if (init?.mayBegin?.() === false) throw new NotBegunError();
    sent.push(String(url));
    throw new Error('no answer');
  };
  for (const mayBegin of [true, false]) {
    assert.equal(await respondOnlyToThem(fetch, `https://slack.test/${mayBegin}`, 'hi', () => mayBegin), false);
  }
  assert.deepEqual(sent, ['https://slack.test/true']);
});
