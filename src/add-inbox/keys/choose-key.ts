import type { WorkspaceSettings } from '../people/workspace-settings.ts';
import type { ColdsendKey } from './coldsend-key.ts';

/** `key`: the one to use; `current` is undefined where none is stored. `nowhere`: inboxes are added in these channels only. */
export type KeyChoice =
  | { kind: 'key'; keyChannelId: string; client: string; current: ColdsendKey | undefined }
  | { kind: 'nowhere'; channelIds: string[] };

export type ChooseKey = (
  teamId: string,
  channelId: string,
  settings: Pick<WorkspaceSettings, 'elsewhere'>,
) => Promise<KeyChoice>;

/** One channel, one client: the key that is bound to the channel, else the workspace's own unless the admins chose none. */
export function createChooseKey(keys: {
  findFor(teamId: string, channelId: string): Promise<{ bound?: ColdsendKey; own?: ColdsendKey }>;
  list(teamId: string): Promise<ColdsendKey[]>;
}): ChooseKey {
  return async (teamId, channelId, { elsewhere }) => {
    const { bound, own } = await keys.findFor(teamId, channelId);
    if (bound !== undefined) {
      return { kind: 'key', keyChannelId: bound.channelId, client: bound.label, current: bound };
    }
    if (elsewhere === 'workspace_key') return { kind: 'key', keyChannelId: '', client: '', current: own };
    const all = await keys.list(teamId);
    return { kind: 'nowhere', channelIds: all.flatMap((key) => (key.channelId === '' ? [] : [key.channelId])) };
  };
}
