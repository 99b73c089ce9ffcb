import type { ChooseKey } from '../../add-inbox/keys/choose-key.ts';
import { isSameOwner, type KeyName, type OwnerName } from '../../add-inbox/keys/key-owner.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Notice } from '../sentences/common.ts';
import { sentences } from '../sentences/notices.ts';

/** Where inboxes go, as the settings are now; or why a form can't go on, because they have changed since it was opened. */
export type Target = { ok: true; settings: WorkspaceSettings; keyName: KeyName } | { ok: false; notice: Notice };

/** @param found the settings, where the caller has just read them */
export type FindTarget = (
  teamId: string,
  form: { channelId: string; owner: OwnerName },
  found?: WorkspaceSettings,
) => Promise<Target>;

/** Finds the key for a form, unless the client of its channel has changed since it was opened. */
export function createFindTarget(deps: {
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
}): FindTarget {
  return async (teamId, { channelId, owner }, found) => {
    const settings = found ?? (await deps.findSettings(teamId));
    const choice = await deps.chooseKey(teamId, channelId, settings);
    if (choice.kind === 'blocked') return { ok: false, notice: sentences.blocked(choice.channelIds) };
    if (!isSameOwner(choice.keyName, owner)) return { ok: false, notice: sentences.clientChanged };
    return { ok: true, settings, keyName: choice.keyName };
  };
}
