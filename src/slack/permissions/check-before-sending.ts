import { LOST_PERMISSIONS } from '../../add-inbox/people/person.ts';
import type { WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { PermissionToAdd } from '../../add-inbox/request/send-request.ts';
import { TokenUnreadableError } from '../install/installations.ts';
import { isOfSlack, type SlackApi } from '../web-api/slack-api.ts';
import type { Permissions } from './permissions.ts';

/** A request sent right after its submission uses the look-up made then. A request that waited needs a new one. */
const KNOWN_FOR_MS = 10_000;

type CheckOptions = { knownForMs?: number; findSettings?(teamId: string): Promise<WorkspaceSettings> };

/**
 * Checks whether the person who asked for an inbox may still add it. The workspace's settings are read each time.
 *
 * @param apiOf throws SlackUnavailableError, SlackRefusedError or TokenUnreadableError where the workspace has no usable token
 * @param options `knownForMs`: how old a look-up of the person may be; 0 asks Slack each time. With `findSettings`, the answer
 *   says whether the workspace wants logins checked
 */
export function createCheckPermission(
  permissions: Permissions,
  apiOf: (teamId: string) => Promise<SlackApi>,
  { knownForMs = KNOWN_FOR_MS, findSettings }: CheckOptions = {},
): (person: { teamId: string; userId: string }) => Promise<PermissionToAdd> {
  return async ({ teamId, userId }) => {
    try {
      const actor = { teamId, userId, ownTeamId: teamId };
      const api = await apiOf(teamId);
      const settings = findSettings?.(teamId);
      const permission = await permissions.checkAdding({ api, actor, ...(settings && { settings }) }, knownForMs);
      if (permission.kind === 'allowed')
        return { kind: 'may', ...(settings && { checksLogin: (await settings).checkLoginFirst }) };
      const why = permission.kind === 'refused' ? LOST_PERMISSIONS.find((each) => each === permission.why) : undefined;
      return why === undefined ? { kind: 'unknown' } : { kind: 'lost', why };
    } catch (error) {
      if (isOfSlack(error)) return { kind: 'unknown' };
      if (error instanceof TokenUnreadableError) return { kind: 'unknown' };
      throw error;
    }
  };
}
