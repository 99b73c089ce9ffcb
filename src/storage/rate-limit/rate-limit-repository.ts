import { sql } from 'kysely';
import { CommitInDoubtError } from '../../add-inbox/request/commit-in-doubt-error.ts';
import type { AddInboxRequest, ClaimedRequest } from '../../add-inbox/request/request.ts';
import type { Slot, SlotTaken } from '../../add-inbox/request/send-request.ts';
import {
  estimateSlotAt,
  latestSendingMs,
  leavingRoom,
  type RateLimit,
  windowMs,
} from '../../add-inbox/worker/rate-limit.ts';
import { ALL_SHARES, type Shares } from '../../add-inbox/worker/shares.ts';
import type { ClaimedSlots } from '../../add-inbox/worker/worker.ts';
import type { Database, Executor } from '../database.ts';
import { POSTGRES_CLOCK } from '../postgres/postgres-clock.ts';
import { QUEUED_MS } from '../requests/batches/batch-repository.ts';
import { createRequestLease, nextFence } from '../requests/lease-sql.ts';
import { createRequestRepository, type RequestRepositoryDeps } from '../requests/request-repository.ts';
import { parseClaimedRequest, type RequestRow, toCarriedColumns } from '../requests/request-row.ts';
import { setAside } from '../requests/set-aside.ts';
import { inserting } from '../rows/change-together.ts';
import { createFairQueue } from './fair-queue.ts';
import { type Budget, createKeyBudget, prepareLook, SLOT_KINDS, type SlotKind } from './key-budget.ts';
import { createQueues } from './one-at-a-time.ts';
import { createSlotTimes, type Queue } from './slot-times.ts';

type KeyBudget = ReturnType<typeof createKeyBudget>;

export type RateLimitRepositoryDeps = Omit<RequestRepositoryDeps, 'db'> & {
  database: Database;
  limits: readonly RateLimit[];
  /** SQLite only: milliseconds since 1970 by a clock that is never adjusted while the process runs. Default: `now`. */
  steadyNow?: () => number;
};

/**
 * Decides which request may be sent with a key, and when. Over all replicas, no window gets more requests than its limit, and
 * people share the slots fairly. Single inboxes come before rows of batches. On PostgreSQL, the database's clock counts because
 * all replicas share it.
 */
export function createRateLimitRepository({ database, limits, steadyNow, ...deps }: RateLimitRepositoryDeps) {
  const { owner, leaseMs, now, onUnreadable } = deps;
  const clock = { limits, steadyNow: steadyNow ?? now, findLook: prepareLook(limits) };
  const lease = createRequestLease(database.kind, { owner, leaseMs });
  const queued = createQueues();
  const slotTimes = createSlotTimes(clock.steadyNow);
  let firstKey = 0;

  return { take, estimateEnd, claimQueued, reserveForKeyCheck, recordSend, block, countLeft, deleteOld };

  /** Runs work on the slots of one key. Only one runs at a time over all replicas. */
  function withSlots<T>(keyFingerprint: string, work: (slots: KeyBudget, within: Executor) => Promise<T>): Promise<T> {
    return queued(keyFingerprint, () =>
      database.transaction(async (within) => {
        const slots = createKeyBudget(within, keyFingerprint, clock);
        await slots.lock();
        return work(slots, within);
      }),
    );
  }

  /** Takes the key's next slot for a request, or puts it in the queue. @throws LeaseLostError, CommitInDoubtError */
  function take(claimed: ClaimedRequest, keyFingerprint: string): Promise<SlotTaken> {
    return withSlots(keyFingerprint, async (slots, within) => {
      const requests = createRequestRepository({ db: within, ...deps });
      const takenAt = now();
      const kind = claimed.batch === undefined ? 'single' : 'row';
      const budget = await slots.look(claimed.id);
      const goesBehind = budget.isWaitedFor.single || (kind === 'row' && budget.isWaitedFor.row);
      if (!goesBehind && budget.freeAt[kind] <= budget.clock) {
        const noting = slots.toRows(budget.clock, [claimed]).map((row) => inserting('coldsend_turns', row));
        const request = await requests.advance(claimed, { state: 'armed', waitsFor: undefined }, {}, () => noting);
        return { kind: 'armed', request, slot: { keyFingerprint, takenAt, countsFrom: budget.clock } };
      }
      const { kysely } = within;
      const queued = { ...toCarriedColumns(claimed), turn_of: keyFingerprint };
      await kysely.updateTable('requests').set(queued).where('id', '=', claimed.id).execute();
      // A row needs no estimate of its own: its batch shows one for all its rows.
      const slotAt = kind === 'single' ? await estimateSingle() : now() + QUEUED_MS;
      const notBefore = Math.min(slotAt, claimed.expiresAt);
      return { kind: 'waits', request: await requests.advance(claimed, { waitsFor: 'rate_limited', notBefore }) };

      async function estimateSingle(): Promise<number> {
        const queue = createFairQueue(within, keyFingerprint, { kind: 'single', now: now(), lease });
        return estimate(slots, budget, limits, await queue.countBefore(claimed.id));
      }
    });
  }

  /** When the last of so many queued rows of a key gets its slot, in milliseconds since 1970 by `now`. */
  function estimateEnd(keyFingerprint: string, rows: number): Promise<number> {
    return withSlots(keyFingerprint, async (slots) =>
      estimate(slots, await slots.look(), leavingRoom(limits), rows - 1),
    );
  }

  /** By `now`, for a request with `ahead` others before it. */
  async function estimate(slots: KeyBudget, budget: Budget, within: readonly RateLimit[], ahead: number) {
    const start = Math.max(budget.clock, budget.blockedUntil);
    return now() + estimateSlotAt(await slots.listTaken(), within, start, ahead) - budget.clock;
  }

  /**
   * Takes the free slots for queued requests that are within `shares`. Each request is returned armed and claimed, and its slot
   * is counted. `nextAt` is the time, by `now`, of the next free slot for a request that is still queued.
   */
  async function claimQueued(limit: number, shares = ALL_SHARES): Promise<ClaimedSlots> {
    const queues = await listQueues();
    slotTimes.keep(queues);
    const waits = queues.map((queue) => ({ key: queue.key, waitMs: slotTimes.waitMs(queue) }));
    const keys = waits.flatMap(({ key, waitMs }) => (waitMs > 0 ? [] : key));
    // Starts from a different key each time, so that the last keys get their share when there is not room for all.
    firstKey = keys.length === 0 ? 0 : (firstKey + 1) % keys.length;
    const each = Math.max(1, Math.floor(limit / Math.max(1, keys.length)));
    const claimed: ClaimedSlots[] = [];
    let left = limit;
    for (const key of [...keys.slice(firstKey), ...keys.slice(0, firstKey)]) {
      const slots = await claimQueuedOf(key, Math.min(each, left), shares);
      claimed.push(slots);
      left -= slots.armed.length;
      if (left <= 0 || slots.failure !== undefined) break;
    }
    const nextAts = [
      ...waits.flatMap(({ waitMs }) => (waitMs > 0 ? now() + waitMs : [])),
      ...claimed.flatMap(({ nextAt }) => nextAt ?? []),
    ];
    return {
      armed: claimed.flatMap(({ armed }) => armed),
      perhapsArmed: claimed.flatMap(({ perhapsArmed }) => perhapsArmed),
      nextAt: nextAts.length === 0 ? undefined : Math.min(...nextAts),
      failure: claimed.at(-1)?.failure,
    };
  }

  /** The keys that requests are queued for. Looks into the index a few times for each, however many requests there are. */
  async function listQueues(): Promise<Queue[]> {
    const { rows } = await sql<{ key: string } & Record<SlotKind, number | null>>`
      with recursive keys(key) as (
        select min(turn_of) from requests where turn_of is not null
        union all
        select (select min(turn_of) from requests where turn_of > keys.key) from keys where keys.key is not null
      )
      select key,
        (select 1 from requests where turn_of = key and batch_id is null limit 1) as single,
        (select 1 from requests where turn_of = key and batch_id is not null limit 1) as row
      from keys where key is not null
    `.execute(database.kysely);
    return rows.map((row) => ({ key: row.key, kinds: SLOT_KINDS.filter((kind) => row[kind] !== null) }));
  }

  async function claimQueuedOf(keyFingerprint: string, most: number, shares: Shares): Promise<ClaimedSlots> {
    let arming: ClaimedRequest[] = [];
    const claiming = withSlots(keyFingerprint, async (slots, within) => {
      const takenAt = now();
      const budget = await slots.look();
      const waiting = SLOT_KINDS.filter((kind) => budget.isWaitedFor[kind]);
      if (waiting.every((kind) => budget.freeAt[kind] > budget.clock)) return { armed: [], budget, left: waiting };
      const free = await slots.countFree(budget.clock);
      const claimed: ClaimedRequest[] = [];
      const left: SlotKind[] = [];
      for (const kind of waiting) {
        const count = Math.min(free[kind], most) - claimed.length;
        const queue = createFairQueue(within, keyFingerprint, { kind, now: now(), lease });
        const first = count > 0 ? await queue.findFirst(count, shares) : [];
        claimed.push(...(await arm(within, await parseReadable(within, first))));
        if (first.length >= count) left.push(kind);
      }
      arming = claimed;
      const slot = { keyFingerprint, takenAt, countsFrom: budget.clock };
      const armed = claimed.map((request) => ({ ...request, slot }));
      await slots.note(budget.clock, armed);
      return { armed, budget: left.length === 0 ? budget : await slots.look(), left };
    });
    try {
      const { armed, budget, left } = await claiming;
      slotTimes.remember(keyFingerprint, budget);
      return { armed, perhapsArmed: [], nextAt: nextAt(budget, left), failure: undefined };
    } catch (error) {
      const perhapsArmed = error instanceof CommitInDoubtError ? arming : [];
      return { armed: [], perhapsArmed, nextAt: undefined, failure: error };
    }
  }

  /** By `now`. */
  function nextAt({ clock: time, freeAt }: Budget, kinds: SlotKind[]): number | undefined {
    return kinds.length === 0 ? undefined : now() + Math.min(...kinds.map((kind) => freeAt[kind])) - time;
  }

  /** A row that this version can't read leaves the queue and is set aside. */
  async function parseReadable(within: Executor, rows: RequestRow[]): Promise<AddInboxRequest[]> {
    const readable: AddInboxRequest[] = [];
    for (const row of rows) {
      try {
        // Arming raises the fence, so the fence has to be readable too.
        readable.push(parseClaimedRequest(row));
      } catch (error) {
        onUnreadable?.(String(row.id), error, 'requests');
        await setAside(within, [row.id], now(), lease.free);
      }
    }
    return readable;
  }

  /** In the same order, without requests that another replica has claimed in the meantime because they expire. */
  async function arm(within: Executor, requests: AddInboxRequest[]): Promise<ClaimedRequest[]> {
    if (requests.length === 0) return [];
    const ids = requests.map(({ id }) => id);
    const rows = await within.kysely
      .with(
        (cte) => cte('free').materialized(),
        (query) => {
          const free = query
            .selectFrom('requests')
            .select('id')
            .where('id', 'in', ids)
            .where('state', '=', 'announced')
            .where(lease.free);
          return within.kind === 'postgres' ? free.forUpdate().skipLocked() : free;
        },
      )
      .updateTable('requests')
      .set({
        state: 'armed',
        armed_at: now(),
        // Due at once for whoever takes it over, should this process end: it waited for a slot until now, and no longer.
        not_before: now(),
        waits_for: null,
        turn_of: null,
        fence: nextFence,
        lease_owner: owner,
        lease_until: lease.until,
      })
      .where('id', 'in', (eb) => eb.selectFrom('free').select('free.id'))
      .returning(['id', 'fence'])
      .execute();
    const fences = new Map(rows.map(({ id, fence }) => [id, fence]));
    return requests.flatMap((request) => {
      const fence = fences.get(request.id);
      return fence === undefined ? [] : [{ ...request, state: 'armed', waitsFor: undefined, fence }];
    });
  }

  /** Counts the check of a key as one request. Returns false if the key has no free slot now. */
  function reserveForKeyCheck(keyFingerprint: string): Promise<boolean> {
    return withSlots(keyFingerprint, async (slots) => {
      const budget = await slots.look();
      if (budget.freeAt.single > budget.clock) return false;
      await slots.note(budget.clock, [undefined]);
      return true;
    });
  }

  /** A request that is sent long after its slot was taken would leave the windows too early. So its slot counts from now on. */
  async function recordSend(sent: { teamId: string; userId: string }, slot: Slot): Promise<void> {
    if (now() - slot.takenAt <= latestSendingMs(limits)) return;
    await withSlots(slot.keyFingerprint, (slots) => slots.move(slot.countsFrom, sent));
  }

  /** ColdSend asked the key to wait. The key gets no slot for this many milliseconds. */
  async function block(keyFingerprint: string, forMs: number): Promise<void> {
    await withSlots(keyFingerprint, (slots) => slots.blockFor(forMs));
  }

  /** For each limit, the remaining requests of the key that has the fewest left. */
  async function countLeft(): Promise<{ seconds: number; left: number }[]> {
    const time = await readClock();
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

  /** Deletes slots that no limit counts anymore and returns their number. */
  async function deleteOld(): Promise<number> {
    const longest = Math.max(...limits.map(windowMs));
    const time = await readClock();
    await database.kysely.deleteFrom('coldsend_budgets').where('blocked_until', '<', time).execute();
    const old = database.kysely.deleteFrom('coldsend_turns').where('taken_at', '<', time - longest);
    return Number((await old.executeTakeFirst()).numDeletedRows);
  }

  async function readClock(): Promise<Budget['clock']> {
    if (database.kind === 'sqlite') return clock.steadyNow();
    const { clock: time } = await database.kysely.selectNoFrom(POSTGRES_CLOCK.as('clock')).executeTakeFirstOrThrow();
    return time;
  }
}
