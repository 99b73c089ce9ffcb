import type { WorkspaceSettings } from '../people/workspace-settings.ts';
import type { ColdsendKey, OwnedKey } from './coldsend-key.ts';
import { clientsOf, type KeyName, WORKSPACE } from './key-owner.ts';

export type ChosenKey = { keyName: KeyName; current: ColdsendKey | undefined };

/**
 * `key`: the key to use; `current` is undefined if none is stored. `blocked`: inboxes can be added only in these other channels.
 */
export type KeyChoice = ({ kind: 'key' } & ChosenKey) | { kind: 'blocked'; channelIds: string[] };

export type ChooseKey = (
  teamId: string,
  channelId: string,
  settings: Pick<WorkspaceSettings, 'channelsWithoutClient'>,
) => Promise<KeyChoice>;

/**
 * The key bound to the channel. Without one, it is the workspace's own key, unless the admins blocked channels without a client.
 */
export function createChooseKey(keys: {
  findFor(teamId: string, channelId: string): Promise<{ bound?: ChosenKey; own?: ColdsendKey }>;
  list(teamId: string): Promise<OwnedKey[]>;
}): ChooseKey {
  return async (teamId, channelId, { channelsWithoutClient }) => {
    const { bound, own } = await keys.findFor(teamId, channelId);
    if (bound !== undefined) return { kind: 'key', ...bound };
    if (channelsWithoutClient === 'workspace_key') return { kind: 'key', keyName: WORKSPACE, current: own };
    const clients = clientsOf(await keys.list(teamId));
    return { kind: 'blocked', channelIds: clients.flatMap(({ channelIds }) => channelIds) };
  };
}
