import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { sql } from 'kysely';
import type { BatchLine, ClaimedRequest } from '../../../src/add-inbox/request/request.ts';
import type { RateLimit } from '../../../src/add-inbox/worker/rate-limit.ts';
import type { Database } from '../../../src/storage/database.ts';
import {
  createRateLimitRepository,
  type RateLimitRepositoryDeps,
} from '../../../src/storage/rate-limit/rate-limit-repository.ts';
import { createRequestRepository, type RequestRepository } from '../../../src/storage/requests/request-repository.ts';
import { acceptSample, testSealer } from '../samples.ts';
import { emptyTables, type TestDatabases } from '../test-databases.ts';

export const KEY = 'fingerprint-1';
export const OTHER_KEY = 'fingerprint-2';
export const DAY = 24 * 60 * 60 * 1000;
export const ONE_A_MINUTE: RateLimit[] = [{ requests: 1, seconds: 60 }];
export const TWO_WINDOWS: RateLimit[] = [
  { requests: 3, seconds: 10 },
  { requests: 5, seconds: 100 },
];

export type RateLimitSetUp = ReturnType<typeof setUpRateLimit>;

type Requester = { teamId?: string; userId?: string; batch?: BatchLine };

/** What the tests of the rate limit share, with a database that is empty before each of them. To be called in a `describe`. */
export function setUpRateLimit(databases: TestDatabases) {
  let db: Database;
  /** The milliseconds that have passed for the test. PostgreSQL's own clock goes on; there the stored times are moved instead. */
  let passed: number;
  const started = Date.now();
  before(async () => {
    db = await databases.open();
  });
  after(() => databases.closeAll());
  beforeEach(async () => {
    await emptyTables(db);
    passed = 0;
  });

  const now = () => (databases.kind === 'postgres' ? Date.now() : started) + passed;

  async function pass(ms: number) {
    passed += ms;
    if (databases.kind === 'sqlite') return;
    await sql`update coldsend_turns set taken_at = taken_at - ${ms}`.execute(db.kysely);
    await sql`update coldsend_budgets set blocked_until = blocked_until - ${ms}`.execute(db.kysely);
  }

  function open(limits: RateLimit[], deps: Partial<RateLimitRepositoryDeps> = {}) {
    const shared = { sealer: testSealer, owner: 'a', leaseMs: 60_000, now, ...deps };
    return {
      slots: createRateLimitRepository({ database: db, limits, ...shared }),
      requests: createRequestRepository({ db, ...shared }),
    };
  }

  /** As the worker has it before it takes a slot: stored as accepted. */
  async function announce(requests: RequestRepository, name: string, of: Requester = {}): Promise<ClaimedRequest> {
    return { ...(await acceptSample(requests, name, of)), state: 'announced' };
  }

  /** Takes a slot for a new request, or releases it into the queue. */
  async function enter(
    { slots, requests }: ReturnType<typeof open>,
    name: string,
    of: Requester & { key?: string } = {},
  ) {
    const { key = KEY, ...whose } = of;
    const slot = await slots.take(await announce(requests, name, whose), key);
    if (slot.kind === 'waits') await requests.advance(slot.request, {}, { release: true });
    return slot;
  }

  async function claim({ slots }: ReturnType<typeof open>, limit = 100): Promise<string[]> {
    return (await slots.claimQueued(limit)).armed.map(({ id }) => id.replace('request-', ''));
  }

  return { kind: databases.kind, started, db: () => db, now, pass, open, announce, enter, claim };
}

/** Real time goes on a little on PostgreSQL. */
export function near(actual: number, expected: number) {
  assert.ok(Math.abs(actual - expected) < 1_000, `${actual} is ${actual - expected} ms off`);
}
