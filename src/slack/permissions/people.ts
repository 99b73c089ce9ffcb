import { findDenial, type Person } from '../../add-inbox/people/person.ts';
import { dropOldest } from '../../operations/drop-oldest.ts';
import type { SlackApi, SlackUser } from '../web-api/slack-api.ts';

const MAX_KNOWN = 10_000;

export type People = {
  /** The person, from a look-up at most `maxAgeMs` ago; undefined where a new look-up is needed. */
  recall(teamId: string, userId: string, maxAgeMs: number): Person | undefined;
  /** Asks Slack. Throws SlackUnavailableError or SlackRefusedError. */
  lookUp(api: SlackApi, teamId: string, userId: string): Promise<Person>;
};

/** Looks people up with `users.info`, and remembers them for a while. */
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
    // A guest can become a member at any moment. Remembering the refusal would extend it by a minute.
    const why = findDenial(person, teamId);
    if (why === undefined || why === 'other_workspace') known.set(key, { person, at: now() });
    dropOldest(known, MAX_KNOWN);
    return person;
  }
}

/** On Enterprise Grid, `enterprise_user.teams` lists all workspaces: https://docs.slack.dev/reference/objects/user-object */
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
    email: user.profile?.email,
  };
}
