import { randomInt, randomUUID } from 'node:crypto';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { ColdsendKey, KeyName, KeyStatus } from '../add-inbox/coldsend-key.ts';
import type { Executor } from './database.ts';
import { keyFingerprint } from './key-fingerprint.ts';
import { prepareQuery } from './prepare-query.ts';
import type { Sealer } from './sealing.ts';
import { orUndefined, storedJson } from './stored-json.ts';
import type { ColdsendKeysTable } from './tables.ts';

/** Everything but the key itself. */
const SHOWN_COLUMNS = [
  'id',
  'team_id',
  'channel_id',
  'label',
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
  id: z.string(),
  team_id: z.string(),
  channel_id: z.string(),
  label: z.string(),
  version: z.number(),
  last_four: z.string(),
  stored_by: z.string(),
  stored_at: z.number(),
  status,
  missing_scopes: storedJson(z.array(z.string())),
  checked_at: orUndefined(z.number()),
});

const findShownFor = prepareQuery((kysely, { teamId, channelId }: { teamId: string; channelId: string }) =>
  kysely
    .selectFrom('coldsend_keys')
    .select(SHOWN_COLUMNS)
    .where('team_id', '=', teamId)
    .where('channel_id', 'in', [channelId, '']),
);

const findShown = prepareQuery((kysely, { teamId, channelId, label }: KeyName) =>
  kysely
    .selectFrom('coldsend_keys')
    .select(SHOWN_COLUMNS)
    .where('team_id', '=', teamId)
    .where('channel_id', '=', channelId)
    .where('label', '=', label),
);

const findSealed = prepareQuery((kysely, { teamId, channelId, label }: KeyName) =>
  kysely
    .selectFrom('coldsend_keys')
    .select(['id', 'sealed_key', 'version', 'status'])
    .where('team_id', '=', teamId)
    .where('channel_id', '=', channelId)
    .where('label', '=', label),
);

export type KeyToSave = {
  teamId: string;
  /** All channels of the client from now on; left out for the workspace's own key. */
  client?: { label: string; channelIds: string[] };
  apiKey: string;
  storedBy: string;
  status: KeyStatus;
  missingScopes: string[];
};

/** `fingerprint` names the key's budget. */
export type OpenedKey = { apiKey: string; fingerprint: string; version: number; status: KeyStatus };

/** One of the channels is bound to another client. */
export class ChannelTakenError extends Error {
  readonly code = 'channel_taken';
  constructor(channelId: string) {
    super(`channel ${channelId} is bound to another client`);
    this.name = 'ChannelTakenError';
  }
}

export type ColdsendKeyRepository = ReturnType<typeof createColdsendKeyRepository>;

/** The table of API keys: one for a workspace, and one for each channel that is bound to a client. */
export function createColdsendKeyRepository(deps: { db: Executor; sealer: Sealer; now: () => number }) {
  const { sealer, now } = deps;
  const { kysely } = deps.db;

  return {
    find,
    open,
    save,

    /** All keys of a workspace: its own first, then by label. */
    async list(teamId: string): Promise<ColdsendKey[]> {
      const rows = await select().where('team_id', '=', teamId).orderBy('label').orderBy('channel_id').execute();
      return rows.map(parseKey);
    },

    /** What a channel may use: the key that is bound to it, and the workspace's own. */
    async findFor(teamId: string, channelId: string): Promise<{ bound?: ColdsendKey; own?: ColdsendKey }> {
      const { rows } = await findShownFor(deps.db, { teamId, channelId });
      const keys = rows.map(parseKey);
      const bound = keys.find((key) => key.channelId !== '');
      const own = keys.find((key) => key.channelId === '');
      return { ...(bound && { bound }), ...(own && { own }) };
    },

    /** Binds a client's key as it is to these channels instead of the ones before; false where the client has none. */
    async rebind(teamId: string, label: string, channelIds: string[]): Promise<boolean> {
      const [row] = await select().where('team_id', '=', teamId).where('label', '=', label).limit(1).execute();
      if (row === undefined) return false;
      const shown = parseKey(row);
      const opened = await open(shown);
      if (opened === undefined) return false;
      const { storedBy, missingScopes, storedAt, version, checkedAt } = shown;
      const client = { label, channelIds };
      const { apiKey, status } = opened;
      const kept = { version, storedAt, checkedAt };
      await write({ teamId, client, apiKey, storedBy, status, missingScopes }, kept);
      return true;
    },

    /** Removes a client's key ('' for the workspace's own); false where there was none. Call `eraseFreed` afterwards. */
    async remove(teamId: string, label = ''): Promise<boolean> {
      const removed = await kysely
        .deleteFrom('coldsend_keys')
        .where('team_id', '=', teamId)
        .where('label', '=', label)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
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
        .executeTakeFirst();
      return marked.numUpdatedRows > 0n;
    },
  };

  function select() {
    return kysely.selectFrom('coldsend_keys').select(SHOWN_COLUMNS);
  }

  /** What may be shown of a key. */
  async function find(name: KeyName): Promise<ColdsendKey | undefined> {
    const [row] = (await findShown(deps.db, name)).rows;
    return row && parseKey(row);
  }

  /** The key itself, to be sent. @throws SealError */
  async function open(name: KeyName): Promise<OpenedKey | undefined> {
    const [row] = (await findSealed(deps.db, name)).rows;
    if (!row) return undefined;
    const apiKey = sealer.open(row.sealed_key, keyContext(name.teamId, row.id));
    return { apiKey, fingerprint: keyFingerprint(apiKey), version: row.version, status: status.parse(row.status) };
  }

  /**
   * Stores the key in place of the one before, for a client in all of its channels. Belongs into a transaction where it is
   * for a client. @throws ChannelTakenError
   */
  async function save(key: KeyToSave): Promise<ColdsendKey> {
    const time = now();
    // At random: a number that is counted on would come again once a workspace was removed and came back.
    const version = randomInt(1, 2 ** 47);
    return write(key, { version, storedAt: time, checkedAt: key.status === 'unchecked' ? undefined : time });
  }

  async function write(
    key: KeyToSave,
    { version, storedAt, checkedAt }: Pick<ColdsendKey, 'version' | 'storedAt' | 'checkedAt'>,
  ): Promise<ColdsendKey> {
    const { teamId, client = { label: '', channelIds: [''] }, apiKey } = key;
    const { label, channelIds } = client;
    await kysely
      .deleteFrom('coldsend_keys')
      .where('team_id', '=', teamId)
      .where('label', '=', label)
      .where('channel_id', 'not in', channelIds)
      .execute();
    let saved: ColdsendKey | undefined;
    for (const channelId of channelIds) {
      const id = randomUUID();
      const values = {
        id,
        version,
        sealed_key: sealer.seal(apiKey, keyContext(teamId, id)),
        last_four: apiKey.slice(-4),
        stored_by: key.storedBy,
        stored_at: storedAt,
        status: key.status,
        missing_scopes: JSON.stringify(key.missingScopes),
        checked_at: checkedAt ?? null,
      };
      const row = await kysely
        .insertInto('coldsend_keys')
        .values({ ...values, team_id: teamId, channel_id: channelId, label })
        .onConflict((conflict) =>
          conflict.columns(['team_id', 'channel_id']).doUpdateSet(values).where('coldsend_keys.label', '=', label),
        )
        .returning(SHOWN_COLUMNS)
        .executeTakeFirst();
      if (!row) throw new ChannelTakenError(channelId);
      saved ??= parseKey(row);
    }
    if (saved === undefined) throw new TypeError('a client has at least one channel');
    return saved;
  }
}

function parseKey(row: Pick<Selectable<ColdsendKeysTable>, (typeof SHOWN_COLUMNS)[number]>): ColdsendKey {
  const parsed = shownRow.parse(row);
  return {
    teamId: parsed.team_id,
    channelId: parsed.channel_id,
    label: parsed.label,
    version: parsed.version,
    revision: parsed.id,
    lastFour: parsed.last_four,
    storedBy: parsed.stored_by,
    storedAt: parsed.stored_at,
    status: parsed.status,
    missingScopes: parsed.missing_scopes,
    checkedAt: parsed.checked_at,
  };
}

/** What a key is sealed for. */
export function keyContext(teamId: string, id: string) {
  return { purpose: 'coldsend_key', teamId, rowId: id };
}
