import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery } from '../../../src/add-inbox/request/deliver.ts';
import { LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { TokenUnreadableError } from '../../../src/slack/install/installations.ts';
import { createDelivery } from '../../../src/slack/thread/delivery.ts';
import { type SlackApi, SlackRefusedError } from '../../../src/slack/web-api/slack-api.ts';
import { NotBegunError } from '../../../src/slack/web-api/slack-fetch.ts';
import { sampleRequest } from '../../add-inbox/request/sample-request.ts';

const REQUEST = sampleRequest({
  outcome: { kind: 'expired' },
  announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' },
});

/** A Slack in which every message but the ones in the person's DM is refused, and what was called before the lease was lost. */
function setUp({
  callsBeforeLoss = Number.POSITIVE_INFINITY,
  explainFails,
}: {
  callsBeforeLoss?: number;
  explainFails?: Error;
}) {
  const made: string[] = [];
  const ignored: unknown[] = [];
  const isStillOurs = () => made.length < callsBeforeLoss;
  const whileStillOurs = (isStillOurs: () => boolean): SlackApi => {
    const call = (name: string) => {
      if (!isStillOurs()) throw new NotBegunError();
      made.push(name);
    };
    const called: Partial<SlackApi> = {
      postMessage: async (channelId: string) => {
        call(`post ${channelId}`);
        if (channelId !== REQUEST.userId) throw new SlackRefusedError('chat.postMessage', 'channel_not_found');
        return { channelId: 'D1', ts: '2.1' };
      },
      updateMessage: async () => call('update'),
      updateView: async () => {
        call('view');
        return { id: 'V1', hash: 'h' };
      },
    };
    return called as SlackApi;
  };
  const delivery = createDelivery({
    apiOf: async () => ({ whileStillOurs }) as SlackApi,
    explainDm: async (_request, isStillOurs) => {
      if (explainFails !== undefined) throw explainFails;
      if (isStillOurs()) made.push('explain');
    },
    onIgnored: (_request, error) => void ignored.push(error),
  });
  return { delivery, made, ignored, isStillOurs };
}

/** What is called when nothing is lost, in order. */
const CASES: { name: keyof Delivery; request: typeof REQUEST; calls: string[] }[] = [
  {
    name: 'announce',
    request: { ...REQUEST, announcement: undefined },
    calls: [`post ${REQUEST.channelId}`, `post ${REQUEST.userId}`, 'explain'],
  },
  { name: 'reply', request: REQUEST, calls: ['post C1', `post ${REQUEST.userId}`, 'explain'] },
  { name: 'refresh', request: REQUEST, calls: ['update', 'view'] },
];

for (const { name, request, calls } of CASES) {
  test(`${name} calls Slack for as long as the request is held, and says when it is not`, async () => {
    const whole = setUp({});
    await whole.delivery[name](request, whole.isStillOurs);
    assert.deepEqual(whole.made, calls);
    for (let callsBeforeLoss = 0; callsBeforeLoss < calls.length; callsBeforeLoss += 1) {
      const { delivery, made, ignored, isStillOurs } = setUp({ callsBeforeLoss });
      const delivered = delivery[name](request, isStillOurs);
      if (calls[callsBeforeLoss] === 'explain') await delivered;
      else await assert.rejects(delivered, LeaseLostError);
      assert.deepEqual([made, ignored], [calls.slice(0, callsBeforeLoss), []]);
    }
  });
}

test('a message that stands in the DM is not posted again because the person could not be told of it', async () => {
  const explainFails = new Error('timeout exceeded when trying to connect');
  const { delivery, made, ignored, isStillOurs } = setUp({ explainFails });
  const announced = await delivery.announce({ ...REQUEST, announcement: undefined }, isStillOurs);
  assert.deepEqual(announced, { kind: 'announced', announcement: { channelId: 'D1', ts: '2.1', surface: 'dm' } });
  assert.deepEqual([made.length, ignored], [2, [explainFails]]);
});

test('while the token of its workspace cannot be opened, what there is to tell waits', async () => {
  const delivery = createDelivery({
    apiOf: async () => Promise.reject(new TokenUnreadableError()),
    explainDm: async () => {},
    onIgnored: () => {},
  });
  for (const name of ['announce', 'reply', 'refresh'] as const) {
    assert.deepEqual(await delivery[name](REQUEST, () => true), { kind: 'later', retryAfterMs: undefined });
  }
});
