import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReportAction } from '../../../src/slack/thread/actions/action-delivery.ts';
import type { SlackApi } from '../../../src/slack/web-api/slack-api.ts';
import { ADDED_ACCOUNT, sampleRequest } from '../../add-inbox/request/sample-request.ts';

const REMOVED = sampleRequest({
  state: 'reported',
  outcome: { kind: 'added', account: ADDED_ACCOUNT, closed: 'removed' },
  announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' },
  replyTs: '1.2',
});

test('nothing that fails after a removal is posted makes it be posted again', async () => {
  const made: string[] = [];
  const ignored: unknown[] = [];
  const api: Partial<SlackApi> = {
    whileStillOurs: () => api as SlackApi,
    postMessage: async () => {
      made.push('post');
      return { channelId: 'C1', ts: '1.3' };
    },
    updateMessage: async (_channelId, ts) => {
      made.push(`update ${ts}`);
      if (ts === '1.2') throw new Error('broken');
    },
  };
  let tokens = 1;
  const report = createReportAction({
    apiOf: async () => {
      tokens -= 1;
      if (tokens < 0) throw new Error('the database is gone');
      return api as SlackApi;
    },
    onIgnored: (_request, error) => void ignored.push(error),
  });
  const { id: requestId, teamId, userId } = REMOVED;
  const action = {
    id: 'A1',
    teamId,
    userId,
    requestId,
    kind: 'remove',
    recipient: '',
    outcome: { kind: 'done' },
  } as const;
  assert.equal(await report(action, REMOVED), true);
  assert.deepEqual(made, ['post', 'update 1.1', 'update 1.2']);
  assert.equal(ignored.length, 1);
});
