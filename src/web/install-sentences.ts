import { BOT_NAME, COMMAND } from '../slack/ids.ts';

/*
 * What the pages say that people see in their browser when they install the bot. Each says what happened and what to do next.
 */

export type Refusal =
  | 'denied'
  | 'state_missing'
  | 'state_wrong'
  | 'state_expired'
  | 'state_used'
  | 'other_browser'
  | 'code_missing'
  | 'code_refused'
  | 'org_wide'
  | 'token_rotation'
  | 'slack_refused'
  | 'slack_unavailable'
  | 'failed';

export type PageText = { title: string; paragraphs: string[] };

const START_AGAIN = 'Start again with the button below.';

const NOTHING_CHANGED = 'Nothing was installed or changed.';

export const INSTALL_PAGE = {
  title: 'Inbox Bot for Slack',
  intro: `Adds sending inboxes to ColdSend from Slack: type ${COMMAND}, fill in a form, and see in the channel's thread how it went.`,
  whatItMay: 'Slack will ask you to let Inbox Bot',
  scopes: {
    commands: `offer the command ${COMMAND}`,
    'chat:write': 'post how it went, in channels it is in and in direct messages',
    'chat:write.public': 'do that in public channels it is not in',
    'users:read': 'see who is an admin and who is a guest',
    'usergroups:read': 'see who is in the user groups that an admin chose',
    'files:write': 'send the audit trail as a file to an admin who asks for it',
  } as Record<string, string>,
  reads: 'It reads no messages.',
  button: 'Add to Slack',
  oneWorkspace: 'Choose one workspace on the next page, not a whole organization.',
} as const;

export const INSTALLED_PAGE = {
  title: (again: boolean) => (again ? 'Inbox Bot is installed again' : 'Inbox Bot is installed'),
  where: (workspace: string) => `It is now in the workspace ${workspace}.`,
  kept: 'The settings and the ColdSend API keys of the workspace are as they were.',
  next: 'What to do next',
  open: 'Open Inbox Bot in Slack',
} as const;

/** For the page and the direct message alike. `again`: there may be a key already. */
export const NEXT_STEPS: readonly string[] = [
  "Open Inbox Bot's Home tab and store a ColdSend API key there, if there is none yet. Admins and owners of the workspace can do that.",
  `In a private channel, type /invite @${BOT_NAME} first. In public channels that is not needed.`,
  `Type ${COMMAND} in a channel, and fill in the form.`,
];

export const INSTALLED_DM = {
  title: (again: boolean) => (again ? 'Inbox Bot is installed again.' : 'Inbox Bot is installed. Thank you!'),
} as const;

export const REFUSAL_PAGES: Record<Refusal, PageText & { startAgain: boolean }> = {
  denied: {
    title: 'Not installed: it was cancelled',
    paragraphs: [
      `Slack says that the installation was cancelled. ${NOTHING_CHANGED}`,
      'You can start again with the button below. If only admins may install apps in your workspace, send one of them the address of the page that it opens.',
    ],
    startAgain: true,
  },
  state_missing: {
    title: 'Not installed: the address is incomplete',
    paragraphs: [`This page works only as the last step of an installation. ${NOTHING_CHANGED}`, START_AGAIN],
    startAgain: true,
  },
  state_wrong: {
    title: 'Not installed: not begun here',
    paragraphs: [
      `This installation was not begun on this bot's own page, so it was not finished. ${NOTHING_CHANGED}`,
      START_AGAIN,
    ],
    startAgain: true,
  },
  state_expired: {
    title: 'Not installed: it took too long',
    paragraphs: [`An installation has to be finished within ten minutes. ${NOTHING_CHANGED}`, START_AGAIN],
    startAgain: true,
  },
  state_used: {
    title: 'This was done already',
    paragraphs: [
      'This page works once, and it was opened before. If Inbox Bot is in your Slack now, there is nothing more to do here: a direct message from it says what comes next.',
      'If it is not there, start again with the button below.',
    ],
    startAgain: true,
  },
  other_browser: {
    title: 'Not installed: begun in another browser',
    paragraphs: [
      `This installation was begun in another browser or window, or cookies are switched off here. ${NOTHING_CHANGED}`,
      'Start again with the button below, and finish it in this same browser.',
    ],
    startAgain: true,
  },
  code_missing: {
    title: 'Not installed: the address is incomplete',
    paragraphs: [
      `Slack sent nothing that the installation could be finished with. ${NOTHING_CHANGED}`,
      `${START_AGAIN} If it stays so, tell whoever runs this bot.`,
    ],
    startAgain: true,
  },
  code_refused: {
    title: 'Not installed: Slack did not confirm it',
    paragraphs: [
      `Slack says that this step of the installation is not valid, or was finished before. ${NOTHING_CHANGED}`,
      START_AGAIN,
    ],
    startAgain: true,
  },
  org_wide: {
    title: 'Not installed: not for a whole organization',
    paragraphs: [
      'Inbox Bot is installed in single workspaces, since each has its own ColdSend key and its own admins. It keeps nothing of the access to the whole organization, and has asked Slack to take it back.',
      'Start again with the button below, and choose one workspace at the top of the page that Slack shows.',
    ],
    startAgain: true,
  },
  token_rotation: {
    title: 'Not installed: the Slack app is set up differently',
    paragraphs: [
      'The Slack app has token rotation switched on, which this bot does not use. It keeps nothing of the access, and has asked Slack to take it back.',
      "Tell whoever runs this bot: token rotation has to be off in the app's settings at Slack.",
    ],
    startAgain: false,
  },
  slack_refused: {
    title: 'Not installed: Slack did not confirm it',
    paragraphs: ['Slack did not confirm the installation, so Inbox Bot can not be used yet.', START_AGAIN],
    startAgain: true,
  },
  slack_unavailable: {
    title: 'Not installed: Slack did not answer',
    paragraphs: ['Slack could not be reached to finish the installation.', 'Start again in a few minutes.'],
    startAgain: true,
  },
  failed: {
    title: 'Something went wrong here',
    paragraphs: [
      'The installation could not be finished because of a fault of this bot. Start again in a few minutes.',
    ],
    startAgain: true,
  },
};

export const REFERENCE = (reference: string) =>
  `If it stays so, tell whoever runs this bot the reference ${reference}.`;

export const START_AGAIN_BUTTON = 'Start again';
