import type { KeyStatus } from '../add-inbox/coldsend-key.ts';
import type { Outcome, UnknownWhy } from '../add-inbox/outcome.ts';
import type { Refusal } from '../add-inbox/person.ts';
import type { InboxType } from '../add-inbox/providers.ts';
import type { WaitsFor } from '../add-inbox/request.ts';
import { BOT_NAME, COMMAND, type FormField } from './ids.ts';

/*
 * Everything the bot says, but for what is wrong with a single field (add-inbox/sender-account.ts). Each says what happened
 * and what to do next. Foreign words never go into these: they stand beside them as plain text.
 */

export type Notice = { title: string; paragraphs: string[] };

export const INVITE = `/invite @${BOT_NAME}`;

export const PROVIDER_PHRASES: Record<InboxType, string> = {
  GOOGLE_WORKSPACE: 'Google Workspace',
  OUTLOOK_365: 'Microsoft 365',
  CUSTOM_SMTP: 'another provider',
};

export const BUTTONS = {
  back: 'Back',
  editServers: 'Edit servers',
  fixAndTryAgain: 'Fix and try again',
  tryOnceMore: 'Try once more',
  storeKey: 'Store a key',
  replaceKey: 'Replace the key',
  removeKey: 'Remove the key',
} as const;

// The form

export const FORM = {
  title: 'Add an inbox',
  next: 'Next',
  submit: 'Add inbox',
  cancel: 'Cancel',
  goBack: 'Go Back to change it.',
  connecting: (address: string, provider: string) => `How to connect ${address} with ${provider}:`,
  servers: (to: {
    smtp_host: string | undefined;
    smtp_port: string | undefined;
    imap_host: string | undefined;
    imap_port: string | undefined;
  }) =>
    `Servers: SMTP ${to.smtp_host} port ${to.smtp_port} with TLS, IMAP ${to.imap_host} port ${to.imap_port} with SSL. The user name is the address.`,
  tryAgain: 'This is filled in as it was, but for the passwords: please enter those again.',
} as const;

export const FIELD_LABELS: Record<FormField, string> = {
  email_address: 'Address of the inbox',
  display_name: 'Display name',
  inbox_type: 'Provider',
  smtp_host: 'SMTP server',
  smtp_port: 'SMTP port',
  smtp_username: 'SMTP user name',
  smtp_password: 'Password',
  smtp_use_tls: 'SMTP encryption',
  imap_host: 'IMAP server',
  imap_port: 'IMAP port',
  imap_username: 'IMAP user name',
  imap_password: 'IMAP password',
  imap_use_ssl: 'IMAP encryption',
  same_login: 'IMAP login',
  daily_limit: 'Daily limit',
};

export const PLACEHOLDERS: Partial<Record<FormField, string>> = {
  email_address: 'jane@acme.com',
  display_name: 'Jane Doe',
  smtp_host: 'smtp.acme.com',
  imap_host: 'imap.acme.com',
};

export const HINTS = {
  email_address: 'The full address that ColdSend is to send from.',
  display_name: 'The name people see as the sender.',
  providers: {
    GOOGLE_WORKSPACE: 'Gmail and Google Workspace; needs an app password',
    OUTLOOK_365: 'Outlook and Exchange Online; many refuse passwords',
    CUSTOM_SMTP: 'Any mailbox with SMTP and IMAP; you enter the servers',
  } satisfies Record<InboxType, string>,
  passwordLabels: {
    GOOGLE_WORKSPACE: 'App password',
    OUTLOOK_365: 'Password',
    CUSTOM_SMTP: 'SMTP password',
  } satisfies Record<InboxType, string>,
  passwords: {
    GOOGLE_WORKSPACE:
      "Use an app password, not the password of the account: with 2-Step Verification on, make one at myaccount.google.com/apppasswords. The spaces in it don't matter.",
    OUTLOOK_365:
      "Use an app password where you can make one. Many Microsoft 365 tenants refuse passwords for IMAP and SMTP altogether: connect such an inbox in ColdSend's dashboard instead.",
    CUSTOM_SMTP: 'Use an app password, made in the settings of your provider, where there are such.',
  } satisfies Record<InboxType, string>,
  visible:
    "What you type here can be seen on your screen, since Slack can't hide it. It is stored encrypted, and wiped once it was sent to ColdSend.",
  host: 'The name of the server only: no https://, no port.',
  username: 'Usually the full address.',
  smtp_port: '587 is the usual one (STARTTLS); 465 is for TLS from the start.',
  imap_port: '993 is the usual one (SSL); 143 is for STARTTLS.',
  daily_limit:
    'How many mails a day ColdSend may send from it. Recommended: 20–30 for a new account, 50–80 while it warms up, 80–100 once it is established.',
  checkbox: {
    smtp_use_tls: 'Use TLS for SMTP',
    imap_use_ssl: 'Use SSL for IMAP',
    same_login: 'Same login as SMTP',
  },
} as const;

// The key

export const KEY_FORM = {
  title: 'ColdSend API key',
  submit: 'Store the key',
  cancel: 'Cancel',
  label: 'API key',
  placeholder: 'cs_live_…',
  hint: "It can be seen while you type it, since Slack can't hide it. It is stored encrypted, and only its last four characters are shown afterwards.",
  needed: 'Before the first inbox can be added, I need a ColdSend API key for this workspace.',
  replaces: (lastFour: string) =>
    `This replaces the key ending in ${lastFour}. What waits for a key is sent with the new one.`,
  refused: (lastFour: string) => `ColdSend refused the key ending in ${lastFour}: please store another one.`,
  whereFrom:
    "Make one in ColdSend's dashboard under API keys, with the scope sender_accounts:write. ColdSend shows it only once. Everybody in this workspace but guests can then add inboxes with it.",
} as const;

/** Why a key is not stored; shown at its field. */
export const KEY_ERRORS = {
  malformed: 'This is not a ColdSend API key. Paste the whole key: it starts with cs_live_ and has no spaces.',
  refused:
    "ColdSend refused this key. Check that you pasted all of it and that it is not revoked, or make a new one in ColdSend's dashboard.",
  missingScopes: (scopes: string) =>
    `ColdSend refused this key because scopes are missing: ${scopes}. Make one that has them in ColdSend's dashboard.`,
  forbidden:
    "ColdSend doesn't let this key add inboxes. Make one with the scope sender_accounts:write in ColdSend's dashboard.",
  wrongAddress:
    'The key was not stored: what answered is not the part of ColdSend that adds inboxes. Ask whoever runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH.',
} as const;

export const KEY_STATUSES: Record<KeyStatus, string> = {
  works: 'It worked when it was last used.',
  unchecked: 'It could not be checked yet; the next inbox will show whether it works.',
  refused: 'ColdSend refused it when it was last used. Inboxes wait until another one is stored.',
};

// What the listeners say

export const sentences = {
  waiting: { title: FORM.title, paragraphs: ['One moment…'] },
  whoAreYou: {
    title: FORM.title,
    paragraphs: [
      'I could not check who you are because Slack did not answer, so nothing was done.',
      'Close this and try again in a minute.',
    ],
  },
  refusals: {
    guest: {
      title: FORM.title,
      paragraphs: ["Guests can't add inboxes. Ask a full member of this workspace to add it."],
    },
    other_workspace: {
      title: FORM.title,
      paragraphs: [
        "You belong to another workspace, so you can't add inboxes to this one. Ask a member of this workspace to add it, or have this bot installed in yours.",
      ],
    },
    deactivated: {
      title: FORM.title,
      paragraphs: ["Your account is deactivated, so you can't add inboxes. Ask an admin of this workspace."],
    },
  } satisfies Record<Refusal, Notice>,
  /** For those who can't store a key themselves. */
  noKey: {
    title: FORM.title,
    paragraphs: ['No ColdSend API key is stored for this workspace yet, so no inbox can be added.', whoCanStore('a')],
  },
  keyRefused: {
    title: FORM.title,
    paragraphs: [
      'ColdSend refuses the API key that is stored for this workspace, so no inbox can be added right now.',
      whoCanStore('another'),
    ],
  },
  notAnAdmin: {
    title: KEY_FORM.title,
    paragraphs: ['Only an admin or owner of this workspace can store or remove its ColdSend API key. Ask one of them.'],
  },
  /** The request behind a button is no longer kept. */
  requestGone: {
    title: FORM.title,
    paragraphs: ['This request is more than 90 days old and no longer kept.', `Type ${COMMAND} to add the inbox anew.`],
  },
  failed: {
    title: FORM.title,
    paragraphs: ['Something went wrong on my side, and nothing was done. Close this and try again.'],
  },
  /** Under the last field of a page, which stays open. */
  notLookedUp:
    'I could not check who you are because Slack did not answer, so nothing was done. What you typed is still here: press the button again in a minute.',
  notAccepted:
    'This inbox was not accepted because my database did not take it. What you typed is still here: press “Add inbox” again in a minute.',
  keyStored: 'The key is stored and works. Now the inbox:',
  keyStoredUnchecked:
    'The key is stored but could not be checked yet, because ColdSend did not answer. Adding this inbox will show whether it works:',
} as const satisfies Record<string, string | Notice | Record<Refusal, Notice>>;

// What is said to one person, in the channel where they typed the command; mrkdwn

export const EPHEMERAL = {
  help: [
    `\`${COMMAND}\` opens a form that adds an inbox to ColdSend.`,
    `\`${COMMAND} jane@acme.com\` opens it with that address filled in.`,
    `How it went is told in a thread of the channel where you type it. In a private channel I have to be a member for that: type \`${INVITE}\` there.`,
    'Passwords are stored encrypted until they were sent, and then wiped. Use app passwords where your provider has them.',
    'My Home tab shows the ColdSend API key of this workspace (its last four characters) and the latest inboxes.',
  ],
  usage: `\`${COMMAND}\` takes nothing or one address, like \`${COMMAND} jane@acme.com\`. Type \`${COMMAND} help\` for more.`,
  failed: (reference: string) =>
    `Something went wrong on my side, and nothing was done. Try again; if it stays so, tell whoever runs this bot the reference ${reference}.`,
  notOpened: (reference: string) =>
    `Slack did not open the form in time, and nothing was done. Please try again, with the button or by typing \`${COMMAND}\`; if it stays so, tell whoever runs this bot the reference ${reference}.`,
  cannotPost: `I can't post in this channel, so how it goes is told in your direct messages with me. To have it here the next time, type \`${INVITE}\` in this channel.`,
  cannotPostInConversation:
    "I can't post in a conversation between people, so how it goes is told in your direct messages with me. Use the command in a channel to have it told there.",
} as const;

// The life of a request

export const ANNOUNCEMENT = {
  adds: (who: string, provider: string) => `${who} adds this inbox, with ${provider}.`,
  asked: (who: string, provider: string) => `${who} asked for it, with ${provider}.`,
} as const;

export const PLACES = {
  cannotPost: (channel: string) =>
    `I can't post in ${channel}, so this is told here. To have it there the next time, type ${INVITE} in that channel.`,
  cannotPostInConversation:
    "I can't post in a conversation between people, so this is told here. Use the command in a channel to have it told there.",
} as const;

export const REQUEST_PAGE = {
  close: 'Close',
  unsettled: 'You can close this: it goes on by itself.',
  inThread: (channel: string) => `How it goes is told in a thread in ${channel}.`,
  inDm: 'How it goes is told in your direct messages with me.',
  toBeTold: 'How it goes will be told in a thread where you typed the command, or in your direct messages with me.',
  nowhere: 'I could not post this anywhere, so it stands only here and in my Home tab.',
} as const;

export type State = { emoji: string; title: string };

export const ADDING: State = { emoji: '⏳', title: 'Adding an inbox…' };

export const WAITING_TO_ADD: State = { emoji: '🕒', title: 'Waiting to add an inbox' };

export const WAITS: Record<WaitsFor, string> = {
  no_connection: "ColdSend can't be reached right now.",
  unavailable: 'ColdSend is temporarily unavailable.',
  rate_limited: 'ColdSend takes only so many requests at a time, and the limit is reached.',
  key: `ColdSend refuses the API key of this workspace, or none is stored. ${whoCanStore('another')} Then this goes on by itself.`,
};

export const nextTry = (time: string) => `The next try is at ${time}; there is nothing to do for you.`;

export const OUTCOME_STATES: Record<Outcome['kind'], State> = {
  added: { emoji: '✅', title: 'Inbox added' },
  exists: { emoji: 'ℹ️', title: 'Inbox not added: ColdSend has it already' },
  refused: { emoji: '❌', title: 'Inbox not added: ColdSend refused it' },
  key_refused: { emoji: '🔑', title: 'Inbox not added: ColdSend refused the API key' },
  unknown: { emoji: '❓', title: 'Not known whether the inbox was added' },
  expired: { emoji: '⌛', title: 'Inbox not added: it could not be sent for a day' },
};

/** Added, but not able to send as it is. */
export const ADDED_BUT: State = { emoji: '⚠️', title: 'Inbox added' };

/** The documented values of `overall_status`; others are shown without words. */
export const STATUS_WORDS: Record<string, string> = {
  PENDING: 'ColdSend is still validating it',
  ACTIVE: 'ready to use',
  PAUSED: 'temporarily disabled',
  DISABLED: "can't be used",
};

export const NEXT_STEPS: Record<Outcome['kind'], string> = {
  added: "What becomes of it from here on can be seen in ColdSend's dashboard.",
  exists:
    "Nothing was changed. Look for it in ColdSend's dashboard. If an earlier try ended without a clear answer, that one had added it.",
  refused: `Use the button “${BUTTONS.fixAndTryAgain}” in the thread: the form opens filled in, and only the passwords are to be entered again.`,
  key_refused: `${whoCanStore('another')} After that, use the button “${BUTTONS.fixAndTryAgain}” in the thread.`,
  unknown: `It may or may not have been added. Look in ColdSend's dashboard, or use the button “${BUTTONS.tryOnceMore}” in the thread: if ColdSend then says that it has this address already, this try had added it.`,
  expired: `The passwords have been wiped. Use the button “${BUTTONS.tryOnceMore}” in the thread to enter them again.`,
};

/** The button under an outcome; `added` and `exists` leave nothing to try. */
export const TRY_AGAIN: Record<Outcome['kind'], string | undefined> = {
  added: undefined,
  exists: undefined,
  refused: BUTTONS.fixAndTryAgain,
  key_refused: BUTTONS.fixAndTryAgain,
  unknown: BUTTONS.tryOnceMore,
  expired: BUTTONS.tryOnceMore,
};

export const UNKNOWN_WHYS: Record<UnknownWhy, string> = {
  answer_lost: 'The connection to ColdSend broke before it answered.',
  server_error: 'ColdSend answered with an error of its own.',
  unexpected_answer: 'ColdSend answered with something I do not understand.',
  interrupted: 'I was stopped before I could note what ColdSend answered.',
};

/** Labels beside what ColdSend wrote. */
export const FACTS = {
  overall_status: 'overall_status',
  email_address: 'Address',
  display_name: 'Name',
  inbox_type: 'Provider',
  daily_limit: 'Daily limit',
  perDay: (limit: number) => `${limit} a day`,
  inbox_id: 'Inbox id',
  coldsendSaid: 'ColdSend says',
  missingScopes: 'Missing scopes',
  more: (count: number) => `… and ${count} more`,
  reference: 'Reference',
} as const;

// The Home tab

export const HOME = {
  title: 'Inboxes for ColdSend',
  intro: `Type ${COMMAND} in a channel to add an inbox. How it went is told in a thread there.`,
  keyTitle: 'ColdSend API key',
  noKey: 'No key is stored for this workspace yet, so no inbox can be added.',
  storedKey: (lastFour: string) => `A key ending in ${lastFour} is stored.`,
  storedBy: (who: string, when: string) => `Stored by ${who}, ${when}.`,
  checked: (when: string) => `Last checked ${when}.`,
  adminHint: 'As an admin or owner of this workspace you can store, replace and remove it.',
  memberHint: 'An admin or owner of this workspace can store, replace and remove it here.',
  notLookedUp: 'I could not check who you are because Slack did not answer. Open this tab again in a minute.',
  latestTitle: 'Latest inboxes',
  none: 'None has been added yet.',
  remove: {
    title: 'Remove the key?',
    text: 'No inbox can be added until another key is stored here. What is waiting goes on waiting, for up to a day. The key itself stays valid at ColdSend: revoke it there if it is no longer needed.',
    confirm: 'Remove it',
    deny: 'Keep it',
  },
} as const;

function whoCanStore(which: 'a' | 'another'): string {
  return `An admin or owner of this workspace can store ${which} key in my Home tab, or by typing ${COMMAND}.`;
}
