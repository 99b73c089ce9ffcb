import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { leavingRoom, nextSlotAt, type RateLimit, windowMs } from '../../add-inbox/worker/rate-limit.ts';
import type { Executor } from '../database.ts';
import { POSTGRES_CLOCK, POSTGRES_STATEMENT_AT } from '../postgres/postgres-clock.ts';
import { type Given, prepare } from '../rows/prepare.ts';

/** ColdSend never asks for a longer wait than this. A later time comes from a wrong clock. */
const MAX_BLOCK_MS = 60 * 60 * 1000;

/** Single inboxes take slots first, and may take any that is free. Rows of batches leave some of them to single inboxes. */
export const SLOT_KINDS = ['single', 'row'] as const;

export type SlotKind = (typeof SLOT_KINDS)[number];

/** The state of a key's budget. Times are milliseconds since 1970 by the clock that all replicas share. */
export type Budget = {
  /** Now. */
  clock: number;
  blockedUntil: number;
  /** The time at which the next slot is free; `clock` if one is free now. */
  freeAt: Record<SlotKind, number>;
  /** Whether any request is queued for a slot. */
  isWaitedFor: Record<SlotKind, boolean>;
};

/** The request that a slot was taken for; undefined for the check of a key. */
type SlotTaker = { teamId: string; userId: string } | undefined;

type BudgetDeps = {
  limits: readonly RateLimit[];
  steadyNow: () => number;
  findLook?: ReturnType<typeof prepareLook>;
};

type LookFor = { clock: number; key: string; except: string };

/** Everything about a key's slots in one statement, made once for these limits. */
export function prepareLook(limits: readonly RateLimit[]) {
  return prepare((_kysely, given: Given<LookFor>, kind) => {
    const [key, except] = [given('key'), given('except')];
    // Stable within the statement, or PostgreSQL would not begin to read there.
    const now = kind === 'postgres' ? POSTGRES_STATEMENT_AT : given('clock');
    const blocking = (kind: SlotKind) =>
      limitsOf(limits)[kind].map((limit, index) => {
        const isCounted = sql<SqlBool>`taken_at > ${now} - ${sql.lit(windowMs(limit))}`;
        return sql`${takenBefore(key, limit.requests - 1, isCounted)} as ${sql.ref(`${kind}_${index}`)}`;
      });
    return sql<Look>`
      select
        ${kind === 'postgres' ? POSTGRES_CLOCK : given('clock')} as clock,
        (select blocked_until from coldsend_budgets where key_fingerprint = ${key}) as blocked_until,
        (select 1 from requests where turn_of = ${key} and batch_id is null and id <> ${except} limit 1) as singles,
        (select 1 from requests where turn_of = ${key} and batch_id is not null and id <> ${except} limit 1) as rows,
        ${takenBefore(key, 0)} as latest,
        ${sql.join([...blocking('single'), ...blocking('row')])}
    `;
  });
}

/** The time of the slot that exactly `count` later slots follow. */
function takenBefore(
  key: RawBuilder<string>,
  count: number,
  isCounted = sql<SqlBool>`true`,
): RawBuilder<number | null> {
  return sql`(
      select taken_at from coldsend_turns where key_fingerprint = ${key} and ${isCounted}
      order by taken_at desc limit 1 offset ${sql.lit(count)}
    )`;
}

function limitsOf(limits: readonly RateLimit[]): Record<SlotKind, readonly RateLimit[]> {
  return { single: limits, row: leavingRoom(limits) };
}

/** The slots of one key, inside a transaction. `lock` makes others wait until the transaction ends. */
export function createKeyBudget(
  db: Executor,
  keyFingerprint: string,
  { limits, steadyNow, findLook = prepareLook(limits) }: BudgetDeps,
) {
  const { kind, kysely } = db;
  const limitsOfKind = limitsOf(limits);
  return { lock, look, countFree, listTaken, note, toRows, move, blockFor };

  /** SQLite allows only one write transaction at a time, so it needs no lock. */
  async function lock(): Promise<void> {
    if (kind === 'sqlite') return;
    await sql`select pg_advisory_xact_lock(hashtextextended(${keyFingerprint}, 0))`.execute(kysely);
  }

  /** @param except a request that does not count as queued */
  async function look(except = ''): Promise<Budget> {
    const [row] = await findLook(db, { clock: steadyNow(), key: keyFingerprint, except });
    if (row === undefined) throw new Error('a select without a table gave no row');
    // Not `latest > clock`: on SQLite, a value that is not a number sorts after all numbers, and compares with none in
    // JavaScript.
    if (row.latest !== null && !(row.latest <= row.clock)) {
      await forgetTheFuture(row.clock);
      return look(except);
    }
    const blockedUntil = row.blocked_until ?? 0;
    const isSane = blockedUntil <= row.clock + MAX_BLOCK_MS;
    const freeAt = (kind: SlotKind) => {
      const blocking = limits.map((_limit, index) => row[`${kind}_${index}`] ?? undefined);
      return Math.max(isSane ? blockedUntil : 0, nextSlotAt(blocking, limitsOfKind[kind], row.clock));
    };
    return {
      clock: row.clock,
      blockedUntil: isSane ? blockedUntil : 0,
      freeAt: { single: freeAt('single'), row: freeAt('row') },
      isWaitedFor: { single: row.singles !== null, row: row.rows !== null },
    };
  }

  /** Slots with a time in the future, left by a clock that was set back. They count as taken just now. */
  async function forgetTheFuture(time: number): Promise<void> {
    const future = kysely.updateTable('coldsend_turns').set({ taken_at: time });
    await future.where('key_fingerprint', '=', keyFingerprint).where('taken_at', '>', time).execute();
  }

  /** The number of free slots, ignoring whether the key is blocked. */
  async function countFree(time: number): Promise<Record<SlotKind, number>> {
    const free = { single: Number.POSITIVE_INFINITY, row: Number.POSITIVE_INFINITY };
    for (const [index, limit] of limits.entries()) {
      const { count } = await kysely
        .selectFrom('coldsend_turns')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('key_fingerprint', '=', keyFingerprint)
        .where('taken_at', '>', time - windowMs(limit))
        .executeTakeFirstOrThrow();
      free.single = Math.min(free.single, limit.requests - count);
      free.row = Math.min(free.row, (limitsOfKind.row[index] ?? limit).requests - count);
    }
    return free;
  }

  /** The times of the latest slots, newest first, as many as the largest limit allows. */
  async function listTaken(): Promise<number[]> {
    const rows = await kysely
      .selectFrom('coldsend_turns')
      .select('taken_at')
      .where('key_fingerprint', '=', keyFingerprint)
      .orderBy('taken_at', 'desc')
      .limit(Math.max(...limits.map(({ requests }) => requests)))
      .execute();
    return rows.map(({ taken_at }) => taken_at);
  }

  async function note(time: number, takers: SlotTaker[]): Promise<void> {
    if (takers.length > 0) await kysely.insertInto('coldsend_turns').values(toRows(time, takers)).execute();
  }

  function toRows(time: number, takers: SlotTaker[]) {
    return takers.map((taker, place) => ({
      key_fingerprint: keyFingerprint,
      taken_at: time,
      place,
      team_id: taker?.teamId ?? null,
      user_id: taker?.userId ?? null,
    }));
  }

  /** Makes the slot that was taken at `from` count from now on. If it is not found, a new slot is added. */
  async function move(from: number, taker: NonNullable<SlotTaker>): Promise<void> {
    const { clock } = await look();
    // Rows with the same time are interchangeable, so only one of them is moved.
    const row = sql.ref(kind === 'postgres' ? 'ctid' : 'rowid');
    const moved = await sql`
      update coldsend_turns set taken_at = ${clock} where ${row} = (
        select ${row} from coldsend_turns
        where key_fingerprint = ${keyFingerprint} and taken_at = ${from}
          and team_id = ${taker.teamId} and user_id = ${taker.userId} limit 1
      )`.execute(kysely);
    if (moved.numAffectedRows === 0n) await note(clock, [taker]);
  }

  async function blockFor(ms: number): Promise<void> {
    const budget = await look();
    const until = budget.clock + Math.min(Math.ceil(ms), MAX_BLOCK_MS);
    if (until <= budget.blockedUntil) return;
    await kysely
      .insertInto('coldsend_budgets')
      .values({ key_fingerprint: keyFingerprint, blocked_until: until })
      .onConflict((conflict) => conflict.column('key_fingerprint').doUpdateSet({ blocked_until: until }))
      .execute();
  }
}

type Look = {
  clock: number;
  blocked_until: number | null;
  singles: number | null;
  rows: number | null;
  latest: number | null;
} & { [blocking: `${SlotKind}_${number}`]: number | null };
