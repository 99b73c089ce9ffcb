import type { PasswordField, PasswordToEnter, Server } from './contract.ts';

/* Everything the secure page says. It is part of the page's script, so it imports nothing but types. */

export const PRODUCT = 'Inbox Bot';

export const PAGE = {
  title: `Secure page · ${PRODUCT}`,
  frame: 'Secure page ·',
  noScript: 'This page needs JavaScript. It keeps the secret part of your link out of server logs.',
  /** The script replaces this at once. */
  starting: 'One moment… If this text stays, open the link in a current browser.',
  checking: 'Checking your link…',
  worksUntil: (time: string) => `Link works until ${time}`,
  newTab: '(opens a new tab)',
  endsSoon: 'This link stops working in less than 5 minutes.',
} as const;

export const FORM = {
  title: (address: string) => `Enter the password for ${address}`,
  client: 'Client',
  workspace: 'Workspace',
  requestedBy: (person: string) => `Requested by ${person}`,
  facts: {
    name: 'Name',
    provider: 'Provider',
    smtp: 'SMTP',
    imap: 'IMAP',
    user: 'User name',
    dailyLimit: 'Daily limit',
  },
  providers: {
    GOOGLE_WORKSPACE: 'Google Workspace',
    OUTLOOK_365: 'Microsoft 365',
    CUSTOM_SMTP: 'Other provider',
  } satisfies Record<PasswordToEnter['provider'], string>,
  server: ({ host, port, isEncrypted }: Server, encryption: string) =>
    `${host}, port ${port}, ${isEncrypted ? encryption : 'not encrypted'}`,
  emails: (count: number) => `${count.toLocaleString('en-US')} emails`,
  labels: { GOOGLE_WORKSPACE: 'App password', OUTLOOK_365: 'Password', CUSTOM_SMTP: 'Password' } satisfies Record<
    PasswordToEnter['provider'],
    string
  >,
  smtpLabel: 'SMTP password',
  imapLabel: 'IMAP password',
  imapHint: (user: string) => `For the IMAP user name ${user}.`,
  otherImap: 'IMAP has another password',
  hints: {
    GOOGLE_WORKSPACE: "Not the account's own password. Spaces don't matter.",
    OUTLOOK_365:
      'Use an app password if you can make one. Many Microsoft 365 accounts refuse all passwords for SMTP and IMAP.',
    CUSTOM_SMTP: 'Use an app password if your provider offers them.',
  } satisfies Record<PasswordToEnter['provider'], string>,
  appPasswords: 'Make an app password at Google',
  show: 'Show',
  hide: 'Hide',
  check: 'Check the login',
  checking: 'Checking the login…',
  submit: 'Add inbox',
  saving: 'Saving…',
  submitAnyway: 'Add inbox anyway',
  empty: { smtp_password: 'Enter the password.', imap_password: 'Enter the IMAP password.' } satisfies Record<
    PasswordField,
    string
  >,
  fate: 'What happens with the password',
  fates: ['We store it encrypted. Slack never sees it.', 'We send it to ColdSend and delete our copy.'],
  foot: "You get the result in a thread in Slack. Didn't expect this page? Close it: nothing happens until you press “Add inbox”.",
} as const;

/** Warnings by their name; the person may still go on. */
export const WARNINGS: Record<string, string> = {
  smtp_password_blank: 'The password begins or ends with a space. Copying often adds one.',
  smtp_password_quotes: 'The password has curly quotes. Some programs turn straight quotes into them.',
  imap_password_blank: 'The IMAP password begins or ends with a space. Copying often adds one.',
  imap_password_quotes: 'The IMAP password has curly quotes. Some programs turn straight quotes into them.',
};

export const CHECK_AGAIN = 'Check the password. Nothing is saved yet. If it is right, press “Add inbox anyway”.';

const REFUSED =
  'The bot, or a proxy in front of it, refused this. This try changed nothing. Try again in a minute. If this keeps happening, tell an admin.';

/** What was asked was not done, whatever it was. */
export const NOT_DONE = {
  tooLarge: REFUSED,
  tooSlow: 'The connection was too slow, so the bot got only a part. This try changed nothing. Try again.',
  busy: 'The bot is busy. This try changed nothing. Try again in a minute.',
  refused: REFUSED,
} as const;

export const PROBLEMS = {
  ...NOT_DONE,
  offline: 'No answer. Check your connection, then press the button again. We save the password only once.',
  unclear: "We didn't get a clear answer. Press the button again. We save the password only once.",
  later: "Slack didn't confirm your account, so nothing is saved. Press the button again in a minute.",
  tooMany: 'Too many tries. Wait a minute, then press the button again.',
} as const;

/** No usable answer. */
export type Problem = keyof typeof PROBLEMS;

/** After “Check the login”. Nothing is saved by it. */
export const CHECKED = {
  works: 'Nothing is saved yet. Press “Add inbox”.',
  next: 'Nothing is saved yet. Correct the password, or press “Add inbox” anyway.',
  noMore: 'We can check this login no more for now. Press “Add inbox” to go on without a check.',
  problems: {
    ...NOT_DONE,
    offline: 'Not checked. Check your connection, then press the button again.',
    unclear: "We didn't get a clear answer. Nothing is saved. Press the button again.",
    later: PROBLEMS.later,
    tooMany: PROBLEMS.tooMany,
  } satisfies Record<keyof typeof PROBLEMS, string>,
} as const;

export const SAVED = {
  title: (address: string) => `The password for ${address} is saved`,
  lead: 'We add the inbox now. You get the result in a thread in Slack. You can close this page.',
  open: 'Open the thread in Slack',
} as const;

/** The link ended, and no answer said whether the password was saved. */
export const UNKNOWN_PASSWORD = {
  title: "We don't know if the password was saved",
  lead: 'We got no clear answer before this link ended. The thread in Slack shows if we still wait for the password.',
  open: SAVED.open,
} as const;

export const GONE = {
  title: "This link doesn't work anymore",
  lead: 'A link works for 30 minutes and for one person. Once it was used, or a newer one was made, it stops working.',
  next: 'What to do',
  nextLines: [
    'Go back to Slack and press “Enter password” in the message. For many inboxes, type /add-inbox many.',
    'Did another person use your link? The thread in Slack shows what was added. Tell an admin of your workspace.',
  ],
  foot: 'Opening this page changed nothing.',
} as const;

export const CODE = {
  title: 'Confirm in Slack that this is you',
  lead: 'Your workspace asks for this before the page shows anything.',
  steps: (code: string) => [
    'Open your direct messages with the bot in Slack. The newest one asks about this code.',
    `Press “This is me: ${code}” there. Do it only if the codes are the same.`,
    'Come back. This page goes on by itself.',
  ],
  foot: 'Not your link? Close this page. It showed you nothing, and nothing was changed.',
} as const;

/** The address has no token: the page was reloaded, or opened without a link. */
export const NO_TOKEN = {
  title: 'Open the link in Slack again',
  lead: 'This page forgets your link and what you entered when you reload it or leave it. Nothing is lost in Slack.',
  next: 'What to do',
  nextLines: ['Go back to Slack and press “Enter password” in the message. For many inboxes, type /add-inbox many.'],
} as const;

export const NOT_CHECKED = {
  title: "We couldn't check your link",
  leads: {
    ...NOT_DONE,
    offline: 'The bot did not answer. Check your connection, then try again.',
    unclear: 'The bot had a problem. Try again in a minute.',
    later: "Slack didn't confirm your account. Try again in a minute.",
    tooMany: 'There were too many tries. Try again in a minute.',
  } satisfies Record<keyof typeof PROBLEMS, string>,
  button: 'Try again',
} as const;

export const BROKEN = {
  title: 'Something went wrong on this page',
  lead: 'Nothing more is sent from here. Close this page, then open the link in Slack again in a current browser.',
} as const;
