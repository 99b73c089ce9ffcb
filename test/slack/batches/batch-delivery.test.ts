import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch } from '../../../src/add-inbox/batch/batch.ts';
import type { BatchDelivery } from '../../../src/add-inbox/batch/do-batch-step.ts';
import { LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { createBatchDelivery } from '../../../src/slack/batches/batch-delivery.ts';
import {
  type Message,
  type SlackApi,
  SlackRefusedError,
  SlackUnavailableError,
} from '../../../src/slack/web-api/slack-api.ts';
import { NotBegunError } from '../../../src/slack/web-api/slack-fetch.ts';
import { sampleBatch, sampleCounts, sampleRow } from '../../add-inbox/batch/sample-batch.ts';
import { outcomes } from '../examples.ts';

const ANNOUNCED = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;
const BATCH = sampleBatch({ state: 'running', total: 2, confirmedAt: 0, announcement: ANNOUNCED });
const CARD = { batch: BATCH, progress: { counts: sampleCounts({ unsettled: 2 }), waitsForKey: false }, endsAt: 1 };
const FAILED = [sampleRow({ outcome: outcomes.refused })];

/** A Slack that answers each call by `answer`, which may throw; and what was called, in order. */
function setUp(answer: (call: string, message?: Message) => void = () => {}, isStillOurs = () => true) {
  const calls: string[] = [];
  const messages: Message[] = [];
  const ignored: unknown[] = [];
  const call = (name: string, message?: Message) => {
    if (!isStillOurs()) throw new NotBegunError();
    calls.push(name);
    answer(name, message);
    if (message !== undefined) messages.push(message);
  };
  const api: Partial<SlackApi> = {
    postMessage: async (channelId, message, threadTs) => {
      call(`post ${channelId}${threadTs === undefined ? '' : ` in ${threadTs}`}`, message);
      return { channelId: channelId.replace('U', 'D'), ts: '2.2' };
    },
    updateMessage: async (channelId, ts, message) => call(`update ${channelId} ${ts}`, message),
    uploadFiles: async (channelId, files, threadTs) =>
      call(`upload ${channelId} ${threadTs} ${files.map(({ name }) => name).join()}`),
  };
  const held: SlackApi = Object.assign(Object.create(null), api, { whileStillOurs: () => held });
  const delivery = createBatchDelivery({
    apiOf: async () => held,
    onIgnored: (_batch, error) => void ignored.push(error),
    now: () => 0,
  });
  return { delivery, calls, messages, ignored };
}

const refuse = (reason: string) => {
  throw new SlackRefusedError('method', reason);
};

const ours = () => true;

/** Every call of the delivery, for one batch. */
function callAll(delivery: BatchDelivery, batch: Batch, isStillOurs = ours) {
  return {
    postCard: () => delivery.postCard({ ...CARD, batch }, isStillOurs),
    updateCard: () => delivery.updateCard({ ...CARD, batch }, isStillOurs),
    postFailures: () => delivery.postFailures(batch, FAILED, isStillOurs),
    postResults: () => delivery.postResults(batch, FAILED, isStillOurs),
    postSummary: () => delivery.postSummary({ batch, failed: FAILED, domains: [] }, isStillOurs),
  };
}

test('the card goes to the channel for results, else to the one of the command', async () => {
  for (const [batch, place] of [
    [sampleBatch({ resultsChannelId: 'C9' }), 'post C9'],
    [sampleBatch({ channelId: 'mpim:C2' }), 'post C2'],
  ] as const) {
    const { delivery, calls } = setUp();
    const posted = await delivery.postCard({ ...CARD, batch }, ours);
    assert.equal(posted.kind, 'posted');
    assert.deepEqual(calls, [place]);
  }
});

test('where the bot cannot post, the card goes to the DM of the person and says so', async () => {
  const { delivery, calls, messages } = setUp((call) => call === 'post C1' && refuse('not_in_channel'));
  const posted = await delivery.postCard({ ...CARD, batch: sampleBatch() }, ours);
  assert.deepEqual(posted, { kind: 'posted', announcement: { channelId: 'D1', ts: '2.2', surface: 'dm' } });
  assert.deepEqual(calls, ['post C1', 'post U1']);
  assert.match(messages[0]?.text ?? '', /I can't post in <#C1>/);
});

test('a limit of Slack means later, with the wait that Slack asks for, and nothing is queued', async () => {
  const { delivery, calls } = setUp(() => {
    throw new SlackUnavailableError('chat.update', 30_000);
  });
  for (const step of Object.values(callAll(delivery, BATCH))) {
    assert.deepEqual(await step(), { kind: 'later', retryAfterMs: 30_000 });
  }
  assert.equal(calls.length, 5);
});

test('once another process may hold the batch, nothing is posted', async () => {
  const { delivery, calls } = setUp(
    () => {},
    () => false,
  );
  for (const step of Object.values(callAll(delivery, BATCH))) await assert.rejects(step, LeaseLostError);
  assert.deepEqual(calls, []);
});

test('a batch without a card has no thread', async () => {
  const { delivery, calls } = setUp();
  const { postCard: _, ...rest } = callAll(delivery, sampleBatch());
  for (const [name, step] of Object.entries(rest)) {
    assert.deepEqual((await step()).kind, name === 'updateCard' ? 'updated' : 'cannot_post');
  }
  assert.deepEqual(calls, []);
});

test('a card that was deleted is not updated, and its thread goes on in the channel', async () => {
  const { delivery, calls } = setUp((call) => {
    if (call.startsWith('update')) refuse('message_not_found');
    if (call === 'post C1 in 1.1') refuse('thread_not_found');
  });
  assert.deepEqual(await delivery.updateCard(CARD, ours), { kind: 'updated' });
  assert.deepEqual(await delivery.postFailures(BATCH, FAILED, ours), { kind: 'posted', ts: '2.2' });
  assert.deepEqual(calls, ['update C1 1.1', 'post C1 in 1.1', 'post C1']);
});

test('what the thread cannot take any more goes to the DM of the person', async () => {
  const { delivery, calls, messages } = setUp((call) => call.includes('C1') && refuse('is_archived'));
  assert.deepEqual(await delivery.postFailures(BATCH, FAILED, ours), { kind: 'posted', ts: '2.2' });
  assert.deepEqual(calls, ['post C1 in 1.1', 'post U1']);
  assert.match(messages[0]?.text ?? '', /^2 inboxes from export\.\u200Bcsv: What went wrong\./, 'it says which list');
  assert.deepEqual(await delivery.postResults(BATCH, FAILED, ours), { kind: 'posted' });
  assert.deepEqual(
    calls.slice(2).map((call) => call.split(' ', 2).join(' ')),
    ['upload C1', 'post U1', 'upload D1', 'post C1'],
    'what is meant for the thread is not said in the DM',
  );
});

test('the results and the rows to fix are uploaded into the thread', async () => {
  const { delivery, calls } = setUp();
  assert.deepEqual(await delivery.postResults(BATCH, FAILED, ours), { kind: 'posted' });
  assert.deepEqual(calls, ['upload C1 1.1 export-results.csv,export-to-fix.csv']);
});

test('where the card was deleted, they are uploaded into the channel', async () => {
  const { delivery, calls } = setUp((call) => call.startsWith('upload C1 1.1') && refuse('thread_not_found'));
  assert.deepEqual(await delivery.postResults(BATCH, FAILED, ours), { kind: 'posted' });
  assert.deepEqual(
    calls.map((call) => call.split(' ', 3).join(' ')),
    ['upload C1 1.1', 'upload C1 undefined'],
  );
});

test('without the scope for files the thread says so, with a button to try again, and the batch can end', async () => {
  const { delivery, calls, messages, ignored } = setUp((call) => call.startsWith('upload') && refuse('missing_scope'));
  assert.deepEqual(await delivery.postResults(BATCH, FAILED, ours), { kind: 'cannot_post' });
  assert.deepEqual(calls.slice(1), ['post C1 in 1.1']);
  assert.match(messages[0]?.text ?? '', /An admin can install the app again: it may lack the scope files:write/);
  assert.match(JSON.stringify(messages[0]?.blocks), /batch_results.*BATCH0000001/);
  assert.equal(ignored.length, 1);
});

test('where the bot may post but is no member, the results go to the DM of the person, and the thread says so', async () => {
  const { delivery, calls, messages } = setUp((call) => call.startsWith('upload C1') && refuse('not_in_channel'));
  assert.deepEqual(await delivery.postResults(BATCH, FAILED, ours), { kind: 'posted' });
  assert.deepEqual(
    calls.map((call) => call.split(' ', 2).join(' ')),
    ['upload C1', 'post U1', 'upload D1', 'post C1'],
  );
  assert.match(messages[1]?.text ?? '', /I sent the results to <@U1> in a direct message/);
});

test('the summary falls back to sections where Slack knows no tables', async () => {
  const { delivery, messages } = setUp((_call, message) => {
    if (message?.blocks.some(({ type }) => type === 'table')) refuse('invalid_blocks');
  });
  assert.deepEqual(await delivery.postSummary({ batch: BATCH, failed: FAILED, domains: [] }, ours), {
    kind: 'posted',
    ts: '2.2',
  });
  assert.deepEqual(
    messages.map(({ blocks }) => blocks.map(({ type }) => type)),
    [['section', 'section', 'actions']],
  );
});

test('an earlier summary is replaced; where there was none and nothing failed, none is posted', async () => {
  const again = { ...BATCH, summaryTs: '9.9' };
  for (const [batch, failed, expected] of [
    [BATCH, [], []],
    [again, FAILED, ['update C1 9.9']],
    [again, [], ['update C1 9.9']],
  ] as const) {
    const { delivery, calls } = setUp();
    const ts = batch.summaryTs;
    assert.deepEqual(await delivery.postSummary({ batch, failed: [...failed], domains: [] }, ours), {
      kind: 'posted',
      ts,
    });
    assert.deepEqual(calls, expected);
  }
  const gone = setUp((call) => call.startsWith('update') && refuse('message_not_found'));
  await gone.delivery.postSummary({ batch: again, failed: FAILED, domains: [] }, ours);
  assert.deepEqual(gone.calls, ['update C1 9.9', 'post C1 in 1.1'], 'posted again where it was deleted');
});
