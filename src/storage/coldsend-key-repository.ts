import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { ColdsendKey, KeyStatus } from '../add-inbox/coldsend-key.ts';
import type { Executor } from './database.ts';
import { keyFingerprint } from './key-fingerprint.ts';
import type { Sealer } from './sealing.ts';
import { orUndefined, storedJson } from './stored-json.ts';
import type { ColdsendKeysTable } from './tables.ts';

/** Everything but the key itself. */
const SHOWN_COLUMNS = [
  'team_id',
  'version',
  'last_four',
  'stored_by',
  'stored_at',
  'status',
  'missing_scopes',
  'checked_at',
] as const satisfies (keyof ColdsendKeysTable)[];

const status: z.ZodType<KeyStatus> = z.enum(['works', 'unchecked', 'refused']);

const shownRow = z.object({
  team_id: z.string(),
  version: z.number(),
  last_four: z.string(),
  stored_by: z.string(),
  stored_at: z.number(),
  status,
  missing_scopes: storedJson(z.array(z.string())),
  checked_at: orUndefined(z.number()),
});

export type KeyToSave = {
  teamId: string;
  apiKey: string;
  storedBy: string;
  status: KeyStatus;
  missingScopes: string[];
};

/** `fingerprint` names the key's budget. */
export type OpenedKey = { apiKey: string; fingerprint: string; version: number; status: KeyStatus };

export type ColdsendKeyRepository = ReturnType<typeof createColdsendKeyRepository>;

/** The table of API keys, one a workspace. A removed key leaves its row behind, so that versions never repeat. */
export function createColdsendKeyRepository(deps: { db: Executor; sealer: Sealer; now: () => number }) {
  const { sealer, now } = deps;
  const { kysely } = deps.db;

  return {
    /** What may be shown of the workspace's key. */
    async find(teamId: string): Promise<ColdsendKey | undefined> {
      const row = await kysely
        .selectFrom('coldsend_keys')
        .select(SHOWN_COLUMNS)
        .where('team_id', '=', teamId)
        .where('sealed_key', 'is not', null)
        .executeTakeFirst();
      return row && parseKey(row);
    },

    /** The key itself, to be sent. @throws SealError */
    async open(teamId: string): Promise<OpenedKey | undefined> {
      const row = await kysely
        .selectFrom('coldsend_keys')
        .select(['id', 'sealed_key', 'version', 'status'])
        .where('team_id', '=', teamId)
        .executeTakeFirst();
      if (!row || row.sealed_key === null) return undefined;
      const apiKey = sealer.open(row.sealed_key, keyContext(teamId, row.id));
      return { apiKey, fingerprint: keyFingerprint(apiKey), version: row.version, status: status.parse(row.status) };
    },

    /** Stores the key in place of the one before, with the next version. */
    async save({ teamId, apiKey, storedBy, status, missingScopes }: KeyToSave): Promise<ColdsendKey> {
      const id = randomUUID();
      const time = now();
      const key = {
        id,
        sealed_key: sealer.seal(apiKey, keyContext(teamId, id)),
        last_four: apiKey.slice(-4),
        stored_by: storedBy,
        stored_at: time,
        status,
        missing_scopes: JSON.stringify(missingScopes),
        checked_at: status === 'unchecked' ? null : time,
      };
      const row = await kysely
        .insertInto('coldsend_keys')
        .values({ ...key, team_id: teamId, version: 1 })
        .onConflict((conflict) =>
          conflict.column('team_id').doUpdateSet({ ...key, version: sql<number>`coldsend_keys.version + 1` }),
        )
        .returning(SHOWN_COLUMNS)
        .executeTakeFirstOrThrow();
      return parseKey(row);
    },

    /** Wipes the key; false where there was none. Call the database's `eraseFreed` afterwards. */
    async remove(teamId: string): Promise<boolean> {
      const removed = await kysely
        .updateTable('coldsend_keys')
        .set({ sealed_key: null, last_four: '', missing_scopes: '[]' })
        .where('team_id', '=', teamId)
        .where('sealed_key', 'is not', null)
        .executeTakeFirst();
      return removed.numUpdatedRows === 1n;
    },

    /** Notes what ColdSend said about the key of that version; false, and nothing noted, where it was replaced or removed. */
    async mark(
      teamId: string,
      version: number,
      learned: Pick<ColdsendKey, 'status' | 'missingScopes'>,
    ): Promise<boolean> {
      const marked = await kysely
        .updateTable('coldsend_keys')
        .set({ status: learned.status, missing_scopes: JSON.stringify(learned.missingScopes), checked_at: now() })
        .where('team_id', '=', teamId)
        .where('version', '=', version)
        .where('sealed_key', 'is not', null)
        .executeTakeFirst();
      return marked.numUpdatedRows === 1n;
    },
  };
}

function parseKey(row: Pick<Selectable<ColdsendKeysTable>, (typeof SHOWN_COLUMNS)[number]>): ColdsendKey {
  const parsed = shownRow.parse(row);
  return {
    teamId: parsed.team_id,
    version: parsed.version,
    lastFour: parsed.last_four,
    storedBy: parsed.stored_by,
    storedAt: parsed.stored_at,
    status: parsed.status,
    missingScopes: parsed.missing_scopes,
    checkedAt: parsed.checked_at,
  };
}

function keyContext(teamId: string, id: string) {
  return { purpose: 'coldsend_key', teamId, rowId: id };
}
