import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Delivery } from '../../../src/add-inbox/request/deliver.ts';
import type { AddInboxRequest, Announcement } from '../../../src/add-inbox/request/request.ts';
import { NotInstalledError } from '../../../src/slack/install/installations.ts';
import { renderAnnouncement } from '../../../src/slack/thread/announcement.ts';
import { createDelivery } from '../../../src/slack/thread/delivery.ts';
import {
  type Message,
  type SlackApi,
  SlackRefusedError,
  SlackUnavailableError,
} from '../../../src/slack/web-api/slack-api.ts';
import { sampleRequest } from '../../add-inbox/request/sample-request.ts';

const IN_CHANNEL: Announcement = { channelId: 'C1', ts: '1.1', surface: 'channel' };
const IN_DM: Announcement = { channelId: 'D1', ts: '1.1', surface: 'dm' };
const TO_ANNOUNCE = sampleRequest();
const TO_REPLY = sampleRequest({ outcome: { kind: 'expired' }, announcement: IN_CHANNEL });

const NOT_THE_PLACE = [
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'missing_scope',
  'team_access_not_granted',
  'rate_limited',
  'unheard_of',
];

/** A Slack that answers each call, named `post C1`, `reply D1`, `update`, `view`, as the test says; everything else works. */
function setUp(failures: Record<string, Error> = {}, apiOf?: () => Promise<SlackApi>, explainDm?: () => Promise<void>) {
  const made: string[] = [];
  const posted: Message[] = [];
  const ignored: unknown[] = [];
  const call = <T>(name: string, result: T): T => {
    made.push(name);
    const failure = failures[name];
    if (failure !== undefined) throw failure;
    return result;
  };
  const called: Partial<SlackApi> = {
    whileStillOurs: () => called as SlackApi,
    postMessage: async (channelId, message, threadTs) => {
      if (threadTs === undefined) posted.push(message);
      const to = channelId === TO_ANNOUNCE.userId ? 'D1' : channelId;
      return call(`${threadTs === undefined ? 'post' : 'reply'} ${to}`, { channelId: to, ts: '2.1' });
    },
    updateMessage: async () => call('update', undefined),
    updateView: async () => call('view', { id: 'V1', hash: 'h' }),
  };
  const delivery = createDelivery({
    apiOf: apiOf ?? (async () => called as SlackApi),
    explainDm: explainDm ?? (async () => call('explain', undefined)),
    onIgnored: (_request, error) => void ignored.push(error),
  });
  const isStillOurs = () => true;
  return {
    made,
    posted,
    ignored,
    deliver: (name: keyof Delivery, request: AddInboxRequest) => delivery[name](request, isStillOurs),
  };
}

function refused(reason: string): SlackRefusedError {
  return new SlackRefusedError('chat.postMessage', reason);
}

for (const reason of NOT_THE_PLACE) {
  test(`a refusal that is not about the place (${reason}) is waited out, and no other place is tried`, async () => {
    const failures = { 'post C1': refused(reason), 'reply C1': refused(reason) };
    const announcing = setUp(failures);
    const later = { kind: 'later', retryAfterMs: undefined };
    assert.deepEqual(await announcing.deliver('announce', TO_ANNOUNCE), later);
    const replying = setUp(failures);
    assert.deepEqual(await replying.deliver('reply', TO_REPLY), later);
    assert.deepEqual([announcing.made, replying.made], [['post C1'], ['reply C1']]);
    assert.deepEqual(announcing.ignored, [failures['post C1']], 'and it is noted');
  });
}

test('a thread whose message is gone starts anew in the same place', async () => {
  const failures = { 'reply C1': refused('thread_not_found'), 'reply D1': refused('thread_not_found') };
  const channel = setUp(failures);
  assert.deepEqual(await channel.deliver('reply', TO_REPLY), {
    kind: 'moved',
    announcement: { channelId: 'C1', ts: '2.1', surface: 'channel' },
  });
  assert.deepEqual(channel.made, ['reply C1', 'post C1']);
  const dm = setUp(failures);
  assert.deepEqual(await dm.deliver('reply', { ...TO_REPLY, announcement: IN_DM }), {
    kind: 'moved',
    announcement: { channelId: 'D1', ts: '2.1', surface: 'dm' },
  });
  assert.deepEqual(dm.made, ['reply D1', 'post D1'], 'and nobody is told a second time where it is');
  assert.deepEqual(
    dm.posted,
    [renderAnnouncement({ ...TO_REPLY, announcement: IN_DM })],
    'it still says why it is here',
  );
  assert.deepEqual(channel.posted, [renderAnnouncement(TO_REPLY)]);
});

test('a reply moves to the DM where the channel refuses it', async () => {
  const { deliver, made } = setUp({ 'reply C1': refused('is_archived') });
  assert.deepEqual(await deliver('reply', TO_REPLY), {
    kind: 'moved',
    announcement: { channelId: 'D1', ts: '2.1', surface: 'dm' },
  });
  assert.deepEqual(made, ['reply C1', 'post D1', 'explain']);
});

test('a DM that refuses is the end: no second DM is tried', async () => {
  const reason = refused('channel_not_found');
  const replying = setUp({ 'reply D1': reason });
  assert.deepEqual(await replying.deliver('reply', { ...TO_REPLY, announcement: IN_DM }), { kind: 'cannot_post' });
  assert.deepEqual([replying.made, replying.ignored], [['reply D1'], [reason]]);

  const anew = setUp({ 'reply D1': refused('thread_not_found'), 'post D1': reason });
  assert.deepEqual(await anew.deliver('reply', { ...TO_REPLY, announcement: IN_DM }), { kind: 'cannot_post' });
  assert.deepEqual(anew.made, ['reply D1', 'post D1']);

  const announcing = setUp({ 'post C1': reason, 'post D1': reason });
  assert.deepEqual(await announcing.deliver('announce', TO_ANNOUNCE), { kind: 'cannot_post' });
  assert.deepEqual(announcing.made, ['post C1', 'post D1']);
});

test("Slack's Retry-After is passed on, wherever it comes", async () => {
  for (const retryAfterMs of [30_000, undefined]) {
    const busy = new SlackUnavailableError('x', retryAfterMs);
    const cases: [keyof Delivery, AddInboxRequest, string][] = [
      ['announce', TO_ANNOUNCE, 'post C1'],
      ['announce', { ...TO_ANNOUNCE, announcement: IN_CHANNEL }, 'update'],
      ['reply', TO_REPLY, 'reply C1'],
      ['reply', { ...TO_REPLY, announcement: undefined }, 'post C1'],
      ['refresh', TO_REPLY, 'update'],
    ];
    for (const [name, request, call] of cases) {
      const { deliver, made, ignored } = setUp({ [call]: busy });
      assert.deepEqual(await deliver(name, request), { kind: 'later', retryAfterMs }, call);
      assert.deepEqual([made, ignored], [[call], []]);
    }
    const moving = setUp({ 'reply C1': refused('is_archived'), 'post D1': busy });
    assert.deepEqual(await moving.deliver('reply', TO_REPLY), { kind: 'later', retryAfterMs });
  }
});

test('what was announced before is updated, and posted again only where it is gone', async () => {
  const announced = { ...TO_ANNOUNCE, announcement: IN_CHANNEL };
  const stands = setUp();
  assert.deepEqual(await stands.deliver('announce', announced), { kind: 'announced', announcement: IN_CHANNEL });
  assert.deepEqual(stands.made, ['update']);
  const gone = setUp({ update: refused('message_not_found') });
  assert.deepEqual(await gone.deliver('announce', announced), {
    kind: 'announced',
    announcement: { channelId: 'C1', ts: '2.1', surface: 'channel' },
  });
  assert.deepEqual(gone.made, ['update', 'post C1']);
});

test('results go to the one channel for them, else to where the command was used', async () => {
  const one = setUp();
  assert.deepEqual(await one.deliver('announce', { ...TO_ANNOUNCE, resultsChannelId: 'C9' }), {
    kind: 'announced',
    announcement: { channelId: 'C9', ts: '2.1', surface: 'channel' },
  });
  const unannounced = setUp();
  assert.deepEqual(await unannounced.deliver('reply', { ...TO_REPLY, announcement: undefined }), {
    kind: 'moved',
    announcement: { channelId: 'C1', ts: '2.1', surface: 'channel' },
  });
  assert.deepEqual([one.made, unannounced.made], [['post C9'], ['post C1']]);
  const replied = setUp();
  assert.deepEqual(await replied.deliver('reply', TO_REPLY), { kind: 'replied', ts: '2.1' });
});

test('refreshing goes on though the message is gone, and a form that is closed is not worth a word', async () => {
  const { deliver, made, ignored } = setUp({ update: refused('message_not_found'), view: refused('not_found') });
  assert.deepEqual(await deliver('refresh', TO_REPLY), { kind: 'refreshed' });
  assert.deepEqual([made, ignored], [['update', 'view'], []]);
  const unannounced = setUp();
  await unannounced.deliver('refresh', { ...TO_REPLY, announcement: undefined });
  assert.deepEqual(unannounced.made, ['view']);
});

test('a workspace that has left has no place; a defect of ours is not taken for one', async () => {
  const left = setUp({}, async () => Promise.reject(new NotInstalledError()));
  assert.deepEqual(await left.deliver('announce', TO_ANNOUNCE), { kind: 'cannot_post' });
  const defect = new TypeError('a defect');
  for (const [name, request, call] of [
    ['announce', TO_ANNOUNCE, 'post C1'],
    ['announce', { ...TO_ANNOUNCE, announcement: IN_CHANNEL }, 'update'],
    ['reply', TO_REPLY, 'reply C1'],
  ] as const) {
    const { deliver, made } = setUp({ [call]: defect });
    await assert.rejects(deliver(name, request), defect);
    assert.deepEqual(made, [call]);
  }
});

test('it is over once the person was told where the result is, or could not be', async () => {
  const told = Promise.withResolvers<void>();
  const { deliver } = setUp({ 'post C1': refused('is_archived') }, undefined, () => told.promise);
  const order: string[] = [];
  const announcing = deliver('announce', TO_ANNOUNCE).then(() => order.push('announced'));
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
  order.push('reported');
  told.resolve();
  await announcing;
  assert.deepEqual(order, ['reported', 'announced']);
});
