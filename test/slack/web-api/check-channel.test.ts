import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCheckChannel } from '../../../src/slack/web-api/check-channel.ts';
import { SlackRefusedError, SlackUnavailableError } from '../../../src/slack/web-api/slack-api.ts';

const METHOD = 'chat.getPermalink';

test('a channel that the bot can not see is closed; what Slack says only to a post is not known', async () => {
  const cases: [error: Error | undefined, answer: string][] = [
    [new SlackRefusedError(METHOD, 'message_not_found'), 'ok'],
    [undefined, 'ok'],
    [new SlackRefusedError(METHOD, 'channel_not_found'), 'cannot_post'],
    [new SlackRefusedError(METHOD, 'not_in_channel'), 'ok'],
    [new SlackRefusedError(METHOD, 'unknown_method'), 'slack_silent'],
    [new SlackUnavailableError(METHOD, undefined), 'slack_silent'],
    [new SlackUnavailableError(METHOD, 1_000), 'slack_silent'],
  ];
  for (const [error, answer] of cases) {
    const check = createCheckChannel({
      getPermalink: async () => {
        if (error !== undefined) throw error;
        return 'https://acme.slack.com/archives/C1/p1';
      },
    });
    assert.equal(await check('C1'), answer);
  }
});

test('what is no channel is not asked for', async () => {
  const check = createCheckChannel({ getPermalink: () => assert.fail('asked') });
  for (const id of ['U1', 'D1', 'W1', '', '#general', 'C1 C2']) assert.equal(await check(id), 'cannot_post');
});

test('a defect is no answer of Slack', async () => {
  const check = createCheckChannel({ getPermalink: async () => Promise.reject(new TypeError('defect')) });
  await assert.rejects(check('C1'), TypeError);
});
