import { findRefusal, mayAdminister, type Person, type Refusal } from '../../add-inbox/people/person.ts';
import { isChosen, type WhoMayAdd, type WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Actor, ViewPayload } from '../bolt/payloads.ts';
import { openerOf } from '../modals/private-metadata.ts';
import type { Notice } from '../sentences/common.ts';
import { sentences } from '../sentences/notices.ts';
import { isOfSlack, isRefusal, type SlackApi } from '../web-api/slack-api.ts';
import { isPersonUnknown } from '../web-api/slack-errors.ts';
import type { People } from './people.ts';
import type { UserGroups } from './user-groups.ts';

/** `unknown`: Slack did not say who they are, so nothing may be done for them now. */
export type Right = { kind: 'allowed'; person: Person } | { kind: 'refused'; why: Refusal } | { kind: 'unknown' };

/** What somebody is about to do: the listener's name, for the audit trail, and the view they do it in. */
export type Attempt = { what: string; view?: ViewPayload };

export type Rights = {
  /** To add inboxes as the settings are now, from look-ups of the last minute; undefined where there were none. */
  recall(actor: Actor, attempt: Attempt, settings: Promise<WorkspaceSettings>): Promise<Right | undefined>;
  /** To add inboxes. Asks Slack, unless it said so at most `maxAgeMs` ago (0 unless given). */
  checkAdding(api: SlackApi, actor: Actor, attempt: Attempt | undefined, maxAgeMs?: number): Promise<Right>;
  /** To set keys and settings and to read the audit trail. Asks Slack. */
  checkAdmin(api: SlackApi, actor: Actor, attempt: Attempt): Promise<Right>;
  /** To see what a full member of the workspace sees. Asks Slack; `mayAdd` as in `checkAdding`. */
  checkMember(api: SlackApi, actor: Actor, whoMayAdd: WhoMayAdd): Promise<{ right: Right; mayAdd: Right }>;
};

/** A look-up of the last minute is good enough for opening a form; whatever acts looks again. */
const RECALLED_FOR_MS = 60_000;

/** Whether somebody may do something, decided where it happens; what was refused goes into the audit trail. */
export function createRights(deps: {
  people: People;
  userGroups: UserGroups;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  /** Notes an attempt that was refused. */
  onRefused(actor: Actor, attempt: Attempt, why: Refusal): void;
}): Rights {
  const { people, userGroups } = deps;
  return { recall, checkAdding, checkAdmin, checkMember };

  async function recall(
    actor: Actor,
    attempt: Attempt,
    settings: Promise<WorkspaceSettings>,
  ): Promise<Right | undefined> {
    const { teamId, userId } = actor;
    const person = people.recall(teamId, userId, RECALLED_FOR_MS);
    if (person === undefined) return undefined;
    const { whoMayAdd } = await settings;
    const groupIds = groupsToAsk(person, whoMayAdd);
    const inGroups = userGroups.recall(teamId, groupIds, userId, RECALLED_FOR_MS);
    return inGroups && noted(actor, attempt, decide(person, actor, whoMayAdd, inGroups));
  }

  async function checkAdding(api: SlackApi, actor: Actor, attempt: Attempt | undefined, maxAgeMs = 0): Promise<Right> {
    const [right, settings] = await Promise.all([lookUp(api, actor, maxAgeMs), deps.findSettings(actor.teamId)]);
    const decided = await decideAdding(api, actor, right, settings.whoMayAdd, maxAgeMs);
    return attempt === undefined ? decided : noted(actor, attempt, decided);
  }

  async function checkAdmin(api: SlackApi, actor: Actor, attempt: Attempt): Promise<Right> {
    const right = await lookUp(api, actor, 0);
    const isAdmin = right.kind !== 'allowed' || mayAdminister(right.person, actor.teamId);
    return noted(actor, attempt, isAdmin ? right : refused('not_admin'));
  }

  async function checkMember(api: SlackApi, actor: Actor, whoMayAdd: WhoMayAdd) {
    const right = await lookUp(api, actor, 0);
    return { right, mayAdd: await decideAdding(api, actor, right, whoMayAdd, RECALLED_FOR_MS) };
  }

  async function decideAdding(
    api: SlackApi,
    actor: Actor,
    right: Right,
    whoMayAdd: WhoMayAdd,
    maxAgeMs: number,
  ): Promise<Right> {
    if (right.kind !== 'allowed') return right;
    const { teamId, userId } = actor;
    const groupIds = groupsToAsk(right.person, whoMayAdd);
    try {
      const inGroups =
        userGroups.recall(teamId, groupIds, userId, maxAgeMs) ??
        (await userGroups.lookUp(api, teamId, groupIds, userId));
      return decide(right.person, actor, whoMayAdd, inGroups);
    } catch (error) {
      if (isOfSlack(error)) return { kind: 'unknown' };
      throw error;
    }
  }

  /** Whether they are a full member. */
  async function lookUp(api: SlackApi, actor: Actor, maxAgeMs: number): Promise<Right> {
    const { teamId, userId } = actor;
    try {
      const recalled = maxAgeMs === 0 ? undefined : people.recall(teamId, userId, maxAgeMs);
      const person = recalled ?? (await people.lookUp(api, teamId, userId));
      const why = whyNoMember(person, actor);
      return why === undefined ? { kind: 'allowed', person } : refused(why);
    } catch (error) {
      if (isRefusal(error, isPersonUnknown)) return refused('other_workspace');
      if (isOfSlack(error)) return { kind: 'unknown' };
      throw error;
    }
  }

  /** A view that was opened for somebody else is of no use to whoever sends it. */
  function noted(actor: Actor, attempt: Attempt, right: Right): Right {
    const { view } = attempt;
    const isTheirs = view === undefined || openerOf(view.private_metadata) === actor.userId;
    const decided = right.kind === 'allowed' && !isTheirs ? refused('not_theirs') : right;
    if (decided.kind === 'refused') deps.onRefused(actor, attempt, decided.why);
    return decided;
  }
}

/** A payload that names another workspace is one of a stranger's, or of somebody whose organization has both. */
function whyNoMember(person: Person, { ownTeamId, teamId }: Actor): ReturnType<typeof findRefusal> {
  if (ownTeamId !== teamId && !person.isInOrganization) return 'other_workspace';
  return findRefusal(person, teamId);
}

function refused(why: Refusal): { kind: 'refused'; why: Refusal } {
  return { kind: 'refused', why };
}

/** The groups that matter: none where the settings let them in, or keep them out, without. */
function groupsToAsk(person: Person, whoMayAdd: WhoMayAdd): readonly string[] {
  if (whoMayAdd.kind !== 'chosen' || isChosen(person, whoMayAdd, [])) return [];
  return whoMayAdd.userGroupIds;
}

function decide(person: Person, actor: Actor, whoMayAdd: WhoMayAdd, inGroups: readonly string[]): Right {
  const why = whyNoMember(person, actor);
  if (why !== undefined) return refused(why);
  if (isChosen(person, whoMayAdd, inGroups)) return { kind: 'allowed', person };
  if (whoMayAdd.kind === 'unreadable') return refused('settings_unreadable');
  return refused(whoMayAdd.kind === 'admins' ? 'admins_only' : 'not_chosen');
}

/** What to tell somebody who may not go on; undefined where they may. */
export function findNotice(right: Right): Notice | undefined {
  if (right.kind === 'unknown') return sentences.whoAreYou;
  return right.kind === 'refused' ? sentences.refusals[right.why] : undefined;
}
