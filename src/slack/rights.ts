import { findRefusal, type Person, type Refusal } from '../add-inbox/person.ts';
import type { Actor } from './payloads.ts';
import type { People } from './people.ts';
import { type SlackApi, SlackRefusedError, SlackUnavailableError } from './slack-api.ts';

/** `unknown`: Slack did not say who they are, so nothing may be done for them now. */
export type Right = { kind: 'allowed'; person: Person } | { kind: 'refused'; why: Refusal } | { kind: 'unknown' };

export type Rights = {
  /** From a look-up of the last minute; undefined where there was none. */
  recall(actor: Actor): Right | undefined;
  /** Asks Slack afresh. */
  check(api: SlackApi, actor: Actor): Promise<Right>;
};

/** Whether somebody may use the bot, decided where things happen. */
export function createRights(people: People): Rights {
  return { recall, check };

  function recall(actor: Actor): Right | undefined {
    if (actor.ownTeamId !== actor.teamId) return { kind: 'refused', why: 'other_workspace' };
    const person = people.recall(actor.teamId, actor.userId);
    return person === undefined ? undefined : decide(person, actor);
  }

  async function check(api: SlackApi, actor: Actor): Promise<Right> {
    if (actor.ownTeamId !== actor.teamId) return { kind: 'refused', why: 'other_workspace' };
    try {
      return decide(await people.lookUp(api, actor.teamId, actor.userId), actor);
    } catch (error) {
      if (error instanceof SlackRefusedError && NOT_OURS.has(error.reason)) {
        return { kind: 'refused', why: 'other_workspace' };
      }
      if (error instanceof SlackRefusedError || error instanceof SlackUnavailableError) return { kind: 'unknown' };
      throw error;
    }
  }
}

/** What Slack says of somebody who has nothing to do with the workspace. */
const NOT_OURS = new Set(['user_not_found', 'user_not_visible']);

function decide(person: Person, actor: Actor): Right {
  const why = findRefusal(person, actor.teamId);
  return why === undefined ? { kind: 'allowed', person } : { kind: 'refused', why };
}
