import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { DEFAULT_SETTINGS } from '../src/add-inbox/people/workspace-settings.ts';
import type { Database } from '../src/storage/database.ts';
import { openDatabase } from '../src/storage/open-database.ts';
import { createBatchRepository } from '../src/storage/requests/batches/batch-repository.ts';
import { createRequestStore } from '../src/storage/requests/request-store.ts';
import { keyFingerprint } from '../src/storage/sealing/key-fingerprint.ts';
import { keyContext, passwordsContext, tokenContext } from '../src/storage/sealing/seal-contexts.ts';
import { createSealer, type Sealer } from '../src/storage/sealing/sealing.ts';
import type { Tables } from '../src/storage/tables.ts';
import { createSettingsRepository } from '../src/storage/workspaces/settings-repository.ts';
import { ACCOUNT_TO_ADD, SAMPLE_ACCOUNT } from '../test/add-inbox/request/sample-request.ts';
import { BOT_TOKEN, SEALING_KEY, TEAM_ID } from './workloads.ts';

export type Fill = {
  /** Each has the bot installed, a key and settings. The first is the one of the workloads. */
  workspaces: number;
  /** Finished requests with their audit entries, the same number for each workspace. */
  finished: number;
  /** Batches of the last workspaces, one each, whose rows all wait for a slot: their keys have none for an hour. */
  batches: number;
  rowsOfBatch: number;
};

/** The bot allows no statement more than 1.5 s. */
const ROWS_AT_ONCE = 2_000;
const VALUES_AT_ONCE = 500;

/** What ColdSend allows in an hour. */
const SLOTS_OF_HOUR = 1_000;
const HOUR_MS = 60 * 60 * 1000;

const OUTCOME = {
  kind: 'added',
  account: {
    inbox_id: 'b4f0a7c2-3d1e-4f5a-8b6c-7d8e9f0a1b2c',
    email_address: 'jane@acme.com',
    display_name: 'Jane Doe',
    inbox_type: 'GOOGLE_WORKSPACE',
    daily_limit: 100,
    overall_status: 'ACTIVE',
  },
};

/** Fills a new database with rows that the bot can read, and makes sure that it can. */
export async function fillDatabase(url: string, fill: Fill): Promise<void> {
  const sealer = createSealer([SEALING_KEY]);
  const database = await openDatabase(url, { sealer, role: 'tool' });
  await addWorkspaces(database, sealer, fill.workspaces);
  for (let from = 1; from <= fill.finished; from += ROWS_AT_ONCE) await addFinished(database.kysely, from, fill);
  for (let batch = 0; batch < fill.batches; batch += 1) await addBatch(database.kysely, sealer, batch, fill);
  if (fill.finished > 0) await putInOrder(url, database);
  await read(database, sealer, fill);
  await database.close();
}

async function addWorkspaces(database: Database, sealer: Sealer, count: number): Promise<void> {
  const { kysely } = database;
  await createSettingsRepository(database).save(TEAM_ID, DEFAULT_SETTINGS);
  await sql`
    insert into workspace_settings (team_id, settings)
    select 'T' || i, settings from ${upTo(2, count)}, workspace_settings where i <= ${count}`.execute(kysely);
  const at = Date.now();
  for (let from = 1; from <= count; from += VALUES_AT_ONCE) {
    const teams = Array.from({ length: Math.min(VALUES_AT_ONCE, count - from + 1) }, (_, index) => from + index);
    await kysely
      .insertInto('coldsend_keys')
      .values(
        teams.map((team) => ({
          ...{ id: `K${team}`, team_id: `T${team}`, version: 1, last_four: '0000', stored_by: 'U1', stored_at: at },
          ...{ status: 'works', missing_scopes: '[]', checked_at: at },
          sealed_key: sealer.seal(apiKeyOf(team), keyContext(`T${team}`, `K${team}`)),
        })),
      )
      .execute();
    await kysely
      .insertInto('installations')
      .values(
        teams.map((team) => ({
          ...{ team_id: `T${team}`, team_name: 'Acme', bot_id: `B${team}`, bot_user_id: `UB${team}`, app_id: 'A1' },
          ...{ scopes: '[]', installed_by: 'U1', installed_at: at },
          sealed_token: sealer.seal(`${BOT_TOKEN}-${team}`, tokenContext({ team_id: `T${team}` })),
        })),
      )
      .execute();
  }
}

function apiKeyOf(team: number): string {
  return `cs_live_${String(team).padStart(40, '0')}`;
}

/** The numbers as a table `n(i)`; 64 bits wide, so that they can be multiplied. */
function upTo(from: number, to: number) {
  return sql`(
    with recursive n(i) as (
      select cast(${sql.lit(from)} as bigint) union all select i + 1 from n where i < ${sql.lit(to)}
    ) select i from n
  ) as n`;
}

/** Recent ones: what is older than it is kept would be deleted while the bot is measured. */
async function addFinished(kysely: Kysely<Tables>, from: number, { finished, workspaces }: Fill): Promise<void> {
  const numbers = upTo(from, Math.min(finished, from + ROWS_AT_ONCE - 1));
  const team = sql`'T' || (1 + i % ${sql.lit(workspaces)})`;
  const at = sql`cast(${sql.lit(Date.now() - HOUR_MS)} as bigint) + i`;
  await sql`
    insert into requests
      (id, team_id, user_id, view_id, channel_id, state, account, announcement_channel, announcement_ts,
       announcement_place, not_before, tries, outcome, outcome_kind, reply_ts, accepted_at, armed_at, settled_at,
       told_at, fence)
    select
      'R' || (i * 7919 % 1000003), ${team}, 'U' || (i % 50000), 'V' || (i * 104729 % 1000003), 'C1', 'told',
      ${JSON.stringify(ACCOUNT_TO_ADD)}, 'C1', '1700000000.' || i, 'channel', ${at}, 0, ${JSON.stringify(OUTCOME)},
      'added', '1700000000.000200', ${at}, ${at}, ${at}, ${at}, 1
    from ${numbers}`.execute(kysely);
  const details = JSON.stringify({ email_address: 'jane@acme.com', outcome: 'added' });
  for (const action of ['inbox_requested', 'inbox_outcome']) {
    await sql`
      insert into audit_entries (id, team_id, at, user_id, action, request_id, details)
      select ${action} || (i * 7919 % 1000003), ${team}, ${at}, 'U' || (i % 50000), ${action},
        'R' || (i * 7919 % 1000003), ${details}
      from ${numbers}`.execute(kysely);
  }
}

async function addBatch(kysely: Kysely<Tables>, sealer: Sealer, batch: number, fill: Fill): Promise<void> {
  const { workspaces, rowsOfBatch: total } = fill;
  const [now, id, teamId] = [Date.now(), `B${batch}`, `T${workspaces - batch}`];
  const expiresAt = now + 25 * HOUR_MS;
  const key = keyFingerprint(apiKeyOf(workspaces - batch));
  const counts = { added: 0, exists: 0, refused: 0, key_refused: 0, unknown: 0, expired: 0, stopped: 0 };
  const of = { team_id: teamId, user_id: 'U1', channel_id: 'C1' };
  const announced = { announcement_channel: 'C1', announcement_ts: '1700000000.000100', announcement_place: 'channel' };
  await kysely
    .insertInto('batches')
    .values({
      ...{ id, ...of, ...announced, key_channel_id: '', client: '', file_name: 'inboxes.csv', state: 'running', total },
      shown: JSON.stringify({ state: 'running', at: now, waitsForKey: false, counts: { ...counts, unsettled: total } }),
      ...{ results_posted: 0, not_before: now, tries: 0, created_at: now, confirmed_at: now, fence: 0 },
    })
    .execute();
  const rows = Array.from({ length: total }, (_, index) => ({ id: `${id}.${index}`, line: index + 2 }));
  await kysely
    .insertInto('requests')
    .values(
      rows.map((row) => ({
        ...{ ...row, ...of, view_id: row.id, state: 'announced', account: JSON.stringify(ACCOUNT_TO_ADD) },
        ...{ waits_for: 'rate_limited', turn_of: key, not_before: now + 24 * HOUR_MS, tries: 0, accepted_at: now },
        ...{ expires_at: expiresAt, batch_id: id, fence: 0 },
      })),
    )
    .execute();
  const { smtp_password, imap_password } = SAMPLE_ACCOUNT;
  const passwords = JSON.stringify({ smtp_password, imap_password });
  const sealed = rows.map((row) => sealer.seal(passwords, passwordsContext({ id: row.id, teamId })));
  await kysely
    .insertInto('request_passwords')
    .values(rows.map((row, index) => ({ request_id: row.id, sealed: sealed[index] ?? '' })))
    .execute();
  await kysely
    .insertInto('coldsend_budgets')
    .values({ key_fingerprint: key, blocked_until: now + HOUR_MS })
    .execute();
  await sql`
    insert into coldsend_turns (key_fingerprint, taken_at, place, team_id, user_id)
    select ${key}, cast(${sql.lit(now)} as bigint) - i * 1000, 0, ${teamId}, 'U1' from ${upTo(1, SLOTS_OF_HOUR)}
  `.execute(kysely);
}

/** So that the database has nothing left to do of it while the bot is measured. */
async function putInOrder(url: string, { kind, kysely }: Database): Promise<void> {
  if (kind === 'sqlite') {
    await sql`analyze`.execute(kysely);
    return;
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
  await client.end();
}

async function read(database: Database, sealer: Sealer, { workspaces, finished, batches }: Fill): Promise<void> {
  const deps = { database, sealer, owner: 'benchmark', leaseMs: 4_000, now: Date.now };
  const { entries } = await createRequestStore(deps).latest(TEAM_ID, { limit: 10 });
  const batch = await createBatchRepository(deps).find(`T${workspaces}`, 'B0');
  const isRead = (finished === 0 || entries.length > 0) && entries.every((entry) => !('unreadable' in entry));
  if (!isRead || (batches > 0 && batch === undefined)) throw new Error('the bot can not read what is filled in');
}
