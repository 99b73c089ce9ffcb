import { sql } from 'kysely';
import { type ColdsendKey, keyStamp as stampOfKey } from '../../add-inbox/keys/coldsend-key.ts';
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

  /** What a form about a client's key ('' for the workspace's own) is made for; read it before what the form shows. */
  async function keyStamp(teamId: string, label: string): Promise<string> {
    return (await stampedKeys(database, teamId, label)).stamp;
  }

  /**
   * Stores a key in place of the one before; what waited for it is due at once. Undefined, and nothing stored, where `stamp`
   * is not the key's any more. @throws ChannelTakenError
   */
  function saveKey({ stamp, ...key }: KeyToSave & { stamp: string }): Promise<ColdsendKey | undefined> {
    const label = key.client?.label ?? '';
    return changing(key.teamId, async (within) => {
      const before = await stampedKeys(within, key.teamId, label);
      if (before.stamp !== stamp) return undefined;
      const saved = await keysWithin(within).save(key);
      await createRequestRepository({ db: within, ...deps }).resumeWaitingForKey(key.teamId, label);
      const action = before.keys.some((stored) => stored.label === label) ? 'key_replaced' : 'key_stored';
      await note(within, aboutKey(action, saved, key.storedBy, key.client?.channelIds ?? []));
      return saved;
    });
  }

  /**
   * Binds a client's key to other channels; false, and nothing changed, where `stamp` is not the key's any more.
   * @throws ChannelTakenError
   */
  function rebindKey(
    teamId: string,
    userId: string,
    { label, channelIds }: { label: string; channelIds: string[] },
    stamp: string,
  ): Promise<boolean> {
    return changing(teamId, async (within) => {
      const stored = await stampedKeys(within, teamId, label);
      if (stored.stamp !== stamp) return false;
      const [from, to] = [channelsOf(stored.keys, label), channelIds].map((ids) => ids.toSorted().join(', '));
      if (from === to) return true;
      const isThere = await keysWithin(within).rebind(teamId, label, channelIds);
      const details = { setting: `channels of ${label}`, from: from ?? '', to: to ?? '' };
      if (isThere) await note(within, { teamId, userId, action: 'settings_changed', requestId: undefined, details });
      return isThere;
    });
  }

  /**
   * Removes a client's key ('' for the workspace's own); false, and nothing removed, where `stamp` is not the key's any more.
   */
  function removeKey(teamId: string, userId: string, label: string, stamp: string): Promise<boolean> {
    return changing(teamId, async (within) => {
      const { keys, stamp: current } = await stampedKeys(within, teamId, label);
      const key = keys.find((candidate) => candidate.label === label);
      if (key === undefined || current !== stamp) return false;
      await keysWithin(within).remove(teamId, label);
      await note(within, aboutKey('key_removed', key, userId, channelsOf(keys, label)));
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

  async function stampedKeys(executor: Executor, teamId: string, label: string) {
    const keys = await keysWithin(executor).list(teamId);
    const isThere = keys.some((key) => key.label === label);
    const removals = isThere ? '' : await createAuditRepository({ db: executor, now }).removalsStamp(teamId);
    return { keys, stamp: stampOfKey(keys, label, removals) };
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
