import { DEFAULT_DAILY_LIMIT } from '../../add-inbox/account/providers.ts';
import { COMMAND } from '../ids.ts';
import { BUTTONS, INVITE, type Notice } from './common.ts';

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
  matchingCode: {
    label: 'Require a matching code',
    options: {
      no: { text: 'No', description: 'The link alone opens the secure page' },
      yes: { text: 'Yes', description: 'A stolen link shows nothing: people confirm a code in Slack first' },
    },
  },
  noSecurePage:
    'This bot has no secure page for passwords. To get one, ask the person who runs this bot to set PUBLIC_URL.',
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
  passwords: { slack_or_page: 'in Slack or on the secure page', secure_page: 'on the secure page only' },
  passwordsWithoutPage: {
    slack_or_page: 'in Slack. To get a secure page for them, ask the person who runs this bot to set `PUBLIC_URL`.',
    secure_page:
      'on the secure page only, but this bot has none, so nobody can add inboxes. Ask the person who runs this bot to set `PUBLIC_URL`, or change this setting.',
  },
  matchingCode: 'Matching code for the secure page',
  required: 'required',
  notRequired: 'not required',
  blocked: `nobody can add inboxes, and ${COMMAND} lists the channels where it works`,
  people: {
    everyone: 'Everyone except guests',
    admins: 'Admins and owners only',
    chosen: (who: string) => `${who}, and admins and owners`,
    unreadable: "Admins and owners only, because I can't read the settings. Save them again.",
  },
} as const;

/** A member asks to be allowed to add inboxes. All of it is mrkdwn. */
export const ACCESS = {
  asks: (who: string) => `${who} asks for permission to add inboxes.`,
  adds: `“${BUTTONS.approve}” adds the person to the chosen people in the settings.`,
  switches: `Now only admins may add inboxes. “${BUTTONS.approve}” changes the setting to “Chosen people” with this person.`,
  approved: {
    toAdmins: (person: string, by: string) => `${by} approved: ${person} may now add inboxes.`,
    toPerson: (by: string) => `${by} approved your request. Type \`${COMMAND}\` in a channel to add an inbox.`,
  },
  declined: {
    toAdmins: (person: string, by: string) => `${by} declined the request of ${person} to add inboxes.`,
    toPerson: (by: string) => `${by} declined your request to add inboxes. Ask them if you have questions.`,
  },
} as const;

const ACCESS_TITLE = 'Request access';

export const ACCESS_NOTICES = {
  asked: (admins: number): Notice => ({
    title: ACCESS_TITLE,
    paragraphs: [
      `I asked ${admins === 1 ? '1 admin' : `${admins} admins`} who use this bot. You get a message when one of them decides.`,
    ],
  }),
  askedBefore: {
    title: ACCESS_TITLE,
    paragraphs: ['You asked within the last 24 hours, so I did nothing. You can ask again tomorrow.'],
  },
  mayAdd: { title: ACCESS_TITLE, paragraphs: [`You may add inboxes now. Close this and type ${COMMAND}.`] },
  nobodyReached: {
    title: ACCESS_TITLE,
    paragraphs: [
      "I couldn't reach an admin, so nobody knows of your request. Ask an admin yourself, or try again later.",
    ],
  },
  gone: { title: ACCESS_TITLE, paragraphs: ['This request is too old, so I did nothing. The person can ask again.'] },
  decidedBefore: (by: string): Notice => ({
    title: ACCESS_TITLE,
    paragraphs: ['Another admin has decided this already, so I did nothing:'],
    facts: by,
  }),
  unreadable: {
    title: ACCESS_TITLE,
    paragraphs: ["I can't read the settings, so I did nothing. Save them again in my Home tab. Then approve this."],
  },
  full: {
    title: ACCESS_TITLE,
    paragraphs: ['The settings have no room for more people, so I did nothing. Choose a user group there instead.'],
  },
} as const;
