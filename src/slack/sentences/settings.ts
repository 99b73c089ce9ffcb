import { DEFAULT_DAILY_LIMIT } from '../../add-inbox/account/providers.ts';
import { COMMAND } from '../ids.ts';
import { INVITE } from './common.ts';

export const SETTINGS_FORM = {
  title: 'Settings',
  submit: 'Save',
  whoMayAdd: {
    label: 'Who may add inboxes',
    options: {
      everyone: { text: 'Everyone', description: 'All members of this workspace except guests' },
      admins: { text: 'Admins only', description: 'Admins and owners of this workspace' },
      chosen: { text: 'Chosen people', description: 'The people you choose below, and admins. Never guests' },
    },
  },
  people: 'Chosen people',
  peopleHint: 'Used only with “Chosen people” above.',
  userGroups: 'Chosen user groups',
  userGroupsHint: 'Current members of these groups may add inboxes, too.',
  groupsUnknown:
    'Slack did not list the user groups, so I keep the groups you chose. If this keeps happening, install the app again: it may lack the scope usergroups:read.',
  groupsCapped: (shown: number) => `You can choose only from the first ${shown} user groups by name.`,
  groupsGone: 'A chosen user group is gone or switched off. Saving removes it from the settings.',
  resultsChannel: 'One channel for all results',
  resultsChannelHint: `Leave it empty to get each result in the channel where ${COMMAND} was used. I'll post a short message in a new one to test access. In a private channel, type ${INVITE} first.`,
  dailyLimit: 'Default daily limit',
  dailyLimitHint: `Mails a day. People can change it for each inbox. Leave it empty to start with ${DEFAULT_DAILY_LIMIT}, the recommendation for a new account.`,
  channelsWithoutClient: {
    label: 'In channels without a client',
    options: {
      workspace_key: {
        text: "Use the workspace's key",
        description: 'The one under “ColdSend API key” in the Home tab',
      },
      nothing: { text: 'Add no inboxes there', description: `${COMMAND} lists the channels where it works` },
    },
  },
  passwordsIn: {
    label: 'Passwords',
    options: {
      slack_or_page: { text: 'In Slack or on the secure page', description: 'People choose for each inbox' },
      secure_page: { text: 'On the secure page only', description: 'No form in Slack has a field for a password' },
    },
  },
  noSecurePage:
    'Passwords are entered in Slack. To get a secure page for them, ask the person who runs this bot to set PUBLIC_URL.',
  checkLoginFirst: {
    label: 'Check the login before sending',
    options: {
      no: { text: 'No', description: 'ColdSend logs in itself. I check only what ColdSend refused' },
      yes: {
        text: 'Yes',
        description: 'I hold back what fails. A login from one more address can raise an alarm',
      },
    },
  },
} as const;

export const SETTINGS_ERRORS = {
  nobodyChosen: 'Choose at least one person or user group, or “Admins only” above.',
  dailyLimit: 'Enter a whole number of mails a day, 1 or more. Or leave it empty.',
  cannotPost: `I can't post in this channel, so nothing was saved. If it is private, type ${INVITE} there. Check that it belongs to this workspace and is not archived. Then save again.`,
  slackSilent: 'Slack did not say clearly if I can post there. Nothing was saved. Try again in a minute.',
} as const;

/** The settings as the Home shows them. */
export const SETTINGS_SHOWN = {
  whoMayAdd: 'Who may add inboxes',
  results: 'Results go to',
  ownChannel: `a thread in the channel where ${COMMAND} was used`,
  dailyLimit: 'Default daily limit',
  channelsWithoutClient: 'In channels without a client',
  checkLoginFirst: 'Check the login before sending',
  checked: 'yes',
  notChecked: 'no, only after ColdSend refused it',
  workspace_key: "I use the workspace's key",
  passwordsIn: 'Passwords',
  passwords: {
    slack_or_page: 'in Slack, or on the secure page if `PUBLIC_URL` is set',
    secure_page: 'on the secure page only',
  },
  blocked: `nobody can add inboxes, and ${COMMAND} lists the channels where it works`,
  people: {
    everyone: 'Everyone except guests',
    admins: 'Admins and owners only',
    chosen: (who: string) => `${who}, and admins and owners`,
    unreadable: "Admins and owners only, because I can't read the settings. Save them again.",
  },
} as const;
