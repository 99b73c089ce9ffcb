import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKSPACE } from '../../../src/add-inbox/keys/key-owner.ts';
import { createSubmit } from '../../../src/add-inbox/request/submit.ts';
import { ACCOUNT_TO_ADD, sampleRequest } from './sample-request.ts';

test('work begins with how long it has been held: since before it was accepted', async () => {
  let time = 0;
  const taken: number[] = [];
  const submit = createSubmit({
    requests: {
      accept: async () => {
        time = 2_000;
        return { kind: 'accepted', request: { ...sampleRequest({}), fence: 1 } };
      },
      find: async () => undefined,
    },
    take: (_claimed, since) => void taken.push(since),
    monotonicNow: () => time,
    onAccepted: () => {},
  });
  const { id, teamId, userId, viewId, channelId } = sampleRequest({});
  await submit({
    ...{ id, teamId, userId, viewId, channelId },
    resultsChannelId: undefined,
    keyName: WORKSPACE,
    retryOf: undefined,
    responseUrl: undefined,
    account: ACCOUNT_TO_ADD,
    passwords: { smtp_password: 'p', imap_password: 'q' },
  });
  assert.deepEqual(taken, [0]);
});
