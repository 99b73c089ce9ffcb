import type { WorkspaceSettings } from '../people/workspace-settings.ts';
import type { ColdsendKey, OwnedKey } from './coldsend-key.ts';
import { clientsOf, type KeyName, WORKSPACE } from './key-owner.ts';

export type ChosenKey = { keyName: KeyName; current: ColdsendKey | undefined };

/** `key`: the one to use; `current` is undefined where none is stored. `blocked`: inboxes are added in these other channels only. */
export type KeyChoice = ({ kind: 'key' } & ChosenKey) | { kind: 'blocked'; channelIds: string[] };

export type ChooseKey = (
  teamId: string,
  channelId: string,
  settings: Pick<WorkspaceSettings, 'channelsWithoutClient'>,
) => Promise<KeyChoice>;

/** One channel, one client: the key that is bound to the channel, else the workspace's own unless the admins chose none. */
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
