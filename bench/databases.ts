import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { WORKSPACE } from '../src/add-inbox/keys/key-owner.ts';
import { openDatabase } from '../src/storage/open-database.ts';
import { createSealer } from '../src/storage/sealing/sealing.ts';
import { createColdsendKeyRepository } from '../src/storage/workspaces/coldsend-key-repository.ts';
import { createInstallationRepository } from '../src/storage/workspaces/installation-repository.ts';
import { ACCOUNT_TO_ADD } from '../test/add-inbox/request/sample-request.ts';
import type { TestDatabases } from '../test/storage/postgres/start-postgres.ts';
import { isBot, isInstalled, type Subject } from './subjects.ts';
import { BOT_TOKEN, SEALING_KEY, TEAM_ID } from './workloads.ts';

const WORKSPACES = 10_000;
const FINISHED = 1_000_000;

const IN_POSTGRES: Subject[] = ['graphile-worker', 'pg-boss', 'postgres', 'postgres-again'];

export type Databases = {
  /** The URL of a new database for a subject, for the bot with the workspace's key in it. Empty for who stores nothing. */
  create(subject: Subject): Promise<string>;
  remove(): Promise<void>;
};

/** @param startServer starts a PostgreSQL, or shares one, when the first subject needs it */
export function createDatabases(startServer: () => Promise<TestDatabases>): Databases {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-bench-'));
  let count = 0;
  let postgres: Promise<TestDatabases> | undefined;
  return {
    async create(subject) {
      if (subject === 'floor' || subject === 'bolt') return '';
      count += 1;
      const url = IN_POSTGRES.includes(subject) ? await createInPostgres() : `sqlite:${folder}/${count}.db`;
      if (isBot(subject)) {
        await prepare(url, { installed: isInstalled(subject), finished: subject === 'full' ? FINISHED : 0 });
      }
      return url;
    },
    async remove() {
      await (await postgres)?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  async function createInPostgres(): Promise<string> {
    postgres ??= startServer();
    return (await postgres).createDatabase();
  }
}

async function prepare(url: string, { installed, finished }: { installed: boolean; finished: number }): Promise<void> {
  const sealer = createSealer([SEALING_KEY]);
  const database = await openDatabase(url, { sealer, role: 'tool' });
  const { kysely } = database;
  const keys = createColdsendKeyRepository({ db: database, sealer, now: Date.now });
  await keys.save({
    teamId: TEAM_ID,
    owner: WORKSPACE,
    apiKey: 'cs_live_0123456789abcdef0123456789abcdef01234567',
    storedBy: 'U1',
    status: 'works',
    missingScopes: [],
  });
  if (installed) {
    const installations = createInstallationRepository({ database, sealer, now: Date.now });
    await installations.save({
      teamId: TEAM_ID,
      teamName: 'Acme',
      enterpriseId: undefined,
      botToken: BOT_TOKEN,
      botId: 'B1',
      botUserId: 'U0BOT',
      appId: 'A1',
      scopes: [],
      installedBy: 'U1',
    });
  }
  if (finished > 0) {
    // Recent ones: what is older than it is kept would be deleted while the bot is measured.
    const begun = sql.lit(Date.now() - finished);
    await sql`
      with recursive n(i) as (select 2 union all select i + 1 from n where i < ${sql.lit(WORKSPACES)})
      insert into coldsend_keys
        (id, team_id, version, sealed_key, last_four, stored_by, stored_at, status, missing_scopes, checked_at)
      select 'K' || i, 'T' || i, 1, sealed_key, last_four, 'U' || i, stored_at, 'works', '[]', stored_at
      from n, coldsend_keys where team_id = ${TEAM_ID}`.execute(kysely);
    await sql`
      with recursive n(i) as (select 2 union all select i + 1 from n where i < ${sql.lit(WORKSPACES)})
      insert into installations
        (team_id, team_name, sealed_token, bot_id, bot_user_id, app_id, scopes, installed_by, installed_at)
      select 'T' || i, 'Acme', sealed_key, 'B' || i, 'UB' || i, 'A1', '[]', 'U' || i, stored_at
      from n, coldsend_keys where team_id = 'T1'`.execute(kysely);
    await sql`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sql.lit(finished)})
      insert into requests
        (id, team_id, user_id, view_id, channel_id, state, account, announcement_channel, announcement_ts,
         announcement_place, not_before, tries, outcome, outcome_kind, reply_ts, accepted_at, armed_at, settled_at,
         told_at, fence)
      select
        'R' || (i * 7919 % 1000003), 'T' || (1 + i % ${sql.lit(WORKSPACES)}), 'U' || (i % 50000),
        'V' || (i * 104729 % 1000003), 'C1', 'told', ${ACCOUNT}, 'C1', '1700000000.000100', 'channel',
        ${begun} + i, 0, ${OUTCOME}, 'added', '1700000000.000200', ${begun} + i, ${begun} + i, ${begun} + i,
        ${begun} + i, 1
      from n`.execute(kysely);
    await sql`analyze`.execute(kysely);
  }
  await database.close();
}

const ACCOUNT = JSON.stringify(ACCOUNT_TO_ADD);

const OUTCOME = JSON.stringify({
  kind: 'added',
  account: {
    inbox_id: 'b4f0a7c2-3d1e-4f5a-8b6c-7d8e9f0a1b2c',
    email_address: 'jane@acme.com',
    display_name: 'Jane Doe',
    inbox_type: 'GOOGLE_WORKSPACE',
    daily_limit: 100,
    overall_status: 'ACTIVE',
  },
});
