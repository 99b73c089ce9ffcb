import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import type { ClaimedBatch } from '../../../../src/add-inbox/batch/batch.ts';
import type { ConfirmedRow, NewDraft } from '../../../../src/add-inbox/batch/drafts.ts';
import { WORKSPACE } from '../../../../src/add-inbox/keys/key-owner.ts';
import type { Outcome } from '../../../../src/add-inbox/request/outcome.ts';
import type { Database } from '../../../../src/storage/database.ts';
import { createBatchRepository } from '../../../../src/storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../../../../src/storage/requests/batches/draft-repository.ts';
import { createRequestStore } from '../../../../src/storage/requests/request-store.ts';
import { ACCOUNT_TO_ADD } from '../../../add-inbox/request/sample-request.ts';
import { testSealer } from '../../samples.ts';
import { emptyTables, type TestDatabases } from '../../test-databases.ts';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

const LEASE_MS = 60_000;

export function draftOf(name: string, count: number, change: Partial<NewDraft> = {}): NewDraft {
  return {
    id: `batch-${name}`,
    teamId: 'T1',
    userId: 'U1',
    channelId: 'C1',
    resultsChannelId: undefined,
    keyName: WORKSPACE,
    fileName: 'export.csv',
    fixOf: undefined,
    defaults: { inboxType: 'GOOGLE_WORKSPACE' },
    rows: Array.from({ length: count }, (_, index) => ({
      line: index + 2,
      account: { email_address: `a${index}@${name}.com`, smtp_password: `secret-of-${name}-${index}` },
    })),
    ...change,
  };
}

/** The rows of `draftOf(name, count)` as they are confirmed. */
export function rowsOf(name: string, count: number): ConfirmedRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `row-${name}-${index}`,
    line: index + 2,
    retryOf: undefined,
    account: { ...ACCOUNT_TO_ADD, email_address: `a${index}@${name}.com` },
    passwords: { smtp_password: `secret-of-${name}-${index}`, imap_password: 'other' },
  }));
}

export type BatchSetUp = ReturnType<typeof setUpBatches>;

/** What the tests of batches share, with a database that is empty before each of them. To be called in a `describe`. */
export function setUpBatches(databases: TestDatabases) {
  let database: Database;
  let time: number;
  const unreadable: string[] = [];
  before(async () => {
    database = await databases.open();
  });
  after(() => databases.closeAll());
  beforeEach(async () => {
    await emptyTables(database);
    time = 1_700_000_000_000;
    unreadable.length = 0;
  });
  const now = () => time;
  const held = (owner: string) => ({
    database,
    sealer: testSealer,
    owner,
    leaseMs: LEASE_MS,
    now,
    onUnreadable: (id: string) => void unreadable.push(id),
  });
  const drafts = () => createDraftRepository(held('a'));
  const batchesOf = (owner = 'a') => createBatchRepository(held(owner));
  const requestsOf = (owner = 'a') => createRequestStore(held(owner));

  /** Saves and confirms a draft. */
  async function confirm(name: string, count: number, change: Partial<NewDraft> = {}) {
    const draft = draftOf(name, count, change);
    await drafts().save(draft);
    const confirmed = await drafts().confirm(draft, rowsOf(name, count), time + DAY);
    assert.ok(confirmed.kind === 'confirmed');
    return confirmed.batch;
  }

  async function claim(id: string, owner = 'a'): Promise<ClaimedBatch> {
    const claimed = await batchesOf(owner).claimDue(100);
    const found = claimed.find((batch) => batch.id === id) ?? assert.fail(`${id} is not due`);
    for (const other of claimed) if (other !== found) await batchesOf(owner).release(other, time);
    return found;
  }

  /** Confirms a batch and queues its rows. */
  async function startBatch(name: string, count: number, change: Partial<NewDraft> = {}): Promise<ClaimedBatch> {
    const { id } = await confirm(name, count, change);
    return batchesOf().start(await claim(id), 'f');
  }

  /** Makes the row due, and ends it as the worker of requests does. */
  async function settle(id: string, outcome: Outcome): Promise<void> {
    const due = database.kysely.updateTable('requests').set({ not_before: 0, turn_of: null, waits_for: null });
    await due.where('id', '=', id).execute();
    const row = (await requestsOf().claimDue(100)).find((request) => request.id === id) ?? assert.fail();
    await requestsOf().advance(row, { state: 'reported', outcome }, { release: true });
  }

  const countOf = async (table: 'batch_drafts' | 'request_passwords' | 'requests' | 'batches') => {
    const counted = database.kysely.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('count'));
    return (await counted.executeTakeFirstOrThrow()).count;
  };

  const states = async () =>
    Object.fromEntries(
      (await database.kysely.selectFrom('batches').select(['id', 'state']).execute()).map(({ id, state }) => [
        id.replace('batch-', ''),
        state,
      ]),
    );

  return {
    kind: databases.kind,
    db: () => database,
    now,
    pass: (ms: number) => {
      time += ms;
    },
    unreadable: () => unreadable,
    drafts,
    batchesOf,
    requestsOf,
    confirm,
    claim,
    startBatch,
    settle,
    countOf,
    states,
    rows: () => database.kysely.selectFrom('requests').selectAll().orderBy('line').orderBy('id').execute(),
  };
}
