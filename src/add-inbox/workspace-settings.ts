import type { Person } from './person.ts';

/** Who may add inboxes; guests and people of other workspaces never may. */
export type WhoMayAdd =
  | { kind: 'everyone' }
  | { kind: 'admins' }
  /** These people, the members of these user groups, and admins. */
  | { kind: 'chosen'; userIds: string[]; userGroupIds: string[] };

/** What the admins of a workspace have set. */
export type WorkspaceSettings = {
  whoMayAdd: WhoMayAdd;
  /** The one channel where all results go; undefined: where the command was used. */
  resultsChannelId: string | undefined;
  /** What the form starts with, in mails a day. */
  defaultDailyLimit: number | undefined;
  /** In a channel that no client's key is bound to: the workspace's key is used, or the command says where it works. */
  elsewhere: 'workspace_key' | 'nothing';
};

export const DEFAULT_SETTINGS: WorkspaceSettings = {
  whoMayAdd: { kind: 'everyone' },
  resultsChannelId: undefined,
  defaultDailyLimit: undefined,
  elsewhere: 'workspace_key',
};

/**
 * Whether the workspace's settings let somebody add inboxes who is a full member of it.
 *
 * @param userGroupIds the user groups they are in; asked for only where the settings name some
 */
export function isChosen(person: Person, whoMayAdd: WhoMayAdd, userGroupIds: readonly string[]): boolean {
  switch (whoMayAdd.kind) {
    case 'everyone':
      return true;
    case 'admins':
      return person.isAdmin;
    case 'chosen':
      return (
        person.isAdmin ||
        whoMayAdd.userIds.includes(person.userId) ||
        whoMayAdd.userGroupIds.some((id) => userGroupIds.includes(id))
      );
  }
}
