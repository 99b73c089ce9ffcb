import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announceChange, renderChange } from '../../../src/slack/home/announce-change.ts';
import { SlackRefusedError, SlackUnavailableError } from '../../../src/slack/web-api/slack-api.ts';
import { assertMessage, assertView, textsOf } from '../blocks/block-kit.ts';
import { HOSTILE } from '../examples.ts';

const MESSAGE = renderChange('Hello.');
const posted = { channelId: 'C1', ts: '1.1' };

test('where Slack took all posts there is nothing more to say', async () => {
  const told: string[] = [];
  const api = {
    postNow: async (channelId: string) => {
      told.push(channelId);
      return posted;
    },
  };
  assert.equal(await announceChange({ api, startedAt: performance.now() }, ['C1', 'C2'], MESSAGE), undefined);
  assert.deepEqual(told, ['C1', 'C2']);
  assert.equal(await announceChange({ api, startedAt: performance.now() }, [], MESSAGE), undefined);
});

test('channels of which Slack did not say so, or not in time, are named, and that the change stands', async () => {
  const api = {
    postNow: async (channelId: string) => {
      if (channelId === 'C1') throw new SlackRefusedError('chat.postMessage', 'restricted_action');
      if (channelId === 'C2') throw new SlackUnavailableError('chat.postMessage', undefined);
      return channelId === 'C3' ? new Promise<typeof posted>(() => {}) : posted;
    },
  };
  const answer = await announceChange(
    { api, startedAt: performance.now() - 60_000 },
    ['C1', 'C2', 'C3', 'C4'],
    MESSAGE,
  );
  assert.ok(answer?.response_action === 'update');
  assertView(answer.view);
  assert.match(textsOf(answer.view, 'plain_text').join('\n'), /Your change is saved/);
  assert.deepEqual(textsOf(answer.view, 'mrkdwn'), ['<#C1>, <#C2>, <#C3>']);
});

test("the client's name is foreign: it marks nothing up", () => {
  const message = renderChange('Hello.', HOSTILE);
  assertMessage(message);
  assert.deepEqual(textsOf(message, 'mrkdwn'), ['Hello.']);
  assert.doesNotMatch(message.text, /<!channel>|<@U666>|<https/);
});
