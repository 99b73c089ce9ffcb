import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Batch, BatchRow } from '../../../src/add-inbox/batch/batch.ts';
import { LeaseLostError } from '../../../src/add-inbox/request/request.ts';
import { sampleKey } from '../keys/sample-key.ts';
import { ACCOUNT_TO_ADD } from '../request/sample-request.ts';
import { ADDED } from '../worker/world/request-world.ts';
import { ANNOUNCEMENT, claimedBatch, NOW, OPEN_KEY, progressOf, setUp, type World } from './batch-step-world.ts';
import { sampleRow } from './sample-batch.ts';

const OVER = progressOf({ added: 1, refused: 1 });
const SHOWN_OVER = { ...OVER, state: 'running', at: NOW } as const;
const UNSENT = progressOf({ unsettled: 2 });

const later = { kind: 'later', retryAfterMs: 7_000 } as const;
const LATER: World['delivery'] = {
  postCard: async () => later,
  updateCard: async () => later,
  postFailures: async () => later,
  postResults: async () => later,
  postSummary: async () => later,
};
const cannot = { kind: 'cannot_post' } as const;
const CANNOT_POST: World['delivery'] = {
  postCard: async () => cannot,
  updateCard: async () => cannot,
  postFailures: async () => cannot,
  postResults: async () => cannot,
  postSummary: async () => cannot,
};

const running = (change: Partial<Batch> = {}) => claimedBatch({ state: 'running', ...change });

/** Each step that posts: its commits, and those where the bot may post nowhere. */
const STEPS = [
  {
    step: 'card',
    batch: running(),
    progress: UNSENT,
    calls: [
      'card 60000',
      commit({ announcement: ANNOUNCEMENT, shown: { ...UNSENT, state: 'running', at: NOW }, tries: 0 }),
    ],
    nowhere: commit({ shown: { ...UNSENT, state: 'running', at: NOW }, tries: 0 }),
  },
  {
    step: 'update of the card',
    batch: running({ shown: { ...UNSENT, state: 'running', at: 0 } }),
    progress: OVER,
    calls: ['update "no end"', commit({ shown: SHOWN_OVER, tries: 0 })],
    nowhere: commit({ shown: SHOWN_OVER, tries: 0 }),
  },
  {
    step: 'failures',
    batch: running({ shown: SHOWN_OVER }),
    progress: OVER,
    calls: ['failures 1', commit({ failuresTs: '1.2', tries: 0 })],
    nowhere: commit({ failuresTs: 'none', tries: 0 }),
  },
  {
    step: 'results',
    batch: running({ shown: SHOWN_OVER, failuresTs: '1.2' }),
    progress: OVER,
    calls: ['results 3', commit({ areResultsPosted: true, tries: 0 })],
    nowhere: commit({ areResultsPosted: true, tries: 0 }),
  },
  {
    step: 'summary',
    batch: running({ shown: SHOWN_OVER, failuresTs: '1.2', areResultsPosted: true }),
    progress: OVER,
    calls: ['summary 1', commit({ state: 'finished', finishedAt: NOW, summaryTs: '1.3' })],
    nowhere: commit({ state: 'finished', finishedAt: NOW }),
  },
] as const;

function commit(change: object): string {
  return `commit ${JSON.stringify(change)}`;
}

/** Only their lines and number count here. */
const rowsOf = (count: number) => {
  const of = (line: number) => ({ line, requestId: `R${line}`, outcome: undefined, isAddedBefore: false });
  return Array.from({ length: count }, (_, index) => ({ ...of(index + 2), account: ACCOUNT_TO_ADD }));
};

for (const { step, batch, progress, calls: expected, nowhere } of STEPS) {
  test(`the ${step} is posted, and then committed`, async () => {
    const rows = rowsOf(3);
    const { doStep, calls } = setUp({ progress, rows, batches: { listFailed: async () => rows.slice(0, 1) } });
    assert.ok(await doStep(batch));
    assert.deepEqual(calls, expected);
  });

  test(`where Slack takes the ${step} later, the batch waits for as long as Slack says`, async () => {
    const { doStep, calls } = setUp({ progress, delivery: LATER });
    assert.equal(await doStep({ ...batch, tries: 2 }), undefined);
    assert.deepEqual(calls, ['release 7000 3']);
  });

  test(`where the ${step} can be posted nowhere, the batch goes on without`, async () => {
    const { doStep, calls } = setUp({ progress, delivery: CANNOT_POST });
    assert.ok(await doStep(batch));
    assert.deepEqual(calls, [nowhere]);
  });
}

test('each post asks right before whether the batch is still ours', async () => {
  const delivery: World['delivery'] = {
    postCard: async (_card, isStillOurs) => {
      if (!isStillOurs()) throw new LeaseLostError('x');
      return cannot;
    },
  };
  const { doStep, calls } = setUp({ delivery, isStillOurs: () => false });
  await assert.rejects(doStep(running()), LeaseLostError);
  assert.deepEqual(calls, []);
});

test('a confirmed batch queues its rows for its key', async () => {
  const { doStep, calls } = setUp();
  assert.equal((await doStep(claimedBatch({ state: 'waiting' })))?.state, 'running');
  assert.deepEqual(calls, ['start "f"', 'rows queued']);
});

test('a batch that may not start yet posts its card, and looks again later', async () => {
  const { doStep, calls } = setUp({ batches: { mayStart: async () => false } });
  const next = await doStep(claimedBatch({ state: 'waiting' }));
  assert.deepEqual([next?.shown?.state, calls[0]], ['waiting', 'card "no end"']);
  assert.equal(await doStep(next ?? assert.fail()), undefined);
  assert.equal(calls.at(-1), 'release 5000 0');
});

for (const [name, status] of [
  ['is missing', undefined],
  ['was refused', 'refused'],
  ['can’t be read', 'unreadable'],
] as const) {
  test(`where the key ${name}, the rows wait for another one`, async () => {
    const keys = {
      find: async () => status && sampleKey({ status }),
      open: async () => assert.fail('a key that can’t be used is not opened'),
    };
    const { doStep, calls } = setUp({ keys });
    await doStep(claimedBatch({ state: 'waiting' }));
    assert.deepEqual(calls, ['start ', 'rows queued']);
  });
}

test('a key that is stored while the batch starts queues the rows after all', async () => {
  const found = [undefined, sampleKey()];
  const keys = { find: async () => found.shift(), open: async () => OPEN_KEY };
  const { doStep, calls } = setUp({ keys });
  assert.equal((await doStep(claimedBatch({ state: 'waiting' })))?.state, 'running');
  assert.deepEqual(calls, ['start ', 'start "f"', 'rows queued']);
});

test('the card says when it ends only while rows are being sent', async () => {
  for (const [batch, progress, end] of [
    [running(), UNSENT, '60000'],
    [running(), progressOf({ unsettled: 2 }, true), '"no end"'],
    [running({ state: 'stopped' }), UNSENT, '"no end"'],
    [running(), OVER, '"no end"'],
  ] as const) {
    const { doStep, calls } = setUp({ progress });
    await doStep(batch);
    assert.equal(
      calls.find((call) => call.startsWith('card')),
      `card ${end}`,
    );
  }
});

test('a stopped batch ends the rows that came back, before it looks at its progress', async () => {
  const { doStep, calls } = setUp({ progress: OVER });
  await doStep(running({ state: 'stopped' }));
  assert.equal(calls[0], 'stop rows');
});

test('a draft waits for half an hour, and is discarded then', async () => {
  const { doStep, calls } = setUp();
  assert.equal(await doStep(claimedBatch({ state: 'draft', createdAt: NOW - 1_000 })), undefined);
  assert.equal(await doStep(claimedBatch({ state: 'draft', createdAt: NOW - 30 * 60_000 })), undefined);
  assert.deepEqual(calls, [`release ${30 * 60_000 - 1_000} 0`, 'discard']);
});

test('the summary gets what is known of the domains of added rows', async () => {
  const row = (line: number, outcome: BatchRow['outcome']) =>
    sampleRow({ line, outcome, account: { ...ACCOUNT_TO_ADD, email_address: `jane@d${line}.com` } });
  const rows = [row(2, ADDED), row(3, { kind: 'expired' }), row(4, ADDED)];
  const verdict = { mx: 'found', spf: 'good', dmarc: 'enforced', dkim: 'found' } as const;
  const judgeDomains: World['judgeDomains'] = async (_batch, accounts) =>
    accounts.map(({ email_address }) => ({ domain: email_address.slice('jane@'.length), verdict }));
  const { doStep, calls } = setUp({ progress: OVER, rows, judgeDomains });
  await doStep(running({ shown: SHOWN_OVER, failuresTs: '1.2', areResultsPosted: true }));
  assert.equal(calls[0], 'summary 3 "d2.com" "d4.com"');
});

test('a summary with nothing in it keeps the earlier one', async () => {
  const delivery: World['delivery'] = { postSummary: async () => ({ kind: 'posted', ts: undefined }) };
  const { doStep, calls } = setUp({ progress: OVER, delivery });
  await doStep(running({ shown: SHOWN_OVER, failuresTs: '1.2', areResultsPosted: true, summaryTs: '0.9' }));
  assert.deepEqual(calls, [commit({ state: 'finished', finishedAt: NOW })]);
});
