import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WORKSPACE } from '../src/add-inbox/keys/key-owner.ts';
import type { Delivery } from '../src/add-inbox/request/deliver.ts';
import { createDoStep } from '../src/add-inbox/request/do-step.ts';
import type { SendResult } from '../src/add-inbox/request/outcome.ts';
import { createWorker } from '../src/add-inbox/worker/worker.ts';
import { openDatabase } from '../src/storage/open-database.ts';
import { createRateLimitRepository } from '../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestRepository } from '../src/storage/requests/request-repository.ts';
import { createSealer } from '../src/storage/sealing/sealing.ts';
import { createColdsendKeyRepository } from '../src/storage/workspaces/coldsend-key-repository.ts';
import { ACCOUNT_TO_ADD } from '../test/add-inbox/request/sample-request.ts';
import { SEALING_KEY, TEAM_ID } from './workloads.ts';

export const LIMITS = [
  { requests: 100, seconds: 60 },
  { requests: 1000, seconds: 3600 },
];
export const COLDSEND_MS = 2_000;
export const SLACK_MS = 100;
const TICK_MS = 50;
/** What the code under test does between two timers gets so many turns of the event loop. */
const TURNS_A_TICK = 5;
const GIVE_UP_MS = 3_600_000;

export type Backlog = { requests: number; seconds: number; allowedSeconds: number; refused: number };

/**
 * So many requests that were accepted while nobody worked, in simulated time: the bot's worker and its SQLite, a Slack and a
 * ColdSend that take their time, ColdSend counting its own limit.
 *
 * @returns when the last thread had its reply, what ColdSend's limit allows at best, and how often ColdSend had to refuse
 */
export async function simulateBacklog(count: number): Promise<Backlog> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-backlog-'));
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000 });
  const start = Date.now();
  const sealer = createSealer([SEALING_KEY]);
  const held = { sealer, owner: 'benchmark', leaseMs: 4_000, now: Date.now };
  const database = await openDatabase(`sqlite:${join(folder, 'bot.db')}`, { sealer });
  const requests = createRequestRepository({ db: database, ...held });
  const keys = createColdsendKeyRepository({ db: database, sealer, now: Date.now });
  const slots = createRateLimitRepository({ database, limits: LIMITS, ...held });
  await keys.save({
    teamId: TEAM_ID,
    owner: WORKSPACE,
    apiKey: 'cs_live_1',
    storedBy: 'U1',
    status: 'works',
    missingScopes: [],
  });
  for (let index = 0; index < count; index += 1) await requests.release(await accept(index));

  let replied = 0;
  let lastReplyAt = start;
  const delivery: Delivery = {
    announce: () =>
      after(SLACK_MS, { kind: 'announced', announcement: { channelId: 'C1', ts: '1.1', surface: 'channel' } }),
    reply: async () => {
      await after(SLACK_MS, undefined);
      replied += 1;
      lastReplyAt = Date.now();
      return { kind: 'replied', ts: '1.2' };
    },
    refresh: () => after(SLACK_MS, { kind: 'refreshed' }),
  };
  const coldsend = createLimitedColdsend();
  const onError = (_request: unknown, error: unknown): void => {
    throw error;
  };
  const worker = createWorker({
    requests,
    claimQueued: slots.claimQueued,
    createSteps: (isStillOurs) =>
      createDoStep({
        requests,
        keys,
        checkPermission: async () => ({ kind: 'may' }),
        slots,
        delivery,
        addSenderAccount: coldsend.add,
        isStillOurs,
        onStep: () => {},
        onSettled: () => {},
        onError,
        now: Date.now,
        random: () => 0.5,
      }),
    onError,
    now: Date.now,
    monotonicNow: Date.now,
    random: () => 0.5,
    // As many as the bot has.
    maxAtOnce: 200,
    leaseMs: Number.POSITIVE_INFINITY,
  });
  worker.start();
  while (replied < count && Date.now() - start < GIVE_UP_MS) {
    mock.timers.tick(TICK_MS);
    for (let turn = 0; turn < TURNS_A_TICK; turn += 1) await nextTurn();
  }
  const stopped = worker.stop(0);
  mock.timers.tick(TICK_MS);
  await stopped;
  mock.timers.reset();
  await database.close();
  rmSync(folder, { recursive: true });
  return {
    requests: count,
    seconds: (lastReplyAt - start) / 1000,
    allowedSeconds: Math.floor((count - 1) / 100) * 60 + (COLDSEND_MS + 2 * SLACK_MS) / 1000,
    refused: coldsend.refused(),
  };

  async function accept(index: number) {
    const accepted = await requests.accept({
      id: `R${index}`,
      teamId: TEAM_ID,
      userId: `U${index % 7}`,
      viewId: `V${index}`,
      channelId: 'C1',
      resultsChannelId: undefined,
      keyName: WORKSPACE,
      retryOf: undefined,
      account: { ...ACCOUNT_TO_ADD, email_address: `jane-${index}@acme.com` },
      passwords: { smtp_password: 'abcdefghijklmnop', imap_password: 'abcdefghijklmnop' },
      responseUrl: undefined,
    });
    if (accepted.kind !== 'accepted') throw new Error('accepted before');
    return accepted.request;
  }
}

/** Counts as ColdSend does: what came in the last 60 s. */
export function createLimitedColdsend() {
  const came: number[] = [];
  let refused = 0;
  return {
    refused: () => refused,
    async add(_key: string, { email_address, display_name, inbox_type, daily_limit }: Account): Promise<SendResult> {
      const at = Date.now();
      const isOver = came.filter((earlier) => earlier > at - 60_000).length >= 100;
      if (isOver) refused += 1;
      else came.push(at);
      await after(COLDSEND_MS, undefined);
      if (isOver) return { kind: 'not_done', why: 'rate_limited', retryAfterMs: 60_000 };
      const account = { email_address, display_name, inbox_type, daily_limit };
      return { kind: 'added', account: { ...account, inbox_id: email_address, overall_status: 'ACTIVE' } };
    },
  };
}

type Account = { email_address: string; display_name: string; inbox_type: string; daily_limit: number };

export function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms));
}
