import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../../src/storage/open-database.ts';
import { createSealer } from '../../../src/storage/sealing/sealing.ts';
import type { Agency } from './start-agency.ts';

export type StoredSecrets = { tokens: number; keys: number; settings: number; passwords: number; waiting: number };

const LOOK_EVERY_MS = 25;

/** How much of a workspace's own there is in the database, read beside the running bot. */
export async function countStored(
  { databaseUrl }: Pick<Agency, 'databaseUrl'>,
  teamId: string,
): Promise<StoredSecrets> {
  const sealer = createSealer([{ id: 'k1', key: new Uint8Array(32).fill(42) }]);
  const database = await openDatabase(databaseUrl, { sealer, role: 'tool', poolSize: 1 });
  try {
    const { kysely } = database;
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
  } finally {
    await database.close();
  }
}

/** Looks again until the condition holds: the bot tells nobody when it has removed something. */
export async function waitForStored(
  agency: Pick<Agency, 'databaseUrl'>,
  teamId: string,
  isThere: (stored: StoredSecrets) => boolean,
): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const stored = await countStored(agency, teamId);
    if (isThere(stored)) return;
    if (Date.now() > deadline) throw new Error(`still stored: ${JSON.stringify(stored)}`);
    await sleep(LOOK_EVERY_MS);
  }
}

export function isNothing(stored: StoredSecrets): boolean {
  return Object.values(stored).every((count) => count === 0);
}
