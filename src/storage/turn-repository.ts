import { sql } from 'kysely';
import { EXPIRES_AFTER_MS } from '../add-inbox/next-step.ts';
import type { ClaimedRequest } from '../add-inbox/request.ts';
import { estimateTurnAt, nextTurnAt, type RateLimit, windowMs } from '../add-inbox/turns.ts';
import type { Database, Executor } from './database.ts';
import { createRequestLease } from './request-lease.ts';
import { createRequestRepository, type RequestRepositoryDeps } from './request-repository.ts';
import { parseClaimedRequest, REQUEST_COLUMNS } from './request-row.ts';

/** ColdSend asks for no longer wait than this; a later time is a clock's mistake. */
const LONGEST_BLOCK_MS = 60 * 60 * 1000;

export type Turn =
  /** The turn is taken and the request armed, in one commit. */
  | { kind: 'armed'; request: ClaimedRequest }
  /** Others are first, or the key's limits are reached; `request.notBefore` is about when its turn will come. */
  | { kind: 'waits'; request: ClaimedRequest };

export type TurnRepositoryDeps = Omit<RequestRepositoryDeps, 'db'> & { database: Database; limits: RateLimit[] };

/**
 * Whose turn it is to be sent with a key: at most so many requests in any window, over all replicas, fair between the
 * workspaces that share a key and between the people of one. Times are the database's, which all replicas share.
 */
export function createTurnRepository({ database, limits, ...deps }: TurnRepositoryDeps) {
  const { owner, leaseMs, now } = deps;
  const lease = createRequestLease(database.kind, { owner, leaseMs });
  const clock =
    database.kind === 'postgres' ? sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint` : undefined;
  const mostRequests = Math.max(...limits.map(({ requests }) => requests));

  return { take, claimTurns, takeForTrial, block, countLeft, deleteOld };

  /**
   * Takes the key's next turn for a request, or puts it in line. @throws LeaseLostError
   */
  function take(claimed: ClaimedRequest, keyFingerprint: string): Promise<Turn> {
    return database.transaction(async (within) => {
      const requests = createRequestRepository({ db: within, ...deps });
      const budget = await lockBudget(within, keyFingerprint);
      const waiting = await countWaiting(within, keyFingerprint);
      const freeAt = await findFreeAt(within, keyFingerprint, budget);
      if (waiting === 0 && freeAt <= budget.clock) {
        await noteTurns(within, keyFingerprint, budget.clock, 1);
        return { kind: 'armed', request: await requests.advance(claimed, { state: 'armed', waitsFor: undefined }) };
      }
      const sentAt = await listTurns(within, keyFingerprint);
      const turnAt = estimateTurnAt(sentAt, limits, Math.max(budget.clock, budget.blockedUntil), waiting);
      const request = await requests.advance(claimed, {
        state: 'announced',
        waitsFor: 'rate_limited',
        notBefore: Math.min(now() + turnAt - budget.clock, claimed.acceptedAt + EXPIRES_AFTER_MS),
      });
      const inLine = within.kysely.updateTable('requests').set({ turn_of: keyFingerprint });
      await inLine.where('id', '=', claimed.id).execute();
      return { kind: 'waits', request };
    });
  }

  /**
   * Takes the free turns for requests that wait for one: each comes back armed and held, its turn counted.
   *
   * @returns `nextAt`: when the next turn is free for somebody who still waits, by `now`; undefined where nobody does
   */
  async function claimTurns(limit: number): Promise<{ armed: ClaimedRequest[]; nextAt: number | undefined }> {
    const rows = await database.kysely
      .selectFrom('requests')
      .select('turn_of')
      .distinct()
      .where('turn_of', 'is not', null)
      .where(lease.free)
      .execute();
    const armed: ClaimedRequest[] = [];
    const nextAts: number[] = [];
    const each = Math.max(1, Math.floor(limit / Math.max(1, rows.length)));
    for (const { turn_of: keyFingerprint } of rows) {
      if (keyFingerprint === null || armed.length >= limit) continue;
      const turns = await claimTurnsOf(keyFingerprint, Math.min(each, limit - armed.length));
      armed.push(...turns.armed);
      nextAts.push(turns.nextAt);
    }
    return { armed, nextAt: nextAts.length === 0 ? undefined : Math.min(...nextAts) };
  }

  function claimTurnsOf(keyFingerprint: string, most: number): Promise<{ armed: ClaimedRequest[]; nextAt: number }> {
    return database.transaction(async (within) => {
      const budget = await lockBudget(within, keyFingerprint);
      const free = budget.blockedUntil > budget.clock ? 0 : await countFree(within, keyFingerprint, budget.clock);
      const ids = free === 0 ? [] : await findFirstInLine(within, keyFingerprint, Math.min(free, most));
      const armed = ids.length === 0 ? [] : await arm(within, ids);
      await noteTurns(within, keyFingerprint, budget.clock, armed.length);
      const freeAt = await findFreeAt(within, keyFingerprint, budget);
      return { armed, nextAt: now() + freeAt - budget.clock };
    });
  }

  /**
   * Everybody's first before anybody's second: among the people of a workspace, and among workspaces that share the key.
   * Only those who wait are compared, so that who has had many turns is not held back for it.
   */
  async function findFirstInLine({ kysely }: Executor, keyFingerprint: string, count: number): Promise<string[]> {
    const rows = await kysely
      .with('people', (query) =>
        query
          .selectFrom('requests')
          .select(['id', 'team_id', 'accepted_at'])
          .select(
            sql<number>`row_number() over (partition by team_id, user_id order by accepted_at, id)`.as('of_person'),
          )
          .where('turn_of', '=', keyFingerprint)
          .where('state', '=', 'announced')
          .where('accepted_at', '>', now() - EXPIRES_AFTER_MS)
          .where(lease.free),
      )
      .with('workspaces', (query) =>
        query
          .selectFrom('people')
          .select(['id', 'accepted_at'])
          .select(
            sql<number>`row_number() over (partition by team_id order by of_person, accepted_at, id)`.as('of_team'),
          ),
      )
      .selectFrom('workspaces')
      .select('id')
      .orderBy('of_team')
      .orderBy('accepted_at')
      .orderBy('id')
      .limit(count)
      .execute();
    return rows.map(({ id }) => id);
  }

  async function arm({ kysely }: Executor, ids: string[]): Promise<ClaimedRequest[]> {
    const rows = await kysely
      .updateTable('requests')
      .set((eb) => ({
        state: 'armed',
        armed_at: now(),
        waits_for: null,
        turn_of: null,
        fence: eb('fence', '+', 1),
        lease_owner: owner,
        lease_until: lease.until,
      }))
      .where('id', 'in', ids)
      .where('state', '=', 'announced')
      .where(lease.free)
      .returning(REQUEST_COLUMNS)
      .execute();
    return rows.map(parseClaimedRequest);
  }

  /** Counts the trial of a key, a request like any other; false where the key has no turn left for it now. */
  function takeForTrial(keyFingerprint: string): Promise<boolean> {
    return database.transaction(async (within) => {
      const budget = await lockBudget(within, keyFingerprint);
      if ((await findFreeAt(within, keyFingerprint, budget)) > budget.clock) return false;
      await noteTurns(within, keyFingerprint, budget.clock, 1);
      return true;
    });
  }

  /** ColdSend said that the key has to wait: nobody gets a turn for so many milliseconds. */
  async function block(keyFingerprint: string, forMs: number): Promise<void> {
    await database.transaction(async (within) => {
      const budget = await lockBudget(within, keyFingerprint);
      const until = budget.clock + Math.min(Math.ceil(forMs), LONGEST_BLOCK_MS);
      if (until <= budget.blockedUntil) return;
      const row = within.kysely.updateTable('coldsend_budgets').set({ blocked_until: until });
      await row.where('key_fingerprint', '=', keyFingerprint).execute();
    });
  }

  /** For each limit, how many requests are left now to the key that has the fewest left. */
  async function countLeft(): Promise<{ seconds: number; left: number }[]> {
    const time = await readClock(database);
    return Promise.all(
      limits.map(async (limit) => {
        const most = await database.kysely
          .selectFrom('coldsend_turns')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('taken_at', '>', time - windowMs(limit))
          .groupBy('key_fingerprint')
          .orderBy('count', 'desc')
          .limit(1)
          .executeTakeFirst();
        return { seconds: limit.seconds, left: Math.max(0, limit.requests - (most?.count ?? 0)) };
      }),
    );
  }

  /** Deletes turns that no limit counts any more. */
  async function deleteOld(): Promise<void> {
    const time = await readClock(database);
    const longest = Math.max(...limits.map(windowMs));
    await database.kysely
      .deleteFrom('coldsend_turns')
      .where('taken_at', '<', time - longest)
      .execute();
  }

  /** The lock lasts as long as the transaction: one replica at a time deals with a key's turns. */
  async function lockBudget({ kysely }: Executor, keyFingerprint: string): Promise<Budget> {
    const row = await kysely
      .insertInto('coldsend_budgets')
      .values({ key_fingerprint: keyFingerprint, blocked_until: 0 })
      .onConflict((conflict) => conflict.column('key_fingerprint').doUpdateSet({ key_fingerprint: keyFingerprint }))
      .returning(['blocked_until', (clock ?? sql<number>`${now()}`).as('clock')])
      .executeTakeFirstOrThrow();
    const blockedUntil = row.blocked_until > row.clock + LONGEST_BLOCK_MS ? 0 : row.blocked_until;
    return { clock: row.clock, blockedUntil };
  }

  async function findFreeAt(within: Executor, keyFingerprint: string, budget: Budget): Promise<number> {
    const blocking = await findBlocking(within, keyFingerprint);
    if (blocking.some((takenAt) => takenAt !== undefined && takenAt > budget.clock)) {
      await forgetTheFuture(within, keyFingerprint, budget.clock);
      return findFreeAt(within, keyFingerprint, budget);
    }
    return Math.max(budget.blockedUntil, nextTurnAt(blocking, limits, budget.clock));
  }

  async function findBlocking({ kysely }: Executor, keyFingerprint: string): Promise<(number | undefined)[]> {
    const found: (number | undefined)[] = [];
    for (const { requests } of limits) {
      const row = await kysely
        .selectFrom('coldsend_turns')
        .select('taken_at')
        .where('key_fingerprint', '=', keyFingerprint)
        .orderBy('taken_at', 'desc')
        .offset(requests - 1)
        .limit(1)
        .executeTakeFirst();
      found.push(row?.taken_at);
    }
    return found;
  }

  /** Turns of a later time than now: the clock was set back. They count as taken just now. */
  async function forgetTheFuture({ kysely }: Executor, keyFingerprint: string, time: number): Promise<void> {
    const future = kysely.updateTable('coldsend_turns').set({ taken_at: time });
    await future.where('key_fingerprint', '=', keyFingerprint).where('taken_at', '>', time).execute();
  }

  async function countFree({ kysely }: Executor, keyFingerprint: string, time: number): Promise<number> {
    let free = mostRequests;
    for (const limit of limits) {
      const { count } = await kysely
        .selectFrom('coldsend_turns')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('key_fingerprint', '=', keyFingerprint)
        .where('taken_at', '>', time - windowMs(limit))
        .executeTakeFirstOrThrow();
      free = Math.min(free, limit.requests - count);
    }
    return Math.max(0, free);
  }

  async function countWaiting({ kysely }: Executor, keyFingerprint: string): Promise<number> {
    const { count } = await kysely
      .selectFrom('requests')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('turn_of', '=', keyFingerprint)
      .executeTakeFirstOrThrow();
    return count;
  }

  async function listTurns({ kysely }: Executor, keyFingerprint: string): Promise<number[]> {
    const rows = await kysely
      .selectFrom('coldsend_turns')
      .select('taken_at')
      .where('key_fingerprint', '=', keyFingerprint)
      .orderBy('taken_at', 'desc')
      .limit(mostRequests)
      .execute();
    return rows.map(({ taken_at }) => taken_at);
  }

  async function noteTurns({ kysely }: Executor, keyFingerprint: string, time: number, count: number): Promise<void> {
    if (count === 0) return;
    const turn = { key_fingerprint: keyFingerprint, taken_at: time };
    await kysely.insertInto('coldsend_turns').values(Array(count).fill(turn)).execute();
  }

  async function readClock({ kysely }: Executor): Promise<number> {
    if (clock === undefined) return now();
    const { rows } = await sql<{ clock: number }>`select ${clock} as clock`.execute(kysely);
    return rows[0]?.clock ?? now();
  }
}

type Budget = { clock: number; blockedUntil: number };
