import type { AuditAction, AuditNote } from '../add-inbox/audit.ts';
import type { ColdsendKey } from '../add-inbox/coldsend-key.ts';
import type { ClaimedRequest, RequestChange } from '../add-inbox/request.ts';
import { listChanges, type WorkspaceSettings } from '../add-inbox/workspace-settings.ts';
import { createAuditRepository } from './audit-repository.ts';
import { createColdsendKeyRepository, type KeyToSave } from './coldsend-key-repository.ts';
import type { Database, Executor } from './database.ts';
import {
  type Acceptance,
  createRequestRepository,
  type RequestRepositoryDeps,
  type RequestToAccept,
} from './request-repository.ts';
import { createSettingsRepository } from './settings-repository.ts';

/**
 * What is written together with its entry in the audit trail, in one transaction: neither is ever there without the other,
 * and it costs one commit.
 */
export function createAuditedStore({ database, ...deps }: Omit<RequestRepositoryDeps, 'db'> & { database: Database }) {
  const { now, onUnreadable } = deps;
  const outside = createRequestRepository({ db: database, ...deps });
  return { accept, advance, saveKey, rebindKey, removeKey, saveSettings };

  function accept(input: RequestToAccept): Promise<Acceptance> {
    return database.transaction(async (within) => {
      const accepted = await createRequestRepository({ db: within, ...deps }).accept(input);
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

  /** Stores a key in place of the one before; what waited for it is due at once. @throws ChannelTakenError */
  function saveKey(key: KeyToSave): Promise<ColdsendKey> {
    return database.transaction(async (within) => {
      const keys = keysWithin(within);
      const isThere = (await keys.list(key.teamId)).some(({ label }) => label === (key.client?.label ?? ''));
      const saved = await keys.save(key);
      await createRequestRepository({ db: within, ...deps }).resumeWaitingForKey(key.teamId, key.client?.label ?? '');
      const action = isThere ? 'key_replaced' : 'key_stored';
      await note(within, aboutKey(action, saved, key.storedBy, key.client?.channelIds ?? []));
      return saved;
    });
  }

  /** Binds a client's key to other channels; false where the client has none any more. @throws ChannelTakenError */
  function rebindKey(teamId: string, userId: string, label: string, channelIds: string[]): Promise<boolean> {
    return database.transaction(async (within) => {
      const keys = keysWithin(within);
      const before = channelsOf(await keys.list(teamId), label);
      const isThere = await keys.rebind(teamId, label, channelIds);
      const change = { setting: `channels of ${label}`, from: before.join(', '), to: channelIds.toSorted().join(', ') };
      if (isThere && change.from !== change.to) {
        await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details: change });
      }
      return isThere;
    });
  }

  /** Removes a client's key ('' for the workspace's own); false where there was none. Call `eraseFreed` afterwards. */
  function removeKey(teamId: string, userId: string, label: string): Promise<boolean> {
    return database.transaction(async (within) => {
      const keys = keysWithin(within);
      const all = await keys.list(teamId);
      const key = all.find((candidate) => candidate.label === label);
      if (key === undefined) return false;
      await keys.remove(teamId, label);
      await note(within, aboutKey('key_removed', key, userId, channelsOf(all, label)));
      return true;
    });
  }

  function saveSettings(teamId: string, userId: string, settings: WorkspaceSettings): Promise<void> {
    return database.transaction(async (within) => {
      const repository = createSettingsRepository(within, onUnreadable);
      const changes = listChanges(await repository.find(teamId), settings);
      if (changes.length === 0) return;
      await repository.save(teamId, settings);
      for (const details of changes) {
        await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details });
      }
    });
  }

  function note(within: Executor, entry: AuditNote): Promise<void> {
    return createAuditRepository({ db: within, now }).add(entry);
  }

  function keysWithin(within: Executor) {
    return createColdsendKeyRepository({ db: within, ...deps });
  }
}

function requested({ id, teamId, userId, account, client, channelId }: ClaimedRequest): AuditNote {
  const details = { email_address: account.email_address, ...clientOf(client), channel: channelId };
  return { teamId, userId, action: 'inbox_requested', requestId: id, details };
}

function ended({ id, teamId, account, client, outcome }: ClaimedRequest): AuditNote {
  const details = {
    email_address: account.email_address,
    ...clientOf(client),
    outcome: outcome?.kind ?? '',
    ...(outcome?.kind === 'added' && { inbox_id: outcome.account.inbox_id }),
  };
  return { teamId, userId: undefined, action: 'inbox_outcome', requestId: id, details };
}

function aboutKey(
  action: Extract<AuditAction, `key_${string}`>,
  { teamId, label, lastFour }: ColdsendKey,
  userId: string,
  channelIds: string[],
): AuditNote {
  const channels = channelIds.filter((channelId) => channelId !== '').toSorted();
  const details = {
    ...clientOf(label),
    last_four: lastFour,
    ...(channels.length > 0 && { channels: channels.join(', ') }),
  };
  return { teamId, userId, action, requestId: undefined, details };
}

function clientOf(label: string): { client?: string } {
  return label === '' ? {} : { client: label };
}

function channelsOf(keys: ColdsendKey[], label: string): string[] {
  return keys.filter((key) => key.label === label).map(({ channelId }) => channelId);
}
