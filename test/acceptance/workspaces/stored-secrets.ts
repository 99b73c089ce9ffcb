import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../src/storage/database.ts';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createSealer } from '../../../src/storage/sealing/sealing.ts';
import type { Agency } from './start-agency.ts';

export type StoredSecrets = { tokens: number; keys: number; settings: number; passwords: number; waiting: number };

const LOOK_EVERY_MS = 25;

type Where = Pick<Agency, 'databaseUrl'>;

/** How much of a workspace's own there is in the database, read beside the running bot. */
export async function countStored(where: Where, teamId: string): Promise<StoredSecrets> {
  return withDatabase(where, (database) => readStored(database, teamId));
}

/** Looks again until the condition holds: the bot tells nobody when it has removed something. */
export async function waitForStored(
  where: Where,
  teamId: string,
  isThere: (stored: StoredSecrets) => boolean,
): Promise<void> {
  const deadline = Date.now() + 10_000;
  await withDatabase(where, async (database) => {
    for (;;) {
      const stored = await readStored(database, teamId);
      if (isThere(stored)) return;
      if (Date.now() > deadline) throw new Error(`still stored: ${JSON.stringify(stored)}`);
      await sleep(LOOK_EVERY_MS);
    }
  });
}

async function withDatabase<T>({ databaseUrl }: Where, use: (database: Database) => Promise<T>): Promise<T> {
  const sealer = createSealer([{ id: 'k1', key: new Uint8Array(32).fill(42) }]);
  const database = await openDatabase(databaseUrl, { sealer, role: 'tool', poolSize: 1 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

async function readStored({ kysely }: Database, teamId: string): Promise<StoredSecrets> {
  const rows = await Promise.all([
    kysely
      .selectFrom('installations')
      .select('team_id')
      .where('team_id', '=', teamId)
      .where('sealed_token', 'is not', null)
      .execute(),
    kysely.selectFrom('coldsend_keys').select('team_id').where('team_id', '=', teamId).execute(),
    kysely.selectFrom('workspace_settings').select('team_id').where('team_id', '=', teamId).execute(),
    kysely
      .selectFrom('request_passwords')
      .innerJoin('requests', 'id', 'request_id')
      .select('id')
      .where('team_id', '=', teamId)
      .execute(),
    kysely.selectFrom('requests').select('id').where('team_id', '=', teamId).where('state', '<>', 'told').execute(),
  ]);
  const [tokens = 0, keys = 0, settings = 0, passwords = 0, waiting = 0] = rows.map(({ length }) => length);
  return { tokens, keys, settings, passwords, waiting };
}

export function isNothing(stored: StoredSecrets): boolean {
  return Object.values(stored).every((count) => count === 0);
}
