import { sql } from 'kysely';
import { type ColdsendKey, type OwnedKey, keyStamp as stampOfKey } from '../../add-inbox/keys/coldsend-key.ts';
import {
  type Client,
  channelsOf,
  clientNameOf,
  findKeyOf,
  type KeyOwner,
  type OwnerName,
  WORKSPACE,
} from '../../add-inbox/keys/key-owner.ts';
import type { AuditAction, AuditNote } from '../../add-inbox/people/audit.ts';
import { listChanges, type WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { AddInboxRequest, ClaimedRequest, RequestChange } from '../../add-inbox/request/request.ts';
import type { Database, Executor } from '../database.ts';
import { createAuditRepository } from '../workspaces/audit-repository.ts';
import { createColdsendKeyRepository, type KeyToSave } from '../workspaces/coldsend-key-repository.ts';
import { createSettingsRepository } from '../workspaces/settings-repository.ts';
import type { RequestToAccept } from './new-request.ts';
import { type Acceptance, createRequestRepository, type RequestRepositoryDeps } from './request-repository.ts';

/**
 * What is written together with its entry in the audit trail, in one transaction: neither is ever there without the other,
 * and it costs one commit.
 */
export function createAuditedStore({ database, ...deps }: Omit<RequestRepositoryDeps, 'db'> & { database: Database }) {
  const { now, onUnreadable } = deps;
  const outside = createRequestRepository({ db: database, ...deps });
  return { accept, advance, keyStamp, saveKey, rebindKey, removeKey, saveSettings };

  /** As the repository's own `accept`; what is pointless to try again, because somebody else does or did, is not accepted. */
  function accept(input: RequestToAccept): Promise<Acceptance | { kind: 'superseded'; request: AddInboxRequest }> {
    return database.transaction(async (within) => {
      const requests = createRequestRepository({ db: within, ...deps });
      const { teamId, retryOf, viewId } = input;
      const request = retryOf === undefined ? undefined : await requests.findSuccessor(teamId, retryOf);
      if (request !== undefined && request.viewId !== viewId) return { kind: 'superseded', request };
      const accepted = await requests.accept(input);
      if (accepted.kind === 'accepted') await note(within, requested(accepted.request));
      return accepted;
    });
  }

  /** As the repository's own `advance`; a change with an outcome is noted. @throws LeaseLostError */
  function advance(
    claimed: ClaimedRequest,
    change: RequestChange,
    options?: { release?: boolean },
  ): Promise<ClaimedRequest> {
    if (change.outcome === undefined) return outside.advance(claimed, change, options);
    return database.transaction(async (within) => {
      const settled = await createRequestRepository({ db: within, ...deps }).advance(claimed, change, options);
      await note(within, ended(settled));
      return settled;
    });
  }

  /** What a form about this owner's key is made for; read it before what the form shows. */
  async function keyStamp(teamId: string, owner: OwnerName): Promise<string> {
    return (await stampedKey(database, teamId, owner)).stamp;
  }

  /**
   * Stores a key in place of the one before; what waited for it is due at once. Undefined, and nothing stored, where `stamp`
   * is not the key's any more. @throws ChannelTakenError
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
   * Binds a client's key to other channels; false, and nothing changed, where `stamp` is not the key's any more.
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

  /** False, and nothing removed, where `stamp` is not the key's any more. */
  function removeKey(teamId: string, userId: string, owner: OwnerName, stamp: string): Promise<boolean> {
    return changing(teamId, async (within) => {
      const { key, stamp: current } = await stampedKey(within, teamId, owner);
      if (key === undefined || current !== stamp) return false;
      await keysWithin(within).remove(teamId, owner);
      await note(within, aboutKey('key_removed', key, userId));
      return true;
    });
  }

  /** False, and nothing saved, where `stamp` is not the settings' any more. */
  function saveSettings(teamId: string, userId: string, settings: WorkspaceSettings, stamp: string): Promise<boolean> {
    return changing(teamId, async (within) => {
      const repository = createSettingsRepository(within, onUnreadable);
      const before = await repository.findStamped(teamId);
      if (before.stamp !== stamp) return false;
      const changes = listChanges(before.settings, settings);
      if (changes.length > 0) await repository.save(teamId, settings);
      for (const details of changes) {
        await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details });
      }
      return true;
    });
  }

  /**
   * A transaction that looks at a workspace's keys or settings before it changes them: one at a time, whichever replica it is
   * in. SQLite has no others anyway.
   */
  function changing<T>(teamId: string, work: (within: Executor) => Promise<T>): Promise<T> {
    return database.transaction(async (within) => {
      if (within.kind === 'postgres') {
        const lock = sql`select pg_advisory_xact_lock(hashtextextended(${`workspace ${teamId}`}, 0))`;
        await lock.execute(within.kysely);
      }
      return work(within);
    });
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

function requested({ id, teamId, userId, account, keyName, channelId }: ClaimedRequest): AuditNote {
  const details = { email_address: account.email_address, ...clientOf(keyName), channel: channelId };
  return { teamId, userId, action: 'inbox_requested', requestId: id, details };
}

function ended({ id, teamId, account, keyName, outcome }: ClaimedRequest): AuditNote {
  const details = {
    email_address: account.email_address,
    ...clientOf(keyName),
    outcome: outcome?.kind ?? '',
    ...(outcome?.kind === 'added' && { inbox_id: outcome.account.inbox_id }),
  };
  return { teamId, userId: undefined, action: 'inbox_outcome', requestId: id, details };
}

function aboutKey(
  action: Extract<AuditAction, `key_${string}`>,
  { teamId, owner, lastFour }: OwnedKey,
  userId: string,
): AuditNote {
  const details = {
    ...clientOf(owner),
    last_four: lastFour,
    ...(owner.kind === 'client' && { channels: listChannels(owner) }),
  };
  return { teamId, userId, action, requestId: undefined, details };
}

function clientOf(owner: OwnerName): { client?: string } {
  const client = clientNameOf(owner);
  return client === undefined ? {} : { client };
}

function listChannels(owner: KeyOwner = WORKSPACE): string {
  return channelsOf(owner).toSorted().join(', ');
}
