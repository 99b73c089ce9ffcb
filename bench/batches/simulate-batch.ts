import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBatchWorker } from '../../src/add-inbox/batch/batch-worker.ts';
import { type BatchDelivery, createDoBatchStep } from '../../src/add-inbox/batch/do-batch-step.ts';
import { createDrafts } from '../../src/add-inbox/batch/drafts.ts';
import { WORKSPACE } from '../../src/add-inbox/keys/key-owner.ts';
import { createDoStep } from '../../src/add-inbox/request/do-step.ts';
import { createWorker } from '../../src/add-inbox/worker/worker.ts';
import { openDatabase } from '../../src/storage/open-database.ts';
import { createRateLimitRepository } from '../../src/storage/rate-limit/rate-limit-repository.ts';
import { createBatchRepository } from '../../src/storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../../src/storage/requests/batches/draft-repository.ts';
import { createRequestStore } from '../../src/storage/requests/request-store.ts';
import { createSealer } from '../../src/storage/sealing/sealing.ts';
import { createColdsendKeyRepository } from '../../src/storage/workspaces/coldsend-key-repository.ts';
import { after, COLDSEND_MS, createLimitedColdsend, LIMITS, SLACK_MS } from '../backlog.ts';
import { SEALING_KEY, TEAM_ID } from '../workloads.ts';

const TICK_MS = 250;
/** What the code under test does between two timers gets so many turns of the event loop. */
const TURNS_A_TICK = 5;

export type SimulatedBatch = {
  rows: number;
  seconds: number;
  /** What 95 % of ColdSend's limit allows at best. */
  allowedSeconds: number;
  /** Requests that ColdSend answered with 429. */
  refused: number;
  messages: number;
  updates: number;
};

/**
 * A confirmed batch in simulated time: the bot's workers and its SQLite, a Slack and a ColdSend that take their time, ColdSend
 * counting its own limits.
 */
export async function simulateBatch(rows: number): Promise<SimulatedBatch> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-batch-'));
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000 });
  const sealer = createSealer([SEALING_KEY]);
  const held = { sealer, owner: 'benchmark', leaseMs: 4_000, now: Date.now };
  const database = await openDatabase(`sqlite:${join(folder, 'bot.db')}`, { sealer });
  const requests = createRequestStore({ database, ...held });
  const batches = createBatchRepository({ database, ...held });
  const keys = createColdsendKeyRepository({ db: database, sealer, now: Date.now });
  const slots = createRateLimitRepository({ database, limits: LIMITS, ...held });
  await keys.save({
    ...{ teamId: TEAM_ID, owner: WORKSPACE, apiKey: 'cs_live_1', storedBy: 'U1', status: 'works', missingScopes: [] },
  });
  const coldsend = createLimitedColdsend();
  const count = { messages: 0, updates: 0 };
  let finishedAt: number | undefined;
  const onError = (_about: unknown, error: unknown): void => {
    throw error;
  };
  const common = {
    onError,
    now: Date.now,
    monotonicNow: Date.now,
    random: () => 0.5,
    leaseMs: Number.POSITIVE_INFINITY,
  };
  const worker = createWorker({
    ...{ requests, claimQueued: slots.claimQueued, maxAtOnce: 200, ...common },
    createSteps: (isStillOurs) =>
      createDoStep({
        ...{ requests, keys, slots, delivery: NO_MESSAGES, addSenderAccount: coldsend.add, isStillOurs, ...common },
        checkPermission: async () => ({ kind: 'may' }),
        onStep: () => {},
        onSettled: () => {},
      }),
  });
  const batchWorker = createBatchWorker({
    ...{ batches, ...common },
    createStep: (isStillOurs) =>
      createDoBatchStep({
        ...{ batches, keys, estimateEnd: slots.estimateEnd, delivery: countMessages(count), isStillOurs, ...common },
        judgeDomains: undefined,
        onStarted: worker.wake,
        onStep: (_batch, step) => {
          if (step === 'finish') finishedAt ??= Date.now();
        },
      }),
  });
  const drafts = createDrafts({
    store: createDraftRepository({ database, sealer, now: Date.now }),
    listFailed: batches.listFailed,
    findServers: async () => ({ kind: 'not_found' }),
    listPresets: async () => [],
    limits: LIMITS,
    newId: randomUUID,
    onConfirmed: batchWorker.wake,
    pause: nextTurn,
    now: Date.now,
  });
  const { id } = await drafts.prepare({
    ...{ teamId: TEAM_ID, userId: 'U1', channelId: 'C1', resultsChannelId: undefined, keyName: WORKSPACE },
    ...{ fileName: undefined, fixOf: undefined, defaults: {}, rows: makeRows(rows) },
  });
  worker.start();
  batchWorker.start();
  const start = Date.now();
  const allowedMs = drafts.timeFor(rows - 1) + COLDSEND_MS;
  await drafts.confirm(
    { teamId: TEAM_ID, userId: 'U1', id },
    { withHeld: false, withRefused: false, dailyLimit: undefined },
  );
  while (finishedAt === undefined && Date.now() - start < 2 * allowedMs) {
    mock.timers.tick(TICK_MS);
    for (let turn = 0; turn < TURNS_A_TICK; turn += 1) await nextTurn();
  }
  const stopped = Promise.all([worker.stop(0), batchWorker.stop(0)]);
  mock.timers.tick(TICK_MS);
  await stopped;
  mock.timers.reset();
  await database.close();
  rmSync(folder, { recursive: true });
  const seconds = ((finishedAt ?? Number.POSITIVE_INFINITY) - start) / 1000;
  return { rows, seconds, allowedSeconds: allowedMs / 1000, refused: coldsend.refused(), ...count };
}

function makeRows(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    line: index + 2,
    account: {
      email_address: `jane-${index}@acme.com`,
      display_name: 'Jane Doe',
      inbox_type: 'GOOGLE_WORKSPACE' as const,
      smtp_password: 'abcd efgh ijkl mnop',
    },
  }));
}

/** Rows have none of their own. */
const NO_MESSAGES = {
  announce: async () => ({ kind: 'cannot_post' as const }),
  reply: async () => ({ kind: 'cannot_post' as const }),
  refresh: async () => ({ kind: 'refreshed' as const }),
};

function countMessages(count: { messages: number; updates: number }): BatchDelivery {
  const post = async <T>(answer: T): Promise<T> => {
    count.messages += 1;
    return after(SLACK_MS, answer);
  };
  return {
    postCard: () => post({ kind: 'posted', announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' as const } }),
    updateCard: () => {
      count.updates += 1;
      return after(SLACK_MS, { kind: 'updated' });
    },
    postFailures: () => post({ kind: 'posted', ts: '1.2' }),
    postResults: () => post({ kind: 'posted' }),
    postSummary: () => post({ kind: 'posted', ts: '1.3' }),
  };
}
