import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendAlone } from '../../../../src/slack/form/password/send-alone.ts';
import { type SlackApi, SlackUnavailableError } from '../../../../src/slack/web-api/slack-api.ts';

const MESSAGE = { text: 'the link', blocks: [] };

async function send(respond: (() => Promise<boolean>) | undefined, failure?: Error): Promise<string[]> {
  const posted: string[] = [];
  const api: Partial<SlackApi> = {
    postMessage: async (to, { text }) => {
      posted.push(`${text} to ${to}`);
      if (failure !== undefined) throw failure;
      return { channelId: 'D1', ts: '1' };
    },
  };
  const person = {
    what: 'submit',
    actor: { teamId: 'T1', userId: 'U1', ownTeamId: 'T1' },
    api: Object.assign(Object.create(null), api),
    view: undefined,
    startedAt: 0,
  };
  await sendAlone(person, MESSAGE, respond);
  return posted;
}

test('a person gets the message where they used the command, or else in the DM', async () => {
  assert.deepEqual(await send(async () => true), []);
  for (const respond of [undefined, async () => false]) assert.deepEqual(await send(respond), ['the link to U1']);
});

test('that Slack takes no message is no failure; a defect is', async () => {
  await send(undefined, new SlackUnavailableError('chat.postMessage', undefined));
  await assert.rejects(send(undefined, new TypeError('a defect')), TypeError);
});
