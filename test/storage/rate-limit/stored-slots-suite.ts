import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CompiledQuery, sql } from 'kysely';
import type { Database } from '../../../src/storage/database.ts';
import { recordQueries } from '../requests/record-queries.ts';
import { KEY, OTHER_KEY, type RateLimitSetUp, TWO_WINDOWS } from './rate-limit-set-up.ts';

export function describeStoredSlots({ db, now, pass, open, enter, claim }: RateLimitSetUp) {
  test('deleteOld deletes what no window counts, and nothing else', async () => {
    const bot = open(TWO_WINDOWS);
    assert.equal(await bot.slots.deleteOld(), 0);
    await enter(bot, '1');
    await bot.slots.block(OTHER_KEY, 1_000);
    await pass(60_000);
    await enter(bot, '2');
    await pass(42_000);
    assert.equal(await bot.slots.deleteOld(), 1);
    assert.equal(await bot.slots.deleteOld(), 0);
    assert.deepEqual(await bot.slots.countLeft(), [
      { seconds: 10, left: 3 },
      { seconds: 100, left: 4 },
    ]);
    assert.deepEqual(await db().kysely.selectFrom('coldsend_budgets').selectAll().execute(), []);
  });

  test('with nothing stored there is nothing to do', async () => {
    const bot = open(TWO_WINDOWS);
    const none = { armed: [], perhapsArmed: [], nextAt: undefined, failure: undefined };
    assert.deepEqual(await bot.slots.claimQueued(10), none);
    assert.equal(await bot.slots.deleteOld(), 0);
  });

  test('no query reads all requests or all slots', async () => {
    await fillTables(db(), now());
    const { database, queries } = recordQueries(db());
    const bot = open(TWO_WINDOWS, { database });
    await enter(bot, '1');
    await bot.slots.block(KEY, 1_000);
    await enter(bot, '2');
    await pass(1_001);
    assert.deepEqual(await claim(bot), ['2']);
    await bot.slots.reserveForKeyCheck(KEY);
    await bot.slots.deleteOld();
    assert.ok(queries.length > 15);
    for (const query of queries) assert.deepEqual(await fullReads(db(), query), [], query.sql);
  });
}

/** Finished requests and other keys' slots, far more than what the queries are after. */
async function fillTables(db: Database, time: number) {
  const series =
    db.kind === 'postgres'
      ? sql`generate_series(1, 5000) as numbers (n)`
      : sql`(with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 5000) select n from numbers)`;
  await sql`
    insert into requests (id, team_id, user_id, view_id, channel_id, state, account, not_before, tries, accepted_at, fence,
      told_at, key_channel_id, client)
    select 'filler-' || n, 'T9', 'U9', 'view-' || n, 'C9', 'told', '{}', ${sql.lit(time)}, 0, ${sql.lit(time)}, 1, ${sql.lit(time)}, '', ''
    from ${series}
  `.execute(db.kysely);
  await sql`
    insert into coldsend_turns (key_fingerprint, taken_at, place)
    select 'filler-' || (n % 50), ${sql.lit(time)} - n, 0 from ${series}
  `.execute(db.kysely);
  await sql`analyze`.execute(db.kysely);
}

/** The lines of a query's plan that read one of the large tables from beginning to end. */
async function fullReads(db: Database, query: CompiledQuery): Promise<string[]> {
  const prefix = db.kind === 'postgres' ? 'explain ' : 'explain query plan ';
  const explained: CompiledQuery = { ...query, sql: prefix + query.sql };
  const { rows } = await db.kysely.executeQuery<Record<string, unknown>>(explained);
  const lines = rows.map((row) => String(row['QUERY PLAN'] ?? row.detail));
  const fullRead =
    db.kind === 'postgres' ? /Seq Scan on (requests|coldsend_turns)/ : /^SCAN (requests|coldsend_turns)\b(?!.*INDEX)/;
  return lines.filter((line) => fullRead.test(line));
}
