import type { Person } from './person.ts';

/** The people who may add inboxes. Guests and people of other workspaces never may. */
export type WhoMayAdd =
  | { kind: 'everyone' }
  | { kind: 'admins' }
  /** These people, the members of these user groups, and admins. */
  | { kind: 'chosen'; userIds: string[]; userGroupIds: string[] }
  /**
   * Never stored. It means that the stored setting can't be read, so only admins may add inboxes until one of them sets it again.
   */
  | { kind: 'unreadable' };

/** The settings of a workspace, which its admins make. */
export type WorkspaceSettings = {
  whoMayAdd: WhoMayAdd;
  /** The one channel for all results; undefined: the channel where the command was used. */
  resultsChannelId: string | undefined;
  /** The form's default daily limit, in mails a day; undefined: DEFAULT_DAILY_LIMIT. */
  defaultDailyLimit: number | undefined;
  /** `blocked`: nobody can add inboxes there, and the command lists the channels in which it works. */
  channelsWithoutClient: 'workspace_key' | 'blocked';
  /** Where people enter passwords. `secure_page`: in no form of Slack. */
  passwordsIn: 'slack_or_page' | 'secure_page';
  /** Whether the secure page shows nothing until its person has confirmed the page's code in Slack. */
  matchingCode: boolean;
  /**
   * Whether the bot logs in to the mailbox before it sends a request. Undefined where the operator has switched the bot's logins
   * off: then nobody sees this setting.
   */
  checkLoginFirst: boolean | undefined;
};

/** Where a form takes passwords. Without a secure page, `secure_page` means that it can't take any. */
export type PasswordEntry = WorkspaceSettings['passwordsIn'] | 'slack';

/** @param hasSecurePage whether this installation serves the secure page */
export function passwordEntryOf({ passwordsIn }: WorkspaceSettings, hasSecurePage: boolean): PasswordEntry {
  return passwordsIn === 'slack_or_page' && !hasSecurePage ? 'slack' : passwordsIn;
}

export const DEFAULT_SETTINGS: WorkspaceSettings = {
  whoMayAdd: { kind: 'everyone' },
  resultsChannelId: undefined,
  defaultDailyLimit: undefined,
  channelsWithoutClient: 'workspace_key',
  passwordsIn: 'slack_or_page',
  matchingCode: false,
  checkLoginFirst: false,
};

/**
 * Whether the workspace's settings allow a full member of it to add inboxes.
 *
 * @param userGroupIds the user groups of the person; called only if the settings name some
 */
export function isChosen(person: Person, whoMayAdd: WhoMayAdd, userGroupIds: readonly string[]): boolean {
  switch (whoMayAdd.kind) {
    case 'everyone':
      return true;
    case 'admins':
    case 'unreadable':
      return person.isAdmin;
    case 'chosen':
      return (
        person.isAdmin ||
        whoMayAdd.userIds.includes(person.userId) ||
        whoMayAdd.userGroupIds.some((id) => userGroupIds.includes(id))
      );
  }
}

/** A form lists them all, and an action may have to look at each. */
export const MAX_CHOSEN_PEOPLE = 100;

/**
 * Who may add inboxes once this person may, too. "Admins only" becomes "Chosen people". `unreadable`, `full`: why the person can't be
 * added.
 */
export function admit(whoMayAdd: WhoMayAdd, userId: string): WhoMayAdd | 'unreadable' | 'full' {
  switch (whoMayAdd.kind) {
    case 'everyone':
      return whoMayAdd;
    case 'unreadable':
      return 'unreadable';
    case 'admins':
      return { kind: 'chosen', userIds: [userId], userGroupIds: [] };
    case 'chosen':
      if (whoMayAdd.userIds.includes(userId)) return whoMayAdd;
      if (whoMayAdd.userIds.length >= MAX_CHOSEN_PEOPLE) return 'full';
      return { ...whoMayAdd, userIds: [...whoMayAdd.userIds, userId] };
  }
}

/** An admin's changes, in words for the audit trail. */
export type SettingChange = { setting: string; from: string; to: string };

/** The settings that differ. */
export function listChanges(before: WorkspaceSettings, after: WorkspaceSettings): SettingChange[] {
  return Object.values(DESCRIBED).flatMap(([setting, describe]) => {
    const [from, to] = [describe(before), describe(after)];
    return from === to ? [] : [{ setting, from, to }];
  });
}

/** Each setting and its value in the words of the audit trail. */
const DESCRIBED: Record<keyof WorkspaceSettings, [string, (settings: WorkspaceSettings) => string]> = {
  whoMayAdd: ['who may add inboxes', ({ whoMayAdd }) => describeWho(whoMayAdd)],
  resultsChannelId: ['where results go', ({ resultsChannelId }) => resultsChannelId ?? 'the channel of the command'],
  defaultDailyLimit: [
    'default daily limit',
    ({ defaultDailyLimit }) => (defaultDailyLimit === undefined ? 'not set' : String(defaultDailyLimit)),
  ],
  channelsWithoutClient: [
    'key elsewhere',
    ({ channelsWithoutClient }) => (channelsWithoutClient === 'blocked' ? 'none' : "the workspace's own"),
  ],
  passwordsIn: [
    'where passwords are entered',
    ({ passwordsIn }) => (passwordsIn === 'secure_page' ? 'only on the secure page' : 'in Slack or on the secure page'),
  ],
  matchingCode: [
    'matching code for the secure page',
    ({ matchingCode }) => (matchingCode ? 'required' : 'not required'),
  ],
  checkLoginFirst: [
    'check the login before sending',
    ({ checkLoginFirst }) => (checkLoginFirst === true ? 'yes' : 'no'),
  ],
};

function describeWho(whoMayAdd: WhoMayAdd): string {
  if (whoMayAdd.kind !== 'chosen') return whoMayAdd.kind;
  return `chosen: ${[...whoMayAdd.userIds, ...whoMayAdd.userGroupIds].toSorted().join(', ')}`;
}
