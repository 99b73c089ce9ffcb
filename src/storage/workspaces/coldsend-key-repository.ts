import { randomInt, randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { ChosenKey } from '../../add-inbox/keys/choose-key.ts';
import { type ColdsendKey, type OwnedKey, STORED_KEY_STATUSES } from '../../add-inbox/keys/coldsend-key.ts';
import {
  type Client,
  findKeyOf,
  fromStoredName,
  type KeyName,
  type OwnerName,
  toStoredName,
} from '../../add-inbox/keys/key-owner.ts';
import type { KeyToSave } from '../../add-inbox/keys/store-key.ts';
import type { OpenKey } from '../../add-inbox/request/send-request.ts';
import type { Executor } from '../database.ts';
import { type Given, prepare } from '../rows/prepare.ts';
import type { OnUnreadable } from '../rows/read-rows.ts';
import { orUndefined, storedJson, storedTime } from '../rows/stored-json.ts';
import { keyFingerprint } from '../sealing/key-fingerprint.ts';
import { keyContext } from '../sealing/seal-contexts.ts';
import type { Sealer } from '../sealing/sealing.ts';
import type { ColdsendKeysTable } from '../tables.ts';

/** The columns that a key is read from. The key itself is opened only to check that it can be. It is never shown. */
const KEY_COLUMNS = [
  'id',
  'sealed_key',
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
  'lacks_actions',
] as const satisfies (keyof ColdsendKeysTable)[];

const findRows = prepare((kysely, given: Given<{ teamId: string; channelId: string; label: string }>) =>
  kysely
    .selectFrom('coldsend_keys')
    .select(KEY_COLUMNS)
    .where('team_id', '=', given('teamId'))
    .where('channel_id', '=', given('channelId'))
    .where('label', '=', given('label')),
);

const findRowsFor = prepare((kysely, given: Given<{ teamId: string; channelId: string }>) =>
  kysely
    .selectFrom('coldsend_keys')
    .select(KEY_COLUMNS)
    .where('team_id', '=', given('teamId'))
    .where('channel_id', 'in', [given('channelId'), sql.lit('')]),
);

const status = z.enum(STORED_KEY_STATUSES);

const shownRow = z.object({
  id: z.string(),
  team_id: z.string(),
  channel_id: z.string(),
  label: z.string(),
  version: z.int(),
  last_four: z.string(),
  stored_by: z.string(),
  stored_at: storedTime,
  status,
  missing_scopes: storedJson(z.array(z.string())),
  checked_at: orUndefined(storedTime),
});

/** One of the channels is already bound to another client. */
export class ChannelTakenError extends Error {
  readonly code = 'channel_taken';
  constructor(channelId: string) {
    super(`channel ${channelId} is bound to another client`);
    this.name = 'ChannelTakenError';
  }
}

export type ColdsendKeyRepository = ReturnType<typeof createColdsendKeyRepository>;

/** The table of API keys: one row for a workspace, and one for each channel that is bound to a client. */
export function createColdsendKeyRepository(deps: {
  db: Executor;
  sealer: Sealer;
  now: () => number;
  onUnreadable?: OnUnreadable;
}) {
  const { sealer, now } = deps;
  const { kysely } = deps.db;

  return {
    find,
    open,
    save,
    noteLacksActions,

    /** Every key of every workspace that can be opened, once for each of its owners. */
    async openAll(): Promise<{ teamId: string; owner: OwnerName; apiKey: string; fingerprint: string }[]> {
      const found = new Map<string, { teamId: string; owner: OwnerName; apiKey: string; fingerprint: string }>();
      for (const row of await select().orderBy('team_id').orderBy('label').execute()) {
        const apiKey = findOpened(row);
        if (apiKey === undefined) continue;
        const [teamId, owner] = [String(row.team_id), fromStoredName(String(row.label))];
        found.set(JSON.stringify([teamId, row.label]), { teamId, owner, apiKey, fingerprint: keyFingerprint(apiKey) });
      }
      return [...found.values()];
    },

    /** All keys of a workspace: its own first, then by the client's name. A client's key is read from its first channel's row. */
    async list(teamId: string): Promise<OwnedKey[]> {
      const rows = await select().where('team_id', '=', teamId).orderBy('label').orderBy('channel_id').execute();
      return groupByOwner(rows);
    },

    /** The keys that a channel may use: the one bound to it and the workspace's own. */
    async findFor(teamId: string, channelId: string): Promise<{ bound?: ChosenKey; own?: ColdsendKey }> {
      const rows = await findRowsFor(deps.db, { teamId, channelId });
      const found: { bound?: ChosenKey; own?: ColdsendKey } = {};
      for (const row of rows) {
        const [owner, current] = [fromStoredName(String(row.label)), readKey(row)];
        if (owner.kind === 'client') found.bound = { keyName: { ...owner, channelId }, current };
        else found.own = current;
      }
      return found;
    },

    /**
     * Binds a client's existing key to these channels instead of the previous ones. Returns false if the client has no key.
     * @throws the same errors as `open`
     */
    async rebind(teamId: string, client: Client): Promise<boolean> {
      const [row] = await select().where('team_id', '=', teamId).where('label', '=', client.name).limit(1).execute();
      if (row === undefined) return false;
      const apiKey = openSealed(row);
      const { storedBy, missingScopes, storedAt, version, checkedAt, status } = parseKey(row);
      const kept = { version, storedAt, checkedAt, lacksActions: row.lacks_actions !== null };
      await write({ teamId, owner: client, apiKey, storedBy, status, missingScopes }, kept);
      return true;
    },

    /** False if there was no key. */
    async remove(teamId: string, owner: OwnerName): Promise<boolean> {
      const removed = await kysely
        .deleteFrom('coldsend_keys')
        .where('team_id', '=', teamId)
        .where('label', '=', toStoredName(owner))
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    },

    /**
     * Notes ColdSend's verdict on the key of that version. Returns false and notes nothing if the key was replaced or removed.
     */
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

  /** Notes that the API of the key of that version has no test emails and removals. */
  async function noteLacksActions(teamId: string, version: number): Promise<void> {
    const ofVersion = kysely.updateTable('coldsend_keys').set({ lacks_actions: 1 });
    await ofVersion.where('team_id', '=', teamId).where('version', '=', version).execute();
  }

  function select() {
    return kysely.selectFrom('coldsend_keys').select(KEY_COLUMNS);
  }

  async function findRow(teamId: string, name: KeyName): Promise<KeyRow | undefined> {
    const channelId = name.kind === 'client' ? name.channelId : '';
    const [row] = await findRows(deps.db, { teamId, channelId, label: toStoredName(name) });
    return row;
  }

  /** The facts about a key that people may see. */
  async function find(teamId: string, name: KeyName): Promise<ColdsendKey | undefined> {
    const row = await findRow(teamId, name);
    return row && readKey(row);
  }

  /** The key itself, for sending. Undefined if there is none that can be read. */
  async function open(teamId: string, name: KeyName): Promise<OpenKey | undefined> {
    const row = await findRow(teamId, name);
    if (row === undefined) return undefined;
    const read = readBoth(row);
    if (read === undefined) return undefined;
    const { version, status } = read.key;
    const lacksActions = row.lacks_actions !== null;
    return { apiKey: read.apiKey, fingerprint: keyFingerprint(read.apiKey), version, status, lacksActions };
  }

  /** An unreadable key doesn't hide the others, and can still be replaced or removed. */
  function readKey(row: KeyRow): ColdsendKey {
    return readBoth(row)?.key ?? toUnreadableKey(row);
  }

  function readBoth(row: KeyRow): { key: ColdsendKey; apiKey: string } | undefined {
    try {
      return { key: parseKey(row), apiKey: openSealed(row) };
    } catch (error) {
      deps.onUnreadable?.(String(row.id), error, 'coldsend_keys');
      return undefined;
    }
  }

  /** A client's key has a row for each of its channels. */
  function groupByOwner(rows: KeyRow[]): OwnedKey[] {
    const keys: OwnedKey[] = [];
    for (const row of rows) {
      const [owner, key, channelId] = [fromStoredName(String(row.label)), readKey(row), String(row.channel_id)];
      const first = findKeyOf(keys, owner)?.owner;
      if (first?.kind === 'client') first.channelIds.push(channelId);
      else keys.push({ ...key, owner: owner.kind === 'client' ? { ...owner, channelIds: [channelId] } : owner });
    }
    return keys;
  }

  function openSealed({ sealed_key, team_id, id }: KeyRow): string {
    return sealer.open(sealed_key, keyContext(team_id, id));
  }

  function findOpened(row: KeyRow): string | undefined {
    try {
      return openSealed(row);
    } catch {
      return undefined;
    }
  }

  /**
   * Stores the key in place of the previous one, for a client in all of its channels. For a client, it must run inside a
   * transaction. @throws ChannelTakenError
   */
  async function save(key: KeyToSave): Promise<ColdsendKey> {
    const time = now();
    // Random, because a counter would repeat its numbers if a workspace was removed and came back.
    const version = randomInt(1, 2 ** 47);
    const checkedAt = key.status === 'unchecked' ? undefined : time;
    return write(key, { version, storedAt: time, checkedAt, lacksActions: false });
  }

  async function write(
    key: KeyToSave,
    { version, storedAt, checkedAt, lacksActions }: KeptFacts,
  ): Promise<ColdsendKey> {
    const { teamId, owner, apiKey } = key;
    const label = toStoredName(owner);
    const channelIds = owner.kind === 'client' ? owner.channelIds : [''];
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
        lacks_actions: lacksActions ? 1 : null,
      };
      const row = await kysely
        .insertInto('coldsend_keys')
        .values({ ...values, team_id: teamId, channel_id: channelId, label })
        .onConflict((conflict) =>
          conflict.columns(['team_id', 'channel_id']).doUpdateSet(values).where('coldsend_keys.label', '=', label),
        )
        .returning(KEY_COLUMNS)
        .executeTakeFirst();
      if (!row) throw new ChannelTakenError(channelId);
      saved ??= parseKey(row);
    }
    if (saved === undefined) throw new TypeError('a client has at least one channel');
    return saved;
  }
}

type KeptFacts = Pick<ColdsendKey, 'version' | 'storedAt' | 'checkedAt'> & { lacksActions: boolean };

type KeyRow = Pick<Selectable<ColdsendKeysTable>, (typeof KEY_COLUMNS)[number]>;

/** The key's name and the other readable facts. SQLite may hold any value in a text column. */
function toUnreadableKey(row: KeyRow): ColdsendKey {
  return {
    teamId: String(row.team_id),
    version: 0,
    revision: String(row.id),
    lastFour: String(row.last_four),
    storedBy: String(row.stored_by),
    storedAt: storedTime.safeParse(row.stored_at).data ?? 0,
    status: 'unreadable',
    missingScopes: [],
    checkedAt: undefined,
  };
}

/** @throws z.ZodError if this version can't read the row. */
function parseKey(row: KeyRow): ColdsendKey {
  const parsed = shownRow.parse(row);
  return {
    teamId: parsed.team_id,
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
