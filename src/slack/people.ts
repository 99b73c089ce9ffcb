import { findRefusal, type Person } from '../add-inbox/person.ts';
import type { SlackApi, SlackUser } from './slack-api.ts';

const MOST_KNOWN = 10_000;

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
    const person = toPerson(await api.findUser(userId));
    const key = `${teamId} ${userId}`;
    known.delete(key);
    if (findRefusal(person, teamId) === undefined) known.set(key, { person, at: now() });
    for (const oldest of known.keys()) {
      if (known.size <= MOST_KNOWN) break;
      known.delete(oldest);
    }
    return person;
  }
}

function toPerson(user: SlackUser): Person {
  return {
    userId: user.id,
    teamId: user.team_id,
    isAdmin: user.is_admin || user.is_owner,
    isGuest: user.is_restricted || user.is_ultra_restricted,
    isStranger: user.is_stranger,
    isDeactivated: user.deleted || user.is_bot,
  };
}
