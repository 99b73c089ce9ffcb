import { sql } from 'kysely';
import { type ClientPresets, listPresetChanges } from '../../add-inbox/keys/client-presets.ts';
import { type ColdsendKey, type OwnedKey, keyStamp as stampOfKey } from '../../add-inbox/keys/coldsend-key.ts';
import {
  type Client,
  channelsOf,
  findKeyOf,
  type KeyOwner,
  type OwnerName,
  WORKSPACE,
} from '../../add-inbox/keys/key-owner.ts';
import type { KeyToSave } from '../../add-inbox/keys/store-key.ts';
import { type AuditAction, type AuditNote, clientDetail } from '../../add-inbox/people/audit.ts';
import { listChanges, type WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Database, Executor } from '../database.ts';
import { createRequestRepository } from '../requests/request-repository.ts';
import type { RequestStoreDeps } from '../requests/request-store.ts';
import { createAuditRepository } from './audit-repository.ts';
import { createClientPresetsRepository } from './clients/client-presets-repository.ts';
import { createRememberedRepository } from './clients/remembered-repository.ts';
import { createColdsendKeyRepository } from './coldsend-key-repository.ts';
import { createSettingsRepository } from './settings-repository.ts';

/**
 * The changes that admins make to keys and settings. Each is one transaction with its audit entry. `stamp` identifies the version
 * that the form was opened with. If someone else has changed it since, the change is refused.
 */
export function createAdminChanges({ database, ...deps }: RequestStoreDeps) {
  const { now, onUnreadable } = deps;
  return { keyStamp, saveKey, rebindKey, removeKey, saveSettings, savePresets, forget };

  /** The stamp for a form about this owner's key. Read it before the data that the form shows. */
  async function keyStamp(teamId: string, owner: OwnerName): Promise<string> {
    return (await stampedKey(database, teamId, owner)).stamp;
  }

  /**
   * Stores a key in place of the previous one, and makes the requests that waited for it due at once. Returns undefined and
   * stores nothing if `stamp` is outdated. @throws ChannelTakenError
   */
  function saveKey({ stamp, ...key }: KeyToSave & { stamp: string }): Promise<ColdsendKey | undefined> {
    const { teamId, owner } = key;
    return changing(teamId, async (within) => {
      const before = await stampedKey(within, teamId, owner);
      if (before.stamp !== stamp) return undefined;
      const saved = await keysWithin(within).save(key);
      await createRequestRepository({ db: within, ...deps }).resumeWaitingForKey(teamId, owner);
      const action = before.key === undefined ? 'key_stored' : 'key_replaced';
      await note(within, aboutKey(action, { ...saved, owner }, key.storedBy));
      return saved;
    });
  }

  /**
   * Binds a client's key to other channels. Returns false and changes nothing if `stamp` is outdated.
   * @throws ChannelTakenError
   */
  function rebindKey(teamId: string, userId: string, client: Client, stamp: string): Promise<boolean> {
    return changing(teamId, async (within) => {
      const stored = await stampedKey(within, teamId, client);
      if (stored.stamp !== stamp) return false;
      const [from, to] = [listChannels(stored.key?.owner), listChannels(client)];
      if (from === to) return true;
      const isThere = await keysWithin(within).rebind(teamId, client);
      const details = { setting: `channels of ${client.name}`, from, to };
      if (isThere) await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details });
      return isThere;
    });
  }

  /** Returns false and removes nothing if `stamp` is outdated. */
  function removeKey(teamId: string, userId: string, owner: OwnerName, stamp: string): Promise<boolean> {
    return changing(teamId, async (within) => {
      const { key, stamp: current } = await stampedKey(within, teamId, owner);
      if (key === undefined || current !== stamp) return false;
      await keysWithin(within).remove(teamId, owner);
      await note(within, aboutKey('key_removed', key, userId));
      return true;
    });
  }

  /** Returns false and saves nothing if `stamp` is outdated. */
  function saveSettings(teamId: string, userId: string, changed: WorkspaceSettings, stamp: string): Promise<boolean> {
    return changing(teamId, async (within) => {
      const repository = createSettingsRepository(within, onUnreadable);
      const before = await repository.findStamped(teamId);
      if (before.stamp !== stamp) return false;
      // A setting that nobody sees at the moment stays as it is.
      const { checkLoginFirst = before.settings.checkLoginFirst } = changed;
      const settings = { ...changed, checkLoginFirst };
      const changes = listChanges(before.settings, settings);
      if (changes.length > 0) await repository.save(teamId, settings);
      for (const details of changes) {
        await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details });
      }
      return true;
    });
  }

  /** Returns false and saves nothing if `stamp` is outdated. */
  function savePresets(
    teamId: string,
    userId: string,
    owner: OwnerName,
    presets: ClientPresets,
    stamp: string,
  ): Promise<boolean> {
    return changing(teamId, async (within) => {
      const repository = createClientPresetsRepository(within, onUnreadable);
      const before = await repository.findStamped(teamId, owner);
      const isThere = findKeyOf(await keysWithin(within).list(teamId), owner) !== undefined;
      if (before.stamp !== stamp || !isThere) return false;
      const changes = listPresetChanges(owner, before.presets, presets);
      if (changes.length > 0) await repository.save(teamId, owner, presets);
      for (const details of changes) {
        await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details });
      }
      return true;
    });
  }

  /** Forgets what is remembered of one domain, of all of an owner, or of the whole workspace. */
  function forget(teamId: string, userId: string, what: { owner?: OwnerName; domain?: string }): Promise<void> {
    return changing(teamId, async (within) => {
      const count = await createRememberedRepository(within).forget(teamId, what);
      if (count === 0) return;
      const { owner, domain } = what;
      const details = {
        ...(owner && clientDetail(owner)),
        ...(domain !== undefined && { domain }),
        domains: String(count),
      };
      await note(within, { teamId, userId, action: 'forgotten', requestId: undefined, details });
    });
  }

  function changing<T>(teamId: string, work: (within: Executor) => Promise<T>): Promise<T> {
    return inWorkspace(database, teamId, work);
  }

  async function stampedKey(executor: Executor, teamId: string, owner: OwnerName) {
    const keys = await keysWithin(executor).list(teamId);
    const key = findKeyOf(keys, owner);
    const removals = key ? '' : await createAuditRepository({ db: executor, now }).removalsStamp(teamId);
    return { key, stamp: stampOfKey(key, removals) };
  }

  function note(within: Executor, entry: AuditNote): Promise<void> {
    return createAuditRepository({ db: within, now }).add(entry);
  }

  function keysWithin(within: Executor) {
    return createColdsendKeyRepository({ db: within, ...deps });
  }
}

/**
 * A transaction that reads a workspace's keys or settings before it changes them. Only one runs at a time over all replicas.
 * SQLite allows only one write transaction anyway.
 */
export function inWorkspace<T>(database: Database, teamId: string, work: (within: Executor) => Promise<T>): Promise<T> {
  return database.transaction(async (within) => {
    if (within.kind === 'postgres') {
      const lock = sql`select pg_advisory_xact_lock(hashtextextended(${`workspace ${teamId}`}, 0))`;
      await lock.execute(within.kysely);
    }
    return work(within);
  });
}

function aboutKey(
  action: Extract<AuditAction, `key_${string}`>,
  { teamId, owner, lastFour }: OwnedKey,
  userId: string,
): AuditNote {
  const details = {
    ...clientDetail(owner),
    last_four: lastFour,
    ...(owner.kind === 'client' && { channels: listChannels(owner) }),
  };
  return { teamId, userId, action, requestId: undefined, details };
}

function listChannels(owner: KeyOwner = WORKSPACE): string {
  return channelsOf(owner).toSorted().join(', ');
}
