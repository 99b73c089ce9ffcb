import type { ClientPresets } from '../add-inbox/keys/client-presets.ts';
import type { OwnerName } from '../add-inbox/keys/key-owner.ts';
import type { Remembered } from '../add-inbox/keys/remembered.ts';
import type { WorkspaceSettings } from '../add-inbox/people/workspace-settings.ts';
import type { FormDefaults } from '../slack/form/open-form.ts';

/**
 * The values that a form for this owner's inboxes begins with: the client's presets first, then the workspace's default limit, then
 * the limit of the client's last inbox.
 */
export function createFindFormDefaults(deps: {
  findPresets(teamId: string, owner: OwnerName): Promise<ClientPresets>;
  findLast(teamId: string, owner: OwnerName): Promise<Remembered | undefined>;
}) {
  return async (
    teamId: string,
    owner: OwnerName,
    { defaultDailyLimit }: Pick<WorkspaceSettings, 'defaultDailyLimit'>,
  ): Promise<FormDefaults> => {
    const { dailyLimit = defaultDailyLimit, namePattern } = await deps.findPresets(teamId, owner);
    if (dailyLimit !== undefined || owner.kind === 'workspace') return { dailyLimit, namePattern };
    const last = await deps.findLast(teamId, owner);
    return { dailyLimit: last?.dailyLimit, namePattern };
  };
}
