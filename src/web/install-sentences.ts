import { BOT_NAME, COMMAND } from '../slack/ids.ts';

/*
 * The texts of the install pages. Each says first what happened, then what to do next.
 */

export type InstallFailure =
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

type PageText = { title: string; paragraphs: string[] };

const START_AGAIN = 'Start again with the button below.';

const NOTHING_CHANGED = 'Nothing was installed or changed.';

export const INSTALL_PAGE = {
  title: 'Inbox Bot for Slack',
  intro: `Inbox Bot adds sending inboxes to ColdSend from Slack. Type ${COMMAND}, fill in a form, and get the result in a thread.`,
  whatItMay: 'Slack asks you to let Inbox Bot',
  scopes: {
    commands: `offer the command ${COMMAND}`,
    'chat:write': 'post results in its channels and in direct messages',
    'chat:write.public': 'post results in public channels without an invitation',
    'users:read': 'find admins and guests',
    'usergroups:read': 'read the members of the user groups that an admin chose',
    'files:write': 'post the results of many inboxes, and the audit trail for an admin, as files',
    'files:read': 'read the CSV file that a person puts into its form (you can leave this out)',
  } as Record<string, string>,
  reads: 'Inbox Bot reads no messages.',
  button: 'Add to Slack',
  oneWorkspace: 'Choose one workspace on the next page, not a whole organization.',
} as const;

export const INSTALLED_PAGE = {
  title: (again: boolean) => (again ? 'Inbox Bot is installed again' : 'Inbox Bot is installed'),
  where: (workspace: string) => `Inbox Bot is now in the workspace ${workspace}.`,
  kept: 'The settings and ColdSend API keys of the workspace did not change.',
  next: 'What to do next',
  open: 'Open Inbox Bot in Slack',
} as const;

/** For both the page and the direct message. `again`: the workspace may already have a key. */
export const NEXT_STEPS: readonly string[] = [
  "Open Inbox Bot's Home tab. Add a ColdSend API key if there is none yet. Only admins and owners can do this.",
  `In a private channel, type /invite @${BOT_NAME} first. You don't need this in public channels.`,
  `Type ${COMMAND} in a channel and fill in the form.`,
];

export const INSTALLED_DM = {
  title: (again: boolean) => (again ? 'Inbox Bot is installed again.' : 'Inbox Bot is installed. Thank you!'),
} as const;

export const FAILURE_PAGES: Record<InstallFailure, PageText & { startAgain: boolean }> = {
  denied: {
    title: 'Not installed: cancelled',
    paragraphs: [
      `Slack says the installation was cancelled. ${NOTHING_CHANGED}`,
      'You can start again with the button below. If only admins may install apps, send an admin the address of that page.',
    ],
    startAgain: true,
  },
  state_missing: {
    title: 'Not installed: the address is incomplete',
    paragraphs: [`This page works only as the last step of an installation. ${NOTHING_CHANGED}`, START_AGAIN],
    startAgain: true,
  },
  state_wrong: {
    title: 'Not installed: started somewhere else',
    paragraphs: [`This installation did not start on the page of this bot. ${NOTHING_CHANGED}`, START_AGAIN],
    startAgain: true,
  },
  state_expired: {
    title: 'Not installed: it took too long',
    paragraphs: [`You have ten minutes to finish an installation. ${NOTHING_CHANGED}`, START_AGAIN],
    startAgain: true,
  },
  state_used: {
    title: 'You used this page before',
    paragraphs: [
      'This page works only once. If Inbox Bot is in your Slack now, you are done here. Its direct message lists the next steps.',
      'If Inbox Bot is not there, start again with the button below.',
    ],
    startAgain: true,
  },
  other_browser: {
    title: 'Not installed: started in another browser',
    paragraphs: [
      `You started this installation in another browser or window, or this browser blocks cookies. ${NOTHING_CHANGED}`,
      'Start again with the button below, and finish it in this same browser.',
    ],
    startAgain: true,
  },
  code_missing: {
    title: 'Not installed: the address is incomplete',
    paragraphs: [
      `Slack did not send the code for the last step. ${NOTHING_CHANGED}`,
      `${START_AGAIN} If this keeps happening, ask the person who runs this bot for help.`,
    ],
    startAgain: true,
  },
  code_refused: {
    title: 'Not installed: Slack did not confirm it',
    paragraphs: [
      `Slack says this step of the installation is not valid or already finished. ${NOTHING_CHANGED}`,
      START_AGAIN,
    ],
    startAgain: true,
  },
  org_wide: {
    title: 'Not installed: not for a whole organization',
    paragraphs: [
      'Inbox Bot works in single workspaces: each has its own ColdSend key and admins. It kept no access to the organization and asked Slack to revoke it.',
      'Start again with the button below. At the top of the Slack page, choose one workspace.',
    ],
    startAgain: true,
  },
  token_rotation: {
    title: 'Not installed: token rotation is on',
    paragraphs: [
      'This bot does not work with token rotation. It kept no access and asked Slack to revoke it.',
      'Ask the person who runs this bot to turn off token rotation in the settings of the Slack app.',
    ],
    startAgain: false,
  },
  slack_refused: {
    title: 'Not installed: Slack did not confirm it',
    paragraphs: ["Slack did not confirm the installation, so you can't use Inbox Bot yet.", START_AGAIN],
    startAgain: true,
  },
  slack_unavailable: {
    title: 'Not installed: Slack did not answer',
    paragraphs: ['I could not reach Slack to finish the installation.', 'Start again in a few minutes.'],
    startAgain: true,
  },
  failed: {
    title: 'Something went wrong',
    paragraphs: ['An error of this bot stopped the installation. Start again in a few minutes.'],
    startAgain: true,
  },
};

export const REFERENCE = (reference: string) =>
  `If this keeps happening, ask the person who runs this bot for help. Support code: ${reference}`;

export const START_AGAIN_BUTTON = 'Start again';
