/** Somebody as Slack describes them at this moment. */
export type Person = {
  userId: string;
  /** The workspace they belong to, which need not be the one they act in. */
  teamId: string;
  /** A workspace admin or owner. */
  isAdmin: boolean;
  /** A single- or multi-channel guest. */
  isGuest: boolean;
  isStranger: boolean;
  isDeactivated: boolean;
};

/** Why somebody may not use the bot in a workspace. */
export type Refusal = 'other_workspace' | 'deactivated' | 'guest';

/** Everyone in the workspace may add inboxes, but for guests. Undefined where nothing speaks against it. */
export function findRefusal(person: Person, teamId: string): Refusal | undefined {
  if (person.isStranger || person.teamId !== teamId) return 'other_workspace';
  if (person.isDeactivated) return 'deactivated';
  if (person.isGuest) return 'guest';
  return undefined;
}

/** Admins and owners of the workspace set, replace and remove its ColdSend key. */
export function maySetKey(person: Person, teamId: string): boolean {
  return person.isAdmin && findRefusal(person, teamId) === undefined;
}
