import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, BatchCounts } from '../../../src/add-inbox/batch/batch.ts';
import { renderCard } from '../../../src/slack/batches/card.ts';
import { sampleBatch, sampleCounts } from '../../add-inbox/batch/sample-batch.ts';
import { assertMessage, textsOf } from '../blocks/block-kit.ts';
import { HOSTILE, LONGEST } from '../examples.ts';

const NOW = Date.UTC(2026, 0, 2, 14, 0);
const MINUTE = 60_000;

type Shown = {
  batch?: Partial<Batch>;
  counts?: Partial<BatchCounts>;
  waitsForKey?: boolean;
  endsAt?: number | undefined;
};

function render({ batch, counts, waitsForKey = false, endsAt }: Shown) {
  const card = {
    batch: sampleBatch({
      state: 'running',
      total: 240,
      confirmedAt: NOW - 3 * MINUTE,
      announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' },
      ...batch,
    }),
    progress: { counts: sampleCounts(counts), waitsForKey },
    endsAt,
  };
  const message = renderCard(card, NOW);
  assertMessage(message);
  const seen = [...textsOf(message, 'mrkdwn'), ...textsOf(message, 'plain_text')].join('\n');
  return { message, seen, json: JSON.stringify(message) };
}

test('while it runs, it shows how far it is, when it ends, and a button to stop the rest', () => {
  const { seen, message, json } = render({
    counts: { added: 124, refused: 3, unknown: 1, unsettled: 112 },
    endsAt: NOW + MINUTE,
  });
  assert.match(seen, /⏳ \*Adding 240 inboxes\*\nRequested by <@U1> · about 1 minute left, until <!date\^/);
  assert.match(seen, /`█{10}░{10}` 128 of 240/);
  assert.match(seen, /✅ \*124\* added {6}❌ \*3\* not added {6}❓ \*1\* unknown/);
  assert.match(seen, /112 inboxes are not sent yet\. We delete their passwords\./);
  assert.match(json, /"action_id":"batch_stop".*"value":"BATCH0000001".*"confirm"/);
  assert.match(
    message.text,
    /^Adding 240 inboxes\. 128 of 240\. 124 added\. 3 not added\. 1 unknown\. Requested by <@U1>/,
  );
});

test('the end is named in minutes, hours or days, with its date where it is not today', () => {
  const saidFor = (leftMs: number) => render({ counts: { unsettled: 240 }, endsAt: NOW + leftMs }).seen;
  assert.match(saidFor(5_000), /less than a minute left, until <!date\^\d+\^\{time\}/);
  assert.match(saidFor(-5_000), /less than a minute left/);
  assert.match(saidFor(50 * MINUTE), /about 50 minutes left/);
  assert.match(saidFor(5 * 60 * MINUTE), /about 5 hours left, until <!date\^\d+\^\{time\}/);
  assert.match(saidFor(72 * 60 * MINUTE), /about 3 days left, until <!date\^\d+\^\{date_short_pretty\} at \{time\}/);
});

test('it says what holds it up: other lists, or a key', () => {
  const others = render({ batch: { state: 'waiting' }, counts: { unsettled: 240 } });
  assert.match(
    others.seen,
    /🕒 \*Waiting to add 240 inboxes\*[\s\S]*Other lists come first\. Then I start on my own\./,
  );
  assert.match(others.json, /batch_stop/);
  const key = render({ counts: { added: 2, unsettled: 238 }, waitsForKey: true });
  assert.match(key.seen, /🔑 \*Waiting to add 238 inboxes\*/);
  assert.match(key.seen, /An admin or owner of this workspace can add another key in my Home tab/);
  const keyName = { kind: 'client', name: 'Globex', channelId: 'C1' } as const;
  assert.match(
    render({ batch: { keyName }, counts: { unsettled: 240 }, waitsForKey: true }).seen,
    /client has no API key/,
  );
});

test('at its end it says how many were added, how long it took and what a person should do', () => {
  const some = render({ counts: { added: 228, exists: 3, refused: 8, unknown: 1 } });
  assert.match(some.seen, /✅ \*228 of 240 inboxes added\*\nRequested by <@U1> · took about 3 minutes/);
  assert.match(
    some.seen,
    /ℹ️ \*3\* in ColdSend already {6}❌ \*8\* not added {6}❓ \*1\* unknown\n9 need you: see the thread\./,
  );
  assert.doesNotMatch(some.json, /batch_stop|\*228\* added/);
  const all = render({ counts: { added: 240 } });
  assert.match(all.seen, /✅ \*All 240 inboxes added\*/);
  assert.equal(all.message.blocks.length, 2, 'no counts');
  assert.match(render({ batch: { total: 1 }, counts: { added: 1 } }).seen, /✅ \*1 inbox added\*/);
  const none = render({ counts: { refused: 240 } });
  assert.match(none.seen, /❌ \*None of 240 inboxes added\*[\s\S]*240 need you/);
  assert.match(
    render({ counts: { exists: 240 } }).seen,
    /ℹ️ \*None of 240 inboxes added\*[\s\S]*\*240\* in ColdSend already/,
  );
  assert.doesNotMatch(render({ batch: { areResultsPosted: true }, counts: { added: 240 } }).seen, /took/);
});

test('stopped, it says by whom, what is on its way and what to do about the rest', () => {
  const batch = { state: 'stopped', stoppedBy: 'U2' } as const;
  const ending = render({ batch, counts: { added: 131, stopped: 105, unsettled: 4 } });
  assert.match(ending.seen, /⏹️ \*Stopped: 131 of 240 inboxes added\*\nStopped by <@U2> · Requested by <@U1>/);
  assert.match(ending.seen, /4 inboxes still on the way to ColdSend\./);
  assert.doesNotMatch(ending.json, /batch_stop/);
  const ended = render({ batch, counts: { added: 131, refused: 3, unknown: 1, stopped: 105 } });
  assert.match(
    ended.seen,
    /⏹️ \*105\* not sent\n4 need you: see the thread\.\nTo add the other 105, use the file again\./,
  );
});

test('names of files and clients are never markup, and the longest fit', () => {
  for (const name of [HOSTILE, LONGEST, '']) {
    const keyName = { kind: 'client', name: `c${name}`, channelId: 'C1' } as const;
    for (const counts of [{ unsettled: 240 }, { added: 1, exists: 1, refused: 1, stopped: 1 }]) {
      const { message } = render({ batch: { fileName: name, keyName }, counts });
      assert.doesNotMatch(textsOf(message, 'mrkdwn').join('\n'), /evil|U666/);
      assert.doesNotMatch(message.text, /<!channel>|<https/);
    }
  }
  assert.match(render({ batch: { fileName: undefined }, counts: { added: 240 } }).seen, /pasted rows/);
});

test('in a direct message it says why it is there', () => {
  const announcement = { channelId: 'D1', ts: '1.1', surface: 'dm' } as const;
  const { seen } = render({ batch: { announcement }, counts: { added: 240 } });
  assert.match(seen, /I can't post in <#C1>, so you get this message here/);
});
