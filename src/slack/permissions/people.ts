import { findDenial, type Person } from '../../add-inbox/people/person.ts';
import { dropOldest } from '../../operations/drop-oldest.ts';
import type { SlackApi, SlackUser } from '../web-api/slack-api.ts';

const MAX_KNOWN = 10_000;

export type People = {
  /** Who that was at most so long ago; undefined where they must be looked up. */
  recall(teamId: string, userId: string, maxAgeMs: number): Person | undefined;
  /** Asks Slack. Throws SlackUnavailableError or SlackRefusedError. */
  lookUp(api: SlackApi, teamId: string, userId: string): Promise<Person>;
};

/** Who somebody is, from `users.info`. */
export function createPeople(now: () => number): People {
  const known = new Map<string, { person: Person; at: number }>();
  return { recall, lookUp };

  function recall(teamId: string, userId: string, maxAgeMs: number): Person | undefined {
    const entry = known.get(`${teamId} ${userId}`);
    if (entry === undefined || Math.abs(now() - entry.at) > maxAgeMs) return undefined;
    return entry.person;
  }

  async function lookUp(api: SlackApi, teamId: string, userId: string): Promise<Person> {
    const person = toPerson(await api.findUser(userId), teamId);
    const key = `${teamId} ${userId}`;
    known.delete(key);
    // A guest may be made a member at any moment, who then should not be refused for another minute.
    const why = findDenial(person, teamId);
    if (why === undefined || why === 'other_workspace') known.set(key, { person, at: now() });
    dropOldest(known, MAX_KNOWN);
    return person;
  }
}

/** https://docs.slack.dev/reference/objects/user-object: on Enterprise Grid, `enterprise_user.teams` has all their workspaces. */
function toPerson(user: SlackUser, askedFor: string): Person {
  const teamIds = user.enterprise_user?.teams ?? [user.team_id];
  return {
    userId: user.id,
    teamId: teamIds.includes(askedFor) ? askedFor : (teamIds[0] ?? ''),
    isInOrganization: user.enterprise_user?.teams !== undefined,
    isAdmin: user.is_admin || user.is_owner,
    isGuest: user.is_restricted || user.is_ultra_restricted,
    isStranger: user.is_stranger,
    isDeactivated: user.deleted || user.is_bot,
  };
}
