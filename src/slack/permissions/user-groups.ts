import { dropOldest } from '../../operations/drop-oldest.ts';
import { isRefusal, type SlackApi } from '../web-api/slack-api.ts';
import { isGroupGone } from '../web-api/slack-errors.ts';

const MAX_KNOWN = 1_000;

export type UserGroups = {
  /** The groups that the person is in, from look-ups at most `maxAgeMs` ago; undefined where Slack must be asked. */
  recall(teamId: string, groupIds: readonly string[], userId: string, maxAgeMs: number): string[] | undefined;
  /** Asks Slack. A group that is gone or unreadable counts as empty. Throws the API's other errors. */
  lookUp(api: SlackApi, teamId: string, groupIds: readonly string[], userId: string): Promise<string[]>;
};

/** The members of each user group, from `usergroups.users.list`. */
export function createUserGroups(now: () => number): UserGroups {
  const known = new Map<string, { members: ReadonlySet<string>; at: number }>();
  return { recall, lookUp };

  function recall(teamId: string, groupIds: readonly string[], userId: string, maxAgeMs: number) {
    const groups = groupIds.map((groupId) => ({ groupId, entry: known.get(`${teamId} ${groupId}`) }));
    const isKnown = groups.every(({ entry }) => entry !== undefined && Math.abs(now() - entry.at) <= maxAgeMs);
    return isKnown ? groups.filter(({ entry }) => entry?.members.has(userId)).map(({ groupId }) => groupId) : undefined;
  }

  async function lookUp(api: SlackApi, teamId: string, groupIds: readonly string[], userId: string) {
    const groups = await Promise.all(
      groupIds.map(async (groupId) => ({ groupId, members: await membersOf(api, teamId, groupId) })),
    );
    return groups.filter(({ members }) => members.has(userId)).map(({ groupId }) => groupId);
  }

  async function membersOf(api: SlackApi, teamId: string, groupId: string): Promise<ReadonlySet<string>> {
    const members = new Set(await api.listGroupMembers(groupId).catch(nobodyWhereGone));
    known.delete(`${teamId} ${groupId}`);
    known.set(`${teamId} ${groupId}`, { members, at: now() });
    dropOldest(known, MAX_KNOWN);
    return members;
  }
}

function nobodyWhereGone(error: unknown): string[] {
  if (isRefusal(error, isGroupGone)) return [];
  throw error;
}
