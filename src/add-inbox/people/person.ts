/** A person as Slack describes them at this moment. */
export type Person = {
  userId: string;
  /** The person's workspace. If they belong to several, it is the one they act in, if that is among them. */
  teamId: string;
  /** In an organization (Enterprise Grid), one person belongs to several workspaces, and a payload may name any of them. */
  isInOrganization: boolean;
  /** A workspace admin or owner. */
  isAdmin: boolean;
  /** A single- or multi-channel guest. */
  isGuest: boolean;
  isStranger: boolean;
  isDeactivated: boolean;
  /** Undefined where Slack does not show it. */
  email?: string | undefined;
};

/**
 * The reason that a person may not add inboxes in a workspace. Also used if a person had permission when they asked and lost it.
 */
export const LOST_PERMISSIONS = ['other_workspace', 'deactivated', 'guest', 'admins_only', 'not_chosen'] as const;

export type LostPermission = (typeof LOST_PERMISSIONS)[number];

/** The reason that a person may not do the next action. `not_theirs`: the form was opened for another person. */
export type Denial = LostPermission | 'not_admin' | 'not_theirs' | 'settings_unreadable';

/** The reason that a person is not a full member of the workspace; undefined if they are. */
export function findDenial(
  person: Person,
  teamId: string,
): Extract<LostPermission, 'other_workspace' | 'deactivated' | 'guest'> | undefined {
  if (person.isStranger || person.teamId !== teamId) return 'other_workspace';
  if (person.isDeactivated) return 'deactivated';
  if (person.isGuest) return 'guest';
  return undefined;
}

/** Admins and owners of the workspace set its ColdSend keys and settings, and read its audit trail. */
export function mayAdminister(person: Person, teamId: string): boolean {
  return person.isAdmin && findDenial(person, teamId) === undefined;
}
