import { type Expression, type SqlBool, sql } from 'kysely';
import type { Executor } from '../database.ts';
import { nextFence } from './lease-sql.ts';
import { parseRequest, REQUEST_COLUMNS, unfinished } from './request-row.ts';

/*
 * Requests that this version can't read. They keep their state and wait. The bot checks them again at each start and every ten
 * minutes. So it continues them once a newer version runs or an operator has repaired the row.
 */

const LOOKED_AT_ONCE = 200;

/** After this time, a readable request would have expired, and its passwords with it. */
const PASSWORDS_KEPT_MS = 24 * 60 * 60 * 1000;

/** @param whose the rows that may be changed, without those that another bot has claimed meanwhile */
export async function setAside(
  { kysely }: Executor,
  ids: string[],
  time: number,
  whose: Expression<SqlBool>,
): Promise<void> {
  await kysely
    .updateTable('requests')
    .set({ set_aside_at: time, turn_of: null, lease_owner: null, lease_until: null })
    .where('id', 'in', ids)
    .where(whose)
    .execute();
}

/** Counts, continues and deletes requests that are set aside. */
export function createSetAsideRequests({ db: { kysely }, now }: { db: Executor; now: () => number }) {
  return { count, takeUp, wipePasswords, endRows, deleteBefore };

  async function count(): Promise<number> {
    const aside = kysely.selectFrom('requests').select((eb) => eb.fn.countAll<number>().as('count'));
    const row = await aside.where(unfinished).where('set_aside_at', 'is not', null).executeTakeFirstOrThrow();
    return row.count;
  }

  /** Restores requests that are now readable, with their earlier due time. Returns their number. */
  async function takeUp(): Promise<number> {
    let readable = 0;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const rows = await kysely
        .selectFrom('requests')
        .select(REQUEST_COLUMNS)
        .where(unfinished)
        .where('set_aside_at', 'is not', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(LOOKED_AT_ONCE)
        .execute();
      const ids = rows.filter(isReadable).map(({ id }) => id);
      if (ids.length > 0)
        await kysely.updateTable('requests').set({ set_aside_at: null }).where('id', 'in', ids).execute();
      readable += ids.length;
      after = rows.length < LOOKED_AT_ONCE ? undefined : rows.at(-1)?.id;
    }
    return readable;
  }

  /** Deletes the passwords of requests that were set aside a day ago. Returns the number of requests that had passwords. */
  async function wipePasswords(): Promise<number> {
    const old = kysely
      .selectFrom('requests')
      .select('id')
      .where(unfinished)
      .where('set_aside_at', '<', now() - PASSWORDS_KEPT_MS);
    const wiped = await kysely.deleteFrom('request_passwords').where('request_id', 'in', old).executeTakeFirst();
    return Number(wiped.numDeletedRows);
  }

  /**
   * Ends rows of batches that were set aside a day ago, once their passwords are deleted. They can't be sent any more, and their
   * batch waits for them.
   */
  async function endRows(): Promise<void> {
    const time = now();
    const isUnsent = sql<SqlBool>`state in ('accepted', 'announced')`;
    const outcome = {
      unsent: JSON.stringify({ kind: 'expired' }),
      sent: JSON.stringify({ kind: 'unknown', why: 'interrupted' }),
    };
    await kysely
      .updateTable('requests')
      .set({
        state: 'told',
        outcome: sql<string>`case when ${isUnsent} then ${outcome.unsent} else ${outcome.sent} end`,
        outcome_kind: sql<string>`case when ${isUnsent} then 'expired' else 'unknown' end`,
        settled_at: time,
        told_at: time,
        waits_for: null,
        fence: nextFence,
      })
      .where(unfinished)
      .where('batch_id', 'is not', null)
      .where('set_aside_at', '<', time - PASSWORDS_KEPT_MS)
      .where('id', 'not in', (eb) => eb.selectFrom('request_passwords').select('request_id'))
      .execute();
  }

  /** Deletes requests that were set aside before `time`. */
  async function deleteBefore(time: number): Promise<void> {
    await kysely.deleteFrom('requests').where(unfinished).where('set_aside_at', '<', time).execute();
  }
}

function isReadable(row: Parameters<typeof parseRequest>[0]): boolean {
  try {
    parseRequest(row);
    return true;
  } catch {
    return false;
  }
}
