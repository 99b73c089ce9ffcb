import type { Expression, SqlBool } from 'kysely';
import type { Executor } from '../database.ts';
import { parseRequest, REQUEST_COLUMNS, unfinished } from './request-row.ts';

/*
 * Requests that this version can't read. They wait, in the state they have, and are looked at again at each start and every ten
 * minutes: a newer version that wrote them, or a bot whose operator has mended them, takes them up by itself.
 */

const LOOKED_AT_ONCE = 200;

/** By then a request that was read would have expired, and its passwords with it. */
const PASSWORDS_KEPT_MS = 24 * 60 * 60 * 1000;

/** @param whose which of them may be changed: not those that another bot has claimed meanwhile */
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

export function createSetAsideRequests({ db: { kysely }, now }: { db: Executor; now: () => number }) {
  return { count, takeUp, wipePasswords, deleteBefore };

  async function count(): Promise<number> {
    const aside = kysely.selectFrom('requests').select((eb) => eb.fn.countAll<number>().as('count'));
    const row = await aside.where(unfinished).where('set_aside_at', 'is not', null).executeTakeFirstOrThrow();
    return row.count;
  }

  /** Puts back what can be read by now; it is due then as it was before. Returns how many. */
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

  /** Wipes the passwords of what has been set aside for a day; returns how many requests had some. */
  async function wipePasswords(): Promise<number> {
    const old = kysely
      .selectFrom('requests')
      .select('id')
      .where(unfinished)
      .where('set_aside_at', '<', now() - PASSWORDS_KEPT_MS);
    const wiped = await kysely.deleteFrom('request_passwords').where('request_id', 'in', old).executeTakeFirst();
    return Number(wiped.numDeletedRows);
  }

  /** Deletes what has been set aside since before `time`. */
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
