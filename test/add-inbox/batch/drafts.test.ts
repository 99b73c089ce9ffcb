import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoginVerdict } from '../../../src/add-inbox/account/login-verdict.ts';
import type { Batch, BatchRow } from '../../../src/add-inbox/batch/batch.ts';
import {
  type CheckLogins,
  type ConfirmedRow,
  createDrafts,
  type DraftStore,
  type NewDraft,
} from '../../../src/add-inbox/batch/drafts.ts';
import { EXPIRES_AFTER_MS } from '../../../src/add-inbox/request/next-step.ts';
import { ACCOUNT_TO_ADD } from '../request/sample-request.ts';
import { sampleBatch } from './sample-batch.ts';

const NOW = 1_000;
const KEY = { teamId: 'T1', userId: 'U1', id: 'ID1' };
const CHOICES = { withHeld: false, withRefused: false, dailyLimit: undefined };

const GOOGLE = { inbox_type: 'GOOGLE_WORKSPACE', smtp_password: 'abcdefghijklmnop' } as const;
const jane = { line: 2, account: { email_address: 'Jane@acme.com', ...GOOGLE } };
const bob = { line: 3, account: { email_address: 'bob@acme.com', ...GOOGLE, daily_limit: '25' } };
const microsoft = {
  line: 4,
  account: { email_address: 'eve@acme.com', inbox_type: 'OUTLOOK_365', smtp_password: 'p' } as const,
};
const wrong = { line: 5, account: { email_address: 'nobody' } };

/** Drafts of one person; the store remembers the last one and what was confirmed. */
function setUp({
  waiting = [],
  failed = [],
  limits = [{ requests: 100, seconds: 60 }],
  answer,
}: {
  waiting?: string[];
  failed?: BatchRow[];
  limits?: { requests: number; seconds: number }[];
  answer?: Awaited<ReturnType<DraftStore['open']>>;
} = {}) {
  let ids = 0;
  const saved: NewDraft[] = [];
  const committed: { rows: ConfirmedRow[]; expiresAt: number }[] = [];
  const told: Batch[] = [];
  const drafts = createDrafts({
    store: {
      save: async (draft) => void saved.push(draft),
      open: async () => {
        const draft = saved.at(-1);
        if (answer !== undefined || draft === undefined) return answer ?? { kind: 'gone' };
        const { rows, defaults, ...rest } = draft;
        return { kind: 'open', batch: sampleBatch(rest), rows: [...rows], defaults };
      },
      discard: async () => {},
      confirm: async (_key, rows, expiresAt) => {
        const earlier = told.at(-1);
        if (rows.length === 0) return earlier === undefined ? { kind: 'gone' } : { kind: 'repeated', batch: earlier };
        committed.push({ rows, expiresAt });
        return { kind: 'confirmed', batch: sampleBatch({ state: 'waiting' }) };
      },
      listWaiting: async () => new Set(waiting),
    },
    findServers: async () => ({ kind: 'not_found' }),
    listPresets: async () => [],
    listFailed: async (teamId, batchId) => {
      assert.deepEqual([teamId, batchId], ['T1', 'B0']);
      return failed;
    },
    limits,
    newId: () => {
      ids += 1;
      return `ID${ids}`;
    },
    onConfirmed: (batch) => void told.push(batch),
    pause: async () => {},
    now: () => NOW,
  });
  const prepare = (rows: NewDraft['rows'], change: Partial<NewDraft> = {}, checkLogins?: CheckLogins) => {
    const { id: _id, keyName, ...batch } = sampleBatch();
    return drafts.prepare({ ...batch, keyName, defaults: {}, rows, ...change }, checkLogins);
  };
  return { drafts, prepare, saved, committed, told };
}

test('rows are checked and kept as they were read, unless none of them can be added', async () => {
  const { prepare, saved } = setUp();
  const { id, checked } = await prepare([jane, wrong]);
  assert.deepEqual(
    checked.map(({ line, kind }) => [line, kind]),
    [
      [2, 'ready'],
      [5, 'to_fix'],
    ],
  );
  assert.deepEqual([saved.length, saved[0]?.id, saved[0]?.rows], [1, id, [jane, wrong]]);
  await prepare([wrong]);
  assert.equal(saved.length, 1);
});

test('confirming commits what is ready, with ids and passwords of its own, and says so once it is committed', async () => {
  const { drafts, prepare, committed, told } = setUp();
  await prepare([jane, bob, microsoft, wrong]);
  assert.equal((await drafts.confirm(KEY, CHOICES)).kind, 'confirmed');
  const rows = committed[0]?.rows ?? [];
  assert.deepEqual(
    rows.map(({ id, line, retryOf }) => [id, line, retryOf]),
    [
      ['ID2', 2, undefined],
      ['ID3', 3, undefined],
    ],
  );
  assert.deepEqual(rows[0]?.passwords, { smtp_password: 'abcdefghijklmnop', imap_password: 'abcdefghijklmnop' });
  assert.ok(!JSON.stringify(rows[0]?.account).includes('abcdefghijklmnop'));
  assert.equal(told.length, 1);
});

test('rows that are held are added on wish, and the daily limit is for rows without one', async () => {
  const { drafts, prepare, committed } = setUp();
  await prepare([jane, bob, microsoft], { defaults: { dailyLimit: 10 } });
  await drafts.confirm(KEY, { withHeld: true, withRefused: false, dailyLimit: 40 });
  await drafts.confirm(KEY, CHOICES);
  assert.deepEqual(
    committed.map(({ rows }) => rows.map(({ line, account }) => [line, account.daily_limit])),
    [
      [
        [2, 40],
        [3, 25],
        [4, 40],
      ],
      [
        [2, 10],
        [3, 25],
      ],
    ],
  );
});

test('an address that waits since the preview is left out, and a draft of which nothing is left is gone', async () => {
  const waiting: string[] = [];
  const { drafts, prepare, committed, saved } = setUp({ waiting });
  await prepare([jane, bob]);
  waiting.push('jane@acme.com');
  await drafts.confirm(KEY, CHOICES);
  assert.deepEqual(
    committed[0]?.rows.map(({ line }) => line),
    [3],
  );
  const late = setUp({ waiting: ['bob@acme.com', 'jane@acme.com'] });
  late.saved.push(...saved);
  assert.deepEqual(await late.drafts.confirm(KEY, CHOICES), { kind: 'gone' });
});

test('of two presses at once, the second is answered as the first, though its rows are on the way by then', async () => {
  const waiting: string[] = [];
  const { drafts, prepare, committed, told } = setUp({ waiting });
  await prepare([jane]);
  await drafts.confirm(KEY, CHOICES);
  waiting.push('jane@acme.com');
  assert.deepEqual(await drafts.confirm(KEY, CHOICES), { kind: 'repeated', batch: told[0] });
  assert.equal(committed.length, 1);
});

test('a draft that is confirmed or discarded is answered as the store says, and nothing is committed', async () => {
  for (const answer of [{ kind: 'gone' }, { kind: 'repeated', batch: sampleBatch({ state: 'finished' }) }] as const) {
    const { drafts, committed, told } = setUp({ answer });
    assert.deepEqual(await drafts.confirm(KEY, CHOICES), answer);
    assert.deepEqual([committed, told], [[], []]);
  }
});

test('rows expire after a day and the time that the limits need, with 5 % left to others and what waits already', async () => {
  for (const [limits, waiting, extra] of [
    [[{ requests: 100, seconds: 60 }], [], 0],
    // One slot is left for batches, and each counts for 61 s.
    [[{ requests: 1, seconds: 60 }], [], 2 * 61_000],
    [[{ requests: 1, seconds: 60 }], ['x@x.com'], 3 * 61_000],
  ] as const) {
    const { drafts, prepare, committed } = setUp({ limits: [...limits], waiting: [...waiting] });
    await prepare([jane, bob]);
    await drafts.confirm(KEY, CHOICES);
    assert.equal(committed[0]?.expiresAt, NOW + EXPIRES_AFTER_MS + extra);
  }
});

test('fixed rows replace the failed ones of the same address, whatever its case, and no other', async () => {
  const of = { outcome: undefined, isAddedBefore: false };
  const failed = [
    { ...of, line: 17, requestId: 'FAILED', account: { ...ACCOUNT_TO_ADD, email_address: 'JANE@acme.com' } },
  ];
  const { drafts, prepare, committed } = setUp({ failed });
  const { checked } = await prepare([jane, bob, wrong], { fixOf: 'B0' });
  assert.deepEqual(
    checked.map(({ line, kind }) => [line, kind]),
    [
      [2, 'ready'],
      [3, 'not_failed'],
      [5, 'to_fix'],
    ],
  );
  await drafts.confirm(KEY, CHOICES);
  assert.deepEqual(
    committed[0]?.rows.map(({ line, retryOf, account }) => [line, retryOf, account.email_address]),
    [[17, 'FAILED', 'Jane@acme.com']],
  );
});

test('logins are checked of the rows that are ready; a refused one is kept with the draft, and added on wish', async () => {
  const { drafts, prepare, committed, saved } = setUp();
  const refused: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'imap_off' } };
  const unsure: LoginVerdict = { smtp: { kind: 'works' }, imap: { kind: 'unknown', reason: 'no_answer' } };
  const asked: unknown[] = [];
  const { checked } = await prepare([jane, bob, microsoft, wrong], {}, async (accounts) => {
    asked.push(...accounts.map((account) => [account.email_address, account.smtp_password]));
    return [refused, unsure];
  });
  assert.deepEqual(asked, [
    ['Jane@acme.com', GOOGLE.smtp_password],
    ['bob@acme.com', GOOGLE.smtp_password],
  ]);
  assert.deepEqual(
    checked.map((row) => [row.line, row.kind, 'login' in row ? row.login : undefined]),
    [
      [2, 'login_refused', refused],
      [3, 'ready', unsure],
      [4, 'held', undefined],
      [5, 'to_fix', undefined],
    ],
  );
  assert.deepEqual(saved[0]?.rows, [{ ...jane, login: refused }, { ...bob, login: unsure }, microsoft, wrong]);
  await drafts.confirm(KEY, CHOICES);
  await drafts.confirm(KEY, { ...CHOICES, withRefused: true });
  await drafts.confirm(KEY, { ...CHOICES, withHeld: true });
  assert.deepEqual(
    committed.map(({ rows }) => rows.map(({ line }) => line)),
    [[3], [2, 3], [3, 4]],
  );
});

test('no login is checked where no row is ready, and nothing is kept where nobody waits for it any more', async () => {
  const { prepare, saved } = setUp();
  await prepare([microsoft, wrong], {}, () => assert.fail());
  assert.equal(saved.length, 1);
  const gone = new Error('the page is closed');
  await assert.rejects(
    prepare([jane], {}, () => Promise.reject(gone)),
    gone,
  );
  assert.equal(saved.length, 1);
});
