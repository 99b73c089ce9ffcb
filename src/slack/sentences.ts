import type { Warning } from '../add-inbox/account/find-warnings.ts';
import { DEFAULT_DAILY_LIMIT, type InboxType, PROVIDERS } from '../add-inbox/account/providers.ts';
import type { AccountToAdd } from '../add-inbox/account/sender-account.ts';
import type { KeyStatus } from '../add-inbox/keys/coldsend-key.ts';
import type { AuditAction } from '../add-inbox/people/audit.ts';
import type { LostRight, Refusal } from '../add-inbox/people/person.ts';
import type { Outcome, TroubleKind, UnknownWhy } from '../add-inbox/request/outcome.ts';
import type { WaitsFor } from '../add-inbox/request/request.ts';
import { ACTIONS, BOT_NAME, CALLBACKS, COMMAND, type FormField } from './ids.ts';

/*
 * Everything the bot says, but for what is wrong with a single field (add-inbox/sender-account.ts). Each says what happened
 * and what to do next. Foreign words never go into these: they stand beside them as plain text.
 */

/** Below the paragraphs `facts` are shown, mrkdwn of ours, and `channelIds` as links. */
export type Notice = {
  title: string;
  paragraphs: readonly string[];
  facts?: string;
  channelIds?: readonly string[];
};

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
  addClient: "Add a client's key",
  changeClient: 'Change',
  removeClient: 'Remove',
  previousClients: 'Previous clients',
  moreClients: 'More clients',
  settings: 'Change the settings',
  audit: 'Audit trail',
  older: 'Older',
  newer: 'Newer',
  exportAudit: 'Send me all of it as CSV',
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
  forClient: (client: string) =>
    `This inbox is for ${client}, the client of this channel: it is added with their ColdSend key.`,
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

/** Slack marks every checkbox that can be left unticked as optional. */
const KEEP_ENCRYPTION =
  'Keep this ticked. Without it, ColdSend connects unencrypted, and others can read the password on its way. It is marked “optional” only so that it can be unticked.';

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
  smtp_use_tls: KEEP_ENCRYPTION,
  imap_use_ssl: KEEP_ENCRYPTION,
  same_login: 'Untick this if IMAP has a user name and password of its own.',
  checkbox: {
    smtp_use_tls: 'Use TLS for SMTP',
    imap_use_ssl: 'Use SSL for IMAP',
    same_login: 'Same login as SMTP',
  },
} as const;

/** What a person is asked to look at again; they may add the inbox all the same. */
export const WARNINGS: Record<Warning, (account: AccountToAdd) => string> = {
  smtp_port_encrypted: ({ smtp_port }) => unencrypted('SMTP', smtp_port),
  smtp_password_blank: () => blankEnds('password'),
  smtp_password_quotes: () => curlyQuotes('password'),
  imap_port_encrypted: ({ imap_port }) => unencrypted('IMAP', imap_port),
  imap_password_blank: () => blankEnds('IMAP password'),
  imap_password_quotes: () => curlyQuotes('IMAP password'),
  above_maximum: ({ inbox_type, daily_limit }) =>
    `A daily limit of ${inFull(daily_limit)} is above the maximum for ${PROVIDER_PHRASES[inbox_type]}: ${inFull(PROVIDERS[inbox_type].maxDailyLimit)} mails a day.`,
};

export const WARNED = {
  first: 'The inbox was not added yet. Please check:',
  last: `Change it, or press “${FORM.submit}” again to add the inbox as it is.`,
} as const;

// The key

export const KEY_FORM = {
  title: 'ColdSend API key',
  submit: 'Store the key',
  cancel: 'Cancel',
  label: 'API key',
  newLabel: 'New API key',
  placeholder: 'cs_live_…',
  hint: "It can be seen while you type it, since Slack can't hide it. It is stored encrypted, and only its last four characters are shown afterwards.",
  forClient: (client: string) => `This is about the key of ${client}, the client of this channel.`,
  needed: 'Before the first inbox can be added, I need a ColdSend API key for this workspace.',
  replaces: (lastFour: string) =>
    `This replaces the key ending in ${lastFour}. What waits for a key is sent with the new one.`,
  refused: (lastFour: string) => `ColdSend refused the key ending in ${lastFour}: please store another one.`,
  unreadable: "I can't read the key that is stored. Enter it again, or enter another one.",
  whereFrom:
    "Make one in ColdSend's dashboard under API keys, with the scope sender_accounts:write (newer: sender_accounts:create). ColdSend shows it only once. Whoever may add inboxes here can then do so with it; you can set who that is in my Home tab.",
} as const;

/** Why a key is not stored; shown at its field. */
export const KEY_ERRORS = {
  malformed: 'This is not a ColdSend API key. Paste the whole key: it starts with cs_live_ and has no spaces.',
  refused:
    "ColdSend refused this key. Check that you pasted all of it and that it is not revoked, or make a new one in ColdSend's dashboard.",
  missingScopes: (scopes: string) =>
    `ColdSend refused this key because scopes are missing: ${scopes}. Make one that has them in ColdSend's dashboard.`,
  forbidden:
    "ColdSend doesn't let this key add inboxes. In ColdSend's dashboard, make one with the scope sender_accounts:write (newer: sender_accounts:create).",
  wrongAddress:
    'The key was not stored: what answered is not the part of ColdSend that adds inboxes. Ask whoever runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH.',
  proxyLogin:
    'The key was not stored: a proxy between this bot and ColdSend asks for a login (HTTP 407). Ask the person who runs this bot to set it.',
  notALabel: (longest: number) => `Enter a name for this client, of at most ${longest} characters.`,
  labelTaken:
    'A client of this name has a key already. Close this and press “Change” beside it, or enter another name.',
  noChannel: "Choose at least one channel: that is where this client's key is used.",
  channelTaken: (by: string) =>
    `This channel is for ${by} already, and a channel has one client only. Take it out here, or there first.`,
  /** With links to the channels below. */
  channelsTaken: (by: string) =>
    `Nothing was stored: these channels are for ${by} already. Take them out here, or there first.`,
  cannotPost: `I can't post in this channel, so nothing was stored. Type ${INVITE} there if it is a private channel, check that it belongs to this workspace, and store this again.`,
  /** With links to the channels below. */
  cannotPostIn: `Nothing was stored: I can't post in these channels. Type ${INVITE} in each of them, or take them out here, and store this again.`,
  slackSilent:
    'I could not check whether I can post there because Slack did not answer clearly. Nothing was stored: try again in a minute.',
  unreadable: "I can't read the key that is stored for this client. Enter it again here, or enter another one.",
} as const;

export const CLIENT_FORM = {
  title: 'Key of a client',
  submit: 'Store',
  about:
    "One channel, one client: in the channels you choose, inboxes are added with this client's ColdSend key, and the form and the thread say whose it is.",
  change: (client: string, lastFour: string) =>
    `${client} uses the key ending in ${lastFour}. Change the channels, or enter another key; without one the key stays.`,
  label: 'Client',
  labelPlaceholder: 'Acme',
  labelHint: 'What people see in the form and in the thread. Everybody in the channels can read it.',
  channels: 'Channels',
  channelsHint: `I'll post a short message in each new one. In a private channel, type ${INVITE} first.`,
} as const;

/** Posted in a channel once it is stored; mrkdwn. */
export const INTRODUCTIONS = {
  client: (who: string) =>
    `${who} has made this the channel of a client: \`${COMMAND}\` here uses that client's ColdSend key.`,
  results: (who: string) =>
    `${who} has chosen this channel: how inboxes go that are added with \`${COMMAND}\` is told here from now on.`,
} as const;

// The settings

export const SETTINGS_FORM = {
  title: 'Settings',
  submit: 'Save',
  whoMayAdd: {
    label: 'Who may add inboxes',
    options: {
      everyone: { text: 'Everyone', description: 'All members of this workspace but guests' },
      admins: { text: 'Admins only', description: 'Admins and owners of this workspace' },
      chosen: { text: 'Chosen people', description: 'Those chosen below, and admins; never guests' },
    },
  },
  people: 'Chosen people',
  peopleHint: 'Counts only with “Chosen people” above.',
  userGroups: 'Chosen user groups',
  userGroupsHint: 'Whoever is in one of them at the time may add inboxes. Counts only with “Chosen people” above.',
  groupsUnknown:
    'Slack did not list the user groups, so what is set for them stays. If it stays so, have the app installed again: it may lack the scope usergroups:read.',
  groupsCapped: (shown: number) => `Only the first ${shown} user groups by name can be chosen here.`,
  groupsGone: 'A user group that was chosen is gone or switched off; saving takes it out.',
  resultsChannel: 'One channel for all results',
  resultsChannelHint: `Leave it empty to have each result in the channel where ${COMMAND} was used. I'll post a short message in a new one; in a private channel, type ${INVITE} first.`,
  dailyLimit: 'Daily limit the form starts with',
  dailyLimitHint: `Mails a day. Everybody can change it for their inbox. Leave it empty to start with ${DEFAULT_DAILY_LIMIT}, as recommended for a new account.`,
  elsewhere: {
    label: 'In channels without a client',
    options: {
      workspace_key: {
        text: "Use the workspace's key",
        description: 'The one under “ColdSend API key” in the Home tab',
      },
      nothing: { text: 'Add no inboxes there', description: `${COMMAND} names the channels where it works` },
    },
  },
} as const;

export const SETTINGS_ERRORS = {
  nobodyChosen: 'Choose at least one person or user group, or “Admins only” above.',
  dailyLimit: 'Enter a whole number of mails a day, 1 or more, or leave it empty.',
  cannotPost: `I can't post in this channel, so nothing was saved. Type ${INVITE} there if it is a private channel, check that it is not archived and belongs to this workspace, and save again.`,
  slackSilent:
    'I could not check whether I can post there because Slack did not answer clearly. Nothing was saved: try again in a minute.',
} as const;

/** Nothing was changed, because it is not any more as it was shown; what holds now is said beside it. */
export const OUTDATED = {
  key: 'The ColdSend API key has changed since you opened this, so I changed nothing. Now:',
  noKey: 'No key is stored. To store one, use the button in my Home tab.',
  /** Asked for the key before the first inbox: there is one now, and the form goes on with it. */
  goOn: (lastFour: string) =>
    `A key ending in ${lastFour} was stored in the meantime, so I kept that one. Now the inbox:`,
  client: 'This client has changed since you opened this, so I changed nothing. Now:',
  noClient: (client: string) => `${client}: no key is stored. To store one, use the button in my Home tab.`,
  settings: 'The settings have changed since you opened this, so I saved nothing. Now:',
} as const;

export const KEY_STATUSES: Record<KeyStatus, string> = {
  works: 'It worked when it was last used.',
  unchecked: 'It could not be checked yet; the next inbox will show whether it works.',
  refused: 'ColdSend refused it when it was last used. Inboxes wait until another one is stored.',
  unreadable: "I can't read it any more. Store it again, or store another one: inboxes wait until then.",
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
    admins_only: {
      title: FORM.title,
      paragraphs: [
        'Only admins and owners may add inboxes in this workspace: that is how they have set it. Ask one of them to add it.',
      ],
    },
    not_chosen: {
      title: FORM.title,
      paragraphs: [
        'An admin has chosen who may add inboxes in this workspace, and you are not among them. Ask an admin to add you under “Settings” in my Home tab.',
      ],
    },
    settings_unreadable: {
      title: FORM.title,
      paragraphs: [
        "I can't read the settings of this workspace, so only admins and owners may add inboxes for now.",
        'Ask one of them to save the settings again in my Home tab.',
      ],
    },
    not_admin: {
      title: 'For admins only',
      paragraphs: [
        'Only an admin or owner of this workspace can store or remove its ColdSend API keys, change its settings and read its audit trail. Ask one of them.',
      ],
    },
    not_theirs: {
      title: FORM.title,
      paragraphs: [
        `This form was opened for somebody else, so nothing was done. Close it and open one of your own: type ${COMMAND}, or use my Home tab.`,
      ],
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
  keyUnreadable: (client: string): Notice => ({
    title: FORM.title,
    paragraphs: [
      `I can't read the ColdSend API key of ${client === '' ? 'this workspace' : client}, so no inbox can be added right now.`,
      whoCanStore('another'),
    ],
  }),
  noClientKey: (client: string): Notice => ({
    title: FORM.title,
    paragraphs: [
      `ColdSend refuses the API key of ${client}, the client of this channel, so no inbox can be added right now.`,
      whoCanStore('another'),
    ],
  }),
  /** The admins chose that only channels with a client add inboxes. */
  nowhere: (channelIds: string[]): Notice => ({
    title: FORM.title,
    paragraphs:
      channelIds.length === 0
        ? [`Inboxes can be added only in channels that have a client, and none has one yet. ${WHO_BINDS}`]
        : [
            `Inboxes can't be added in this channel, because it has no client. Type ${COMMAND} in one of these instead:`,
          ],
    channelIds,
  }),
  /** Between opening the form and submitting it. */
  clientChanged: {
    title: FORM.title,
    paragraphs: [
      'An admin has changed which ColdSend key this channel uses while you filled in the form, so nothing was done.',
      `Close this and type ${COMMAND} again: the form then says whose key it is.`,
    ],
  },
  /** The change itself is stored. */
  notAnnounced: (channelIds: string[]): Notice => ({
    title: 'Saved',
    paragraphs: [
      'Your change is saved, but Slack did not confirm my message in these channels:',
      `Type ${INVITE} there if a channel is private, and check that it is not archived and that I may post there.`,
      'Until I can post there, each person gets the result in a direct message.',
    ],
    channelIds,
  }),
  clientGone: {
    title: CLIENT_FORM.title,
    paragraphs: ['This client has no key any more: somebody removed it. Open my Home tab again to see what there is.'],
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
  notChecked: (reference: string) =>
    `My database did not answer, so nothing was done. What you typed is still here: press the button again in a minute. If it stays so, tell whoever runs this bot the reference ${reference}.`,
  /** The database refused, was not asked any more in time, or has not answered: true of all of them. */
  notConfirmed: (reference: string) =>
    `My database did not confirm that it saved this inbox. Your answers are still here: press “Add inbox” again in a minute. It is added only once. If this keeps happening, give the person who runs this bot the support code ${reference}.`,
  keyStored: 'The key is stored and works. Now the inbox:',
  keyStoredUnchecked:
    'The key is stored but could not be checked yet, because ColdSend did not answer. Adding this inbox will show whether it works:',
  keyStoredBetween:
    'The key is stored but could not be checked yet: a firewall or proxy answered in place of ColdSend. Adding this inbox will show whether the key works:',
} as const;

// What is said to one person, in the channel where they typed the command; mrkdwn

export const EPHEMERAL = {
  help: [
    `\`${COMMAND}\` opens a form that adds an inbox to ColdSend.`,
    `\`${COMMAND} jane@acme.com\` opens it with that address filled in.`,
    `How it went is told in a thread of the channel where you type it. In a private channel I have to be a member for that: type \`${INVITE}\` there.`,
    'Passwords are stored encrypted until they were sent, and then wiped. Use app passwords where your provider has them.',
    'My Home tab shows the ColdSend API keys (their last four characters), the settings of this workspace and the latest inboxes.',
  ],
  usage: `\`${COMMAND}\` takes nothing or one address, like \`${COMMAND} jane@acme.com\`. Type \`${COMMAND} help\` for more.`,
  failed: (reference: string) =>
    `Something went wrong on my side, and nothing was done. Try again; if it stays so, tell whoever runs this bot the reference ${reference}.`,
  /** The database did not say whether it kept it. */
  perhapsDone: (reference: string) =>
    `Something went wrong on my side, and I can't tell whether it was done. Look before you try again; if it stays so, tell whoever runs this bot the reference ${reference}.`,
  notOpened: (reference: string) =>
    `Slack did not open the form in time, and nothing was done. Please try again, with the button or by typing \`${COMMAND}\`; if it stays so, tell whoever runs this bot the reference ${reference}.`,
  /** Said to whoever uses the bot where it has no token. */
  notInstalled: {
    not_here: "I'm not installed in this workspace, so nothing was done.",
    org_wide: "I'm installed for a whole organization, but I only work in single workspaces. So nothing was done.",
  },
  installHere: (url: string) => `Ask an admin to install me in this workspace: ${url}`,
  setUpHere:
    'Ask the people who run this bot to install it in this workspace, and to use the bot token of this workspace.',
  /** Slack gave no clear answer: the modal may be open or not. */
  perhapsOpened: (reference: string) =>
    `Slack didn't tell me if it opened the form. If you see it, go on there. If you don't, or if it only says “One moment…”, close it and try again. If this keeps happening, give the reference ${reference} to the people who run this bot.`,
  cannotPost: `I can't post in this channel, so how it goes is told in your direct messages with me. To have it here the next time, type \`${INVITE}\` in this channel.`,
  cannotPostThere: (channel: string) =>
    `I can't post in ${channel}, where an admin has sent all results, so how it goes is told in your direct messages with me. To have it there the next time, type \`${INVITE}\` there.`,
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
  toBeToldThere: (channel: string) =>
    `How it goes will be told in a thread in ${channel}, or in your direct messages with me.`,
  toBeTold: 'How it goes will be told in a thread where you typed the command, or in your direct messages with me.',
  /** Somebody wants to try a request again, and a later one has made that pointless. */
  successor: {
    added: `This inbox was added in the meantime, so I did nothing. To add it anew, type ${COMMAND}.`,
    exists: `ColdSend already has this inbox, as a later try found, so I did nothing. Check it in the ColdSend dashboard.`,
    unsettled: 'This inbox is being added right now, so I did nothing. You get the result in the thread.',
  },
  requestedBy: (who: string, when: string) => `Requested by ${who}, ${when}.`,
  message: (link: string) => `<${link}|Open the message>`,
  nowhere: 'I could not post this anywhere, so it stands only here and in my Home tab.',
} as const;

export type State = { emoji: string; title: string };

export const ADDING: State = { emoji: '⏳', title: 'Adding an inbox…' };

export const WAITING_TO_ADD: State = { emoji: '🕒', title: 'Waiting to add an inbox' };

export const WAITS: Record<WaitsFor, string> = {
  no_connection: "ColdSend can't be reached right now.",
  unavailable: 'ColdSend is temporarily unavailable.',
  rate_limited: 'ColdSend takes only so many requests at a time, and the limit is reached.',
  key: `ColdSend refuses the API key of this workspace, or none is stored, or I can't read it. ${whoCanStore('another')} Then this goes on by itself.`,
};

export const WAITS_FOR_CLIENT_KEY =
  "ColdSend refuses this client's API key, or none is stored for them any more, or I can't read it. An admin or owner of this workspace can store another one in my Home tab. Then this goes on by itself.";

export const nextTry = (time: string) => `The next try is at ${time}; there is nothing to do for you.`;

export const OUTCOME_STATES: Record<Outcome['kind'], State> = {
  added: { emoji: '✅', title: 'Inbox added' },
  exists: { emoji: 'ℹ️', title: 'Inbox not added: ColdSend has it already' },
  refused: { emoji: '❌', title: 'Inbox not added: ColdSend refused it' },
  key_refused: { emoji: '🔑', title: 'Inbox not added: ColdSend refused the API key' },
  unknown: { emoji: '❓', title: 'Not known whether the inbox was added' },
  expired: { emoji: '⌛', title: 'Inbox not added: it could not be sent for a day' },
};

/** Refused here, and not sent: see LOST_RIGHTS. */
export const NOT_ALLOWED_ANY_MORE: State = { emoji: '⛔', title: 'Inbox not added: no longer allowed' };

/** Why somebody who asked for an inbox may not have it added any more. */
export const LOST_RIGHT_WHYS: Record<LostRight, string> = {
  other_workspace: 'Who asked for it does not belong to this workspace any more.',
  deactivated: 'The account of who asked for it was deactivated before it could be sent.',
  guest: "Who asked for it was made a guest before it could be sent, and guests can't add inboxes.",
  admins_only: 'An admin has set that only admins may add inboxes, before it could be sent.',
  not_chosen: 'Who asked for it is not among those any more who may add inboxes.',
};

export const NEXT_AFTER_LOST_RIGHT = `Nothing was sent to ColdSend, and the passwords have been wiped. Somebody who may add inboxes can take it over with the button “${BUTTONS.tryOnceMore}” in the thread.`;

/** Expired for this reason: see `Outcome`. */
export const PASSWORDS_UNREADABLE: State = {
  emoji: '🔒',
  title: "Inbox not added: I can't read its passwords any more",
};

export const NEXT_AFTER_PASSWORDS_UNREADABLE = `Nothing was sent to ColdSend this time. Press “${BUTTONS.tryOnceMore}” in the thread and enter the passwords again.`;

/** Stands in a list for a stored row that this version of the bot can't read. */
export const UNREADABLE = {
  emoji: '⚠️',
  request: "This inbox can't be read",
  entry: "This entry can't be read",
  next: "I can't read what is stored here. Ask whoever runs this bot to look into its log.",
  code: (id: string) => `Support code: ${id}`,
} as const;

export const TROUBLE_STATES: Record<TroubleKind, State> = {
  wrong_address: { emoji: '🔧', title: 'Inbox not added: the address of ColdSend is wrong' },
  proxy_login: { emoji: '🔧', title: 'Inbox not added: a proxy asks for a login' },
  too_large: { emoji: '🔧', title: 'Inbox not added: a size limit is too small' },
  not_coldsend: { emoji: '❌', title: 'Inbox not added: it was refused on the way to ColdSend' },
};

export const TROUBLE_WHYS: Record<TroubleKind, (status: number) => string> = {
  wrong_address: (status) => `The address set for ColdSend does not add inboxes (HTTP ${status}).`,
  proxy_login: (status) => `A proxy between this bot and ColdSend asks for a login (HTTP ${status}).`,
  too_large: (status) => `The request is larger than a server on the way to ColdSend allows (HTTP ${status}).`,
  not_coldsend: (status) =>
    `The refusal (HTTP ${status}) does not look like ColdSend's. A firewall or proxy may have sent it.`,
};

export const NEXT_AFTER_TROUBLE: Record<TroubleKind, string> = {
  wrong_address: `Nothing was added. Ask the person who runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH. Then use the button “${BUTTONS.tryOnceMore}” in the thread.`,
  proxy_login: `Nothing was added. Ask the person who runs this bot to set the user name and password of the proxy. Then use the button “${BUTTONS.tryOnceMore}” in the thread.`,
  too_large: `Nothing was added. Ask the person who runs this bot to raise the size limit of the proxy. Then use the button “${BUTTONS.tryOnceMore}” in the thread.`,
  not_coldsend: `The API key stays as it is. Use the button “${BUTTONS.tryOnceMore}” in the thread. If this keeps happening, ask the person who runs this bot to check the firewall or proxy.`,
};

/** Added, but not known to be good as it is. */
export const ADDED_BUT: State = { emoji: '⚠️', title: 'Inbox added' };

/** Nothing has to be done about an inbox with one of these. */
export const GOOD_STATUSES: readonly string[] = ['PENDING', 'ACTIVE'];

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

/** Why the outcome of a request is not known that was unfinished in a backup. */
export const RESTORED = [
  "I was restored from a backup, so I don't know what happened to this request.",
  'If another reply in this thread shows a result, that one is right.',
];

/** A 502, 503 or 504 that isn't ColdSend's: ColdSend may have added the inbox all the same. */
export const unknownBetween = (status: number): string =>
  `A server between this bot and ColdSend answered in its place (HTTP ${status}).`;

/** Labels beside what ColdSend wrote. */
export const FACTS = {
  overall_status: 'overall_status',
  noStatus: 'no status given',
  email_address: 'Address',
  display_name: 'Name',
  inbox_type: 'Provider',
  daily_limit: 'Daily limit',
  perDay: (limit: number) => `${limit} a day`,
  inbox_id: 'Inbox id',
  coldsendSaid: 'ColdSend says',
  answerSaid: 'The answer says',
  missingScopes: 'Missing scopes',
  client: 'Client',
  more: (count: number) => `… and ${count} more`,
  reference: 'Reference',
} as const;

// The Home tab

/** What the workspace's own key is used for, and what its removal changes. */
const KEY_USES = {
  everywhere: 'used in all channels. Once it is removed, no inbox can be added until another one is stored here.',
  elsewhere: 'used in all channels without a client. Once it is removed, no inbox can be added there.',
  nowhere: 'not used as things are set.',
} as const;

const AFTER_CLIENT = { workspace_key: "the workspace's key is used", nothing: 'no inbox can be added' } as const;

export const HOME = {
  title: 'Inboxes for ColdSend',
  intro: `Type ${COMMAND} in a channel to add an inbox. How it went is told in a thread.`,
  keyTitle: 'ColdSend API key',
  noKey: 'No key is stored for this workspace yet, so no inbox can be added.',
  noOwnKey: 'No key is stored for this workspace itself, so inboxes can be added in the channels of clients only.',
  keyUnused: 'It is not used as things are set: inboxes can be added in the channels of clients only.',
  storedKey: (lastFour: string) => `A key ending in ${lastFour} is stored.`,
  storedBy: (who: string, when: string) => `Stored by ${who}, ${when}.`,
  checked: (when: string) => `Last checked ${when}.`,
  adminHint: 'As an admin or owner of this workspace you can store, replace and remove it.',
  memberHint: 'An admin or owner of this workspace can store, replace and remove it here.',
  clientsTitle: 'Keys of clients',
  noClients:
    "One channel, one client: bind a client's key to a channel, and inboxes that are added there go to that client's ColdSend account.",
  clientKey: (client: string, lastFour: string) => `${client}: a key ending in ${lastFour}.`,
  clientsShown: (from: number, to: number, of: number) => `Clients ${from}–${to} of ${of}, by name.`,
  settingsTitle: 'Settings',
  settingsHint: 'As an admin or owner of this workspace you can change them; everybody else can see them here.',
  settingsMemberHint: 'An admin or owner of this workspace can change them here.',
  mayNotAdd: {
    admins_only: 'You may not add inboxes yourself: only admins and owners may. Ask one of them.',
    not_chosen: 'You may not add inboxes yourself: an admin has chosen who may. Ask an admin to add you.',
  },
  whoMayAdd: {
    everyone: 'Everyone but guests',
    admins: 'Admins and owners only',
    chosen: (who: string) => `${who}, and admins and owners`,
    unreadable: "Admins and owners only, because I can't read what was set. Save the settings again.",
  },
  settings: {
    whoMayAdd: 'Who may add inboxes',
    results: 'Results are told in',
    ownChannel: `a thread in the channel where ${COMMAND} was used`,
    dailyLimit: 'Daily limit the form starts with',
    elsewhere: 'In channels without a client',
    workspace_key: "the workspace's key is used",
    nothing: `no inbox can be added, and ${COMMAND} names the channels where it works`,
  },
  notLookedUp: 'I could not check who you are because Slack did not answer. Open this tab again in a minute.',
  latestTitle: 'Latest inboxes',
  none: 'None has been added yet.',
  remove: {
    title: 'Remove the key?',
    /** In the confirm dialog, of which Slack shows 300 characters. */
    text: (lastFour: string, use: 'everywhere' | 'elsewhere' | 'nowhere') =>
      `The key ending in ${lastFour} is ${KEY_USES[use]} What waits for it goes on waiting for up to a day. The key itself stays valid at ColdSend: revoke it there if it is no longer needed.`,
    confirm: 'Remove it',
    deny: 'Keep it',
  },
  removeClient: {
    title: (client: string) => `Remove the key of ${client}?`,
    /** As above. */
    text: (lastFour: string, channels: string, then: 'workspace_key' | 'nothing') =>
      `The key ending in ${lastFour} is used in ${channels}. Once it is removed, ${AFTER_CLIENT[then]} there, and what waits for it goes on waiting for up to a day. The key itself stays valid at ColdSend: revoke it there.`,
    channels: (count: number) => (count === 1 ? '1 channel' : `${count} channels`),
  },
} as const;

// The audit trail

export const AUDIT = {
  title: 'Audit trail',
  about: 'Who did what when, newest first, for a year. Times are shown in your own time zone.',
  refusedBounded:
    'Of refused attempts, at most 20 an hour are listed for one person. When there are very many, only the first 5 are.',
  empty: 'There is nothing here yet.',
  nobody: 'ColdSend or the bot',
  exportDone: 'The whole audit trail is on its way to your direct messages with me, as a CSV file.',
  exportFailed:
    'I could not send you the file, because Slack did not take it. Try again in a minute; if it stays so, have the app installed again: it may lack the scope files:write.',
  exportUnsure:
    'Something went wrong on my side, so I may have sent you the file or not. Look in your direct messages with me before you try again.',
  exportStarts: 'One moment: I am putting the audit trail together.',
  exportMessage: (entries: number, capped: boolean) =>
    capped
      ? `Here are the newest ${entries} entries of the audit trail, as CSV. There are more than fit into one file.`
      : `Here is the audit trail as CSV, ${entries} entries.`,
  exportTitle: 'Audit trail',
} as const;

export const AUDIT_ACTION_WORDS: Record<AuditAction, string> = {
  installed: 'Installed',
  uninstalled: 'Uninstalled',
  key_stored: 'Key stored',
  key_replaced: 'Key replaced',
  key_removed: 'Key removed',
  settings_changed: 'Setting changed',
  inbox_requested: 'Inbox requested',
  inbox_outcome: 'Outcome',
  refused_attempt: 'Attempt refused',
  audit_exported: 'Audit trail exported',
};

const AUDIT_DETAIL_WORDS: Record<string, string> = {
  email_address: 'address',
  last_four: 'key ending in',
  inbox_id: 'inbox id',
  attempt: 'what',
};

/** What a detail of an entry is called. */
export function auditDetail(name: string): string {
  return AUDIT_DETAIL_WORDS[name] ?? name;
}

const AUDIT_VALUE_WORDS: Record<string, string> = {
  other_workspace: 'of another workspace',
  deactivated: 'deactivated',
  guest: 'a guest',
  admins_only: 'not an admin, and only admins may add inboxes',
  not_chosen: 'not among those who may add inboxes',
  not_admin: 'not an admin',
  settings_unreadable: "not an admin, while the settings can't be read",
  not_theirs: 'a form that was opened for somebody else',
  [COMMAND]: COMMAND,
  [CALLBACKS.who]: 'first page of the form',
  [CALLBACKS.how]: 'adding an inbox',
  [CALLBACKS.storeKey]: 'storing a key',
  [CALLBACKS.clientKey]: "storing a client's key",
  [CALLBACKS.settings]: 'changing the settings',
  [ACTIONS.backToWho]: `“${BUTTONS.back}” in the form`,
  [ACTIONS.editServers]: `“${BUTTONS.editServers}” in the form`,
  [ACTIONS.sameLogin]: 'ticking a box in the form',
  [ACTIONS.tryAgain]: 'the button under an outcome',
  [ACTIONS.storeKey]: 'opening the form for the key',
  [ACTIONS.removeKey]: 'removing the key',
  [ACTIONS.addClient]: "opening the form for a client's key",
  [ACTIONS.changeClient]: "opening the form for a client's key",
  [ACTIONS.removeClient]: "removing a client's key",
  [ACTIONS.openSettings]: 'opening the settings',
  [ACTIONS.openAudit]: 'reading the audit trail',
  [ACTIONS.olderAudit]: 'reading the audit trail',
  [ACTIONS.newerAudit]: 'reading the audit trail',
  [ACTIONS.exportAudit]: 'exporting the audit trail',
};

/** A value of ours in words; any other as it is. */
export function auditValue(value: string): string {
  return Object.hasOwn(AUDIT_VALUE_WORDS, value) ? (AUDIT_VALUE_WORDS[value] ?? value) : value;
}

const WHO_BINDS = "An admin or owner of this workspace can bind a client's key to a channel in my Home tab.";

function whoCanStore(which: 'a' | 'another'): string {
  return `An admin or owner of this workspace can store ${which} key in my Home tab, or by typing ${COMMAND}.`;
}

function unencrypted(protocol: 'SMTP' | 'IMAP', port: number): string {
  return `${protocol} encryption is off, but port ${port} works only with encryption. The login will most likely fail.`;
}

function blankEnds(password: string): string {
  return `The ${password} begins or ends with a blank. That often happens when you copy it.`;
}

function curlyQuotes(password: string): string {
  return `The ${password} has curly quotes. Some programs put them in place of straight ones.`;
}

function inFull(mails: number): string {
  return mails.toLocaleString('en-US');
}
