/** Somebody as Slack describes them at this moment. */
export type Person = {
  userId: string;
  /** The workspace they belong to: the one they act in where that is among theirs. */
  teamId: string;
  /** In an organization (Enterprise Grid) one person belongs to several workspaces, and a payload names any of them. */
  isInOrganization: boolean;
  /** A workspace admin or owner. */
  isAdmin: boolean;
  /** A single- or multi-channel guest. */
  isGuest: boolean;
  isStranger: boolean;
  isDeactivated: boolean;
};

/** Why somebody may not add inboxes in a workspace; also what is told of them who could when they asked. */
export const LOST_PERMISSIONS = ['other_workspace', 'deactivated', 'guest', 'admins_only', 'not_chosen'] as const;

export type LostPermission = (typeof LOST_PERMISSIONS)[number];

/** Why somebody may not do what they are about to do. `not_theirs`: the form was opened for somebody else. */
export type Denial = LostPermission | 'not_admin' | 'not_theirs' | 'settings_unreadable';

/** Why somebody is no full member of the workspace; undefined where they are. */
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
