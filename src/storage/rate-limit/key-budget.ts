import { type RawBuilder, sql } from 'kysely';
import { nextSlotAt, type RateLimit, windowMs } from '../../add-inbox/worker/rate-limit.ts';
import type { Executor } from '../database.ts';
import { POSTGRES_CLOCK } from '../postgres/postgres-clock.ts';

/** ColdSend asks for no longer wait than this; a later time is a clock's mistake. */
const MAX_BLOCK_MS = 60 * 60 * 1000;

/** How a key stands. Times are milliseconds since 1970 by the clock that all replicas share. */
export type Budget = {
  /** Now. */
  clock: number;
  blockedUntil: number;
  /** When the next slot is free; `clock` where one is. */
  freeAt: number;
  /** Somebody is queued for a slot. */
  isWaitedFor: boolean;
};

/** Whose slot was taken; undefined for the check of a key. */
export type SlotTaker = { teamId: string; userId: string } | undefined;

/** The slots of one key, inside a transaction: others wait from `lock` on until it ends. */
export function createKeyBudget(
  { kind, kysely }: Executor,
  keyFingerprint: string,
  { limits, steadyNow }: { limits: readonly RateLimit[]; steadyNow: () => number },
) {
  return { lock, look, countFree, listTaken, note, move, blockFor };

  /** SQLite's transactions exclude each other anyway. */
  async function lock(): Promise<void> {
    if (kind === 'sqlite') return;
    await sql`select pg_advisory_xact_lock(hashtextextended(${keyFingerprint}, 0))`.execute(kysely);
  }

  /** @param except a request that does not count as waiting */
  async function look(except = ''): Promise<Budget> {
    const { rows } = await sql<Look>`
      select
        ${kind === 'postgres' ? POSTGRES_CLOCK : sql`${steadyNow()}`} as clock,
        (select blocked_until from coldsend_budgets where key_fingerprint = ${keyFingerprint}) as blocked_until,
        (select 1 from requests where turn_of = ${keyFingerprint} and id <> ${except} limit 1) as waiting,
        ${takenBefore(0)} as latest,
        ${sql.join(limits.map(({ requests }, index) => sql`${takenBefore(requests - 1)} as ${sql.ref(`blocking_${index}`)}`))}
    `.execute(kysely);
    const [row] = rows;
    if (row === undefined) throw new Error('a select without a table gave no row');
    // Not `latest > clock`: what is no number on SQLite comes after all numbers there, and compares with none here.
    if (row.latest !== null && !(row.latest <= row.clock)) {
      await forgetTheFuture(row.clock);
      return look(except);
    }
    const blockedUntil = row.blocked_until ?? 0;
    const isSane = blockedUntil <= row.clock + MAX_BLOCK_MS;
    const blocking = limits.map((_limit, index) => row[`blocking_${index}`] ?? undefined);
    return {
      clock: row.clock,
      blockedUntil: isSane ? blockedUntil : 0,
      freeAt: Math.max(isSane ? blockedUntil : 0, nextSlotAt(blocking, limits, row.clock)),
      isWaitedFor: row.waiting !== null,
    };
  }

  /** When the slot was taken that `count` others were taken after. */
  function takenBefore(count: number): RawBuilder<number | null> {
    return sql`(
      select taken_at from coldsend_turns where key_fingerprint = ${keyFingerprint}
      order by taken_at desc limit 1 offset ${sql.lit(count)}
    )`;
  }

  /** Slots of a later time than now: the clock was set back. They count as taken just now. */
  async function forgetTheFuture(time: number): Promise<void> {
    const future = kysely.updateTable('coldsend_turns').set({ taken_at: time });
    await future.where('key_fingerprint', '=', keyFingerprint).where('taken_at', '>', time).execute();
  }

  /** How many slots are free, leaving out that the key may be blocked. */
  async function countFree(time: number): Promise<number> {
    let free = Number.POSITIVE_INFINITY;
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

  /** When the latest slots were taken, the newest first, as many as the largest limit allows. */
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
    const slots = takers.map((taker, place) => ({
      key_fingerprint: keyFingerprint,
      taken_at: time,
      place,
      team_id: taker?.teamId ?? null,
      user_id: taker?.userId ?? null,
    }));
    if (slots.length > 0) await kysely.insertInto('coldsend_turns').values(slots).execute();
  }

  /** Lets the slot that somebody took at `from` count from now on; one that is not found counts once more. */
  async function move(from: number, taker: NonNullable<SlotTaker>): Promise<void> {
    const { clock } = await look();
    // Rows of one moment are alike, and only one of them is moved.
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

type Look = { clock: number; blocked_until: number | null; waiting: number | null; latest: number | null } & {
  [blocking: `blocking_${number}`]: number | null;
};
