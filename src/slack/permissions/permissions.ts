import { type Denial, findDenial, mayAdminister, type Person } from '../../add-inbox/people/person.ts';
import { isChosen, type WhoMayAdd, type WorkspaceSettings } from '../../add-inbox/people/workspace-settings.ts';
import type { Actor, Interaction } from '../bolt/interaction.ts';
import { openerOf } from '../modals/private-metadata.ts';
import type { Notice } from '../sentences/common.ts';
import { sentences } from '../sentences/notices.ts';
import { isOfSlack, isRefusal } from '../web-api/slack-api.ts';
import { isPersonUnknown } from '../web-api/slack-errors.ts';
import type { People } from './people.ts';
import type { UserGroups } from './user-groups.ts';

/** `unknown`: Slack did not answer the look-up, so the person may do nothing for now. */
export type Permission = { kind: 'allowed'; person: Person } | { kind: 'refused'; why: Denial } | { kind: 'unknown' };

/**
 * A person's attempt to do something. Without `what`, a refusal is not noted in the audit trail. `settings` are the workspace's,
 * where they are being read for the same attempt.
 */
export type Attempt = Pick<Interaction, 'api' | 'actor'> &
  Partial<Pick<Interaction, 'what' | 'view'>> & { settings?: WorkspaceSettings | Promise<WorkspaceSettings> };

export type Permissions = {
  /** Permission to add inboxes under the current settings, from look-ups of the last minute; undefined without such look-ups. */
  recall(attempt: Attempt): Promise<Permission | undefined>;
  /** Permission to add inboxes. Asks Slack, unless it answered at most `maxAgeMs` ago (0 by default). */
  checkAdding(attempt: Attempt, maxAgeMs?: number): Promise<Permission>;
  /** Permission to set keys and settings and to read the audit trail. Asks Slack. */
  checkAdmin(attempt: Attempt): Promise<Permission>;
  /** Permission to see what a full member of the workspace sees. Asks Slack; `mayAdd` is as in `checkAdding`. */
  checkMember(attempt: Attempt, whoMayAdd: WhoMayAdd): Promise<{ permission: Permission; mayAdd: Permission }>;
};

/** Opening a form may use a look-up of the last minute. Every action needs a new one. */
const RECALLED_FOR_MS = 60_000;

/** Decides at each attempt whether the person may make it. Refused attempts go into the audit trail. */
export function createPermissions(deps: {
  people: People;
  userGroups: UserGroups;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  onRefused(actor: Actor, what: string, why: Denial): void;
}): Permissions {
  const { people, userGroups } = deps;
  return { recall, checkAdding, checkAdmin, checkMember };

  async function recall(attempt: Attempt): Promise<Permission | undefined> {
    const { actor } = attempt;
    const { teamId, userId } = actor;
    const person = people.recall(teamId, userId, RECALLED_FOR_MS);
    if (person === undefined) return undefined;
    const { whoMayAdd } = await settingsOf(attempt);
    const groupIds = groupsToAsk(person, whoMayAdd);
    const inGroups = userGroups.recall(teamId, groupIds, userId, RECALLED_FOR_MS);
    return inGroups && noted(attempt, decide(person, actor, whoMayAdd, inGroups));
  }

  async function checkAdding(attempt: Attempt, maxAgeMs = 0): Promise<Permission> {
    const [permission, settings] = await Promise.all([lookUp(attempt, maxAgeMs), settingsOf(attempt)]);
    return noted(attempt, await decideAdding(attempt, permission, settings.whoMayAdd, maxAgeMs));
  }

  async function settingsOf({ settings, actor }: Attempt): Promise<WorkspaceSettings> {
    return settings ?? deps.findSettings(actor.teamId);
  }

  async function checkAdmin(attempt: Attempt): Promise<Permission> {
    const permission = await lookUp(attempt, 0);
    const isAdmin = permission.kind !== 'allowed' || mayAdminister(permission.person, attempt.actor.teamId);
    return noted(attempt, isAdmin ? permission : refused('not_admin'));
  }

  async function checkMember(attempt: Attempt, whoMayAdd: WhoMayAdd) {
    const permission = await lookUp(attempt, 0);
    return { permission, mayAdd: await decideAdding(attempt, permission, whoMayAdd, RECALLED_FOR_MS) };
  }

  async function decideAdding(
    { api, actor }: Attempt,
    permission: Permission,
    whoMayAdd: WhoMayAdd,
    maxAgeMs: number,
  ): Promise<Permission> {
    if (permission.kind !== 'allowed') return permission;
    const { teamId, userId } = actor;
    const groupIds = groupsToAsk(permission.person, whoMayAdd);
    try {
      const inGroups =
        userGroups.recall(teamId, groupIds, userId, maxAgeMs) ??
        (await userGroups.lookUp(api, teamId, groupIds, userId));
      return decide(permission.person, actor, whoMayAdd, inGroups);
    } catch (error) {
      if (isOfSlack(error)) return { kind: 'unknown' };
      throw error;
    }
  }

  /** Allowed for full members of the workspace. */
  async function lookUp({ api, actor }: Attempt, maxAgeMs: number): Promise<Permission> {
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

  /** A view opened for one person does not work for another. */
  function noted({ actor, what, view }: Attempt, permission: Permission): Permission {
    const isTheirs = view === undefined || openerOf(view.private_metadata) === actor.userId;
    const decided = permission.kind === 'allowed' && !isTheirs ? refused('not_theirs') : permission;
    if (decided.kind === 'refused' && what !== undefined) deps.onRefused(actor, what, decided.why);
    return decided;
  }
}

/** A payload that names another workspace comes from a stranger, or from a member of an organization that has both. */
function whyNoMember(person: Person, { ownTeamId, teamId }: Actor): ReturnType<typeof findDenial> {
  if (ownTeamId !== teamId && !person.isInOrganization) return 'other_workspace';
  return findDenial(person, teamId);
}

function refused(why: Denial): { kind: 'refused'; why: Denial } {
  return { kind: 'refused', why };
}

/** The groups to look up; none where the settings already decide without them. */
function groupsToAsk(person: Person, whoMayAdd: WhoMayAdd): readonly string[] {
  if (whoMayAdd.kind !== 'chosen' || isChosen(person, whoMayAdd, [])) return [];
  return whoMayAdd.userGroupIds;
}

function decide(person: Person, actor: Actor, whoMayAdd: WhoMayAdd, inGroups: readonly string[]): Permission {
  const why = whyNoMember(person, actor);
  if (why !== undefined) return refused(why);
  if (isChosen(person, whoMayAdd, inGroups)) return { kind: 'allowed', person };
  if (whoMayAdd.kind === 'unreadable') return refused('settings_unreadable');
  return refused(whoMayAdd.kind === 'admins' ? 'admins_only' : 'not_chosen');
}

/** The notice for a person who may not go on; undefined where they may. */
export function findNotice(permission: Permission): Notice | undefined {
  if (permission.kind === 'unknown') return sentences.whoAreYou;
  return permission.kind === 'refused' ? sentences.denials[permission.why] : undefined;
}
