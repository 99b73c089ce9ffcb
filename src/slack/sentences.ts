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
  CUSTOM_SMTP: 'Other provider',
};

export const BUTTONS = {
  back: 'Back',
  editServers: 'Edit servers',
  fixAndTryAgain: 'Fix and try again',
  tryOnceMore: 'Try again',
  storeKey: 'Add a key',
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
  exportAudit: 'Send me everything as CSV',
} as const;

// The form

export const FORM = {
  title: 'Add an inbox',
  next: 'Next',
  submit: 'Add inbox',
  cancel: 'Cancel',
  goBack: 'Press “Back” to change it.',
  connecting: (address: string, provider: string) => `Connect ${address} (${provider}):`,
  servers: (to: {
    smtp_host: string | undefined;
    smtp_port: string | undefined;
    imap_host: string | undefined;
    imap_port: string | undefined;
  }) =>
    `Servers: SMTP ${to.smtp_host} port ${to.smtp_port} with TLS, IMAP ${to.imap_host} port ${to.imap_port} with SSL. The user name is the address.`,
  forClient: (client: string) =>
    `This inbox is for ${client}, the client of this channel. I add it with their ColdSend key.`,
  tryAgain: 'Your earlier answers are here. Enter the passwords again.',
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
  'Keep this ticked. Without it, others can read the password on its way to the server. Slack marks every checkbox like this as optional.';

export const HINTS = {
  email_address: 'The full address that ColdSend sends from.',
  display_name: 'People see this name as the sender.',
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
      "Use an app password, not the password of the account. Turn on 2-Step Verification, then make one at myaccount.google.com/apppasswords. The spaces in it don't matter.",
    OUTLOOK_365:
      'Use an app password if you can make one. Many Microsoft 365 tenants refuse all passwords for IMAP and SMTP. If yours does, connect the inbox in the ColdSend dashboard instead.',
    CUSTOM_SMTP: 'Use an app password if your provider offers them. You make one in the settings of your provider.',
  } satisfies Record<InboxType, string>,
  visible:
    "Slack can't hide this field, so anyone near your screen can read it. We store it encrypted, and it is deleted after sending.",
  host: 'Only the name of the server: no https://, no port.',
  username: 'Usually the full address.',
  smtp_port: 'Usually 587 (STARTTLS). 465 uses TLS from the start.',
  imap_port: 'Usually 993 (SSL). 143 uses STARTTLS.',
  daily_limit:
    'ColdSend sends at most this many mails a day. Recommended: 20–30 for a new account, 50–80 while it warms up, 80–100 once it is established.',
  smtp_use_tls: KEEP_ENCRYPTION,
  imap_use_ssl: KEEP_ENCRYPTION,
  same_login: 'Untick this if IMAP has its own user name and password.',
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
    `A daily limit of ${inFull(daily_limit)} is above the maximum: ${inFull(PROVIDERS[inbox_type].maxDailyLimit)} mails a day (${PROVIDER_PHRASES[inbox_type]}).`,
};

export const WARNED = {
  first: 'The inbox is not added yet. Please check:',
  last: `Change your answers, or press “${FORM.submit}” again to keep them.`,
} as const;

// The key

export const KEY_FORM = {
  title: 'ColdSend API key',
  submit: 'Save the key',
  cancel: 'Cancel',
  label: 'API key',
  newLabel: 'New API key',
  placeholder: 'cs_live_…',
  hint: "Slack can't hide this field, so anyone near your screen can read it. We store the key encrypted and later show only its last four characters.",
  forClient: (client: string) => `This key is for ${client}, the client of this channel.`,
  needed: 'I need a ColdSend API key for this workspace. After that, you can add the first inbox.',
  replaces: (lastFour: string) =>
    `This replaces the key ending in ${lastFour}. I send waiting inboxes with the new key.`,
  refused: (lastFour: string) => `ColdSend refused the key ending in ${lastFour}. Please enter another one.`,
  unreadable: "I can't read the saved key. Enter it again, or enter another one.",
  whereFrom:
    'Make one in the ColdSend dashboard under API keys, with the scope sender_accounts:write (newer: sender_accounts:create). ColdSend shows it only once. Everyone with permission to add inboxes here will use this key. You set the permission in my Home tab.',
} as const;

/** Why a key is not stored; shown at its field. */
export const KEY_ERRORS = {
  malformed: 'This is not a ColdSend API key. Paste the whole key: it starts with cs_live_ and has no spaces.',
  refused:
    'ColdSend refused this key. Check that you pasted all of it and that it is not revoked. Or make a new one in the ColdSend dashboard.',
  missingScopes: (scopes: string) =>
    `ColdSend refused this key because scopes are missing: ${scopes}. Make a key with these scopes in the ColdSend dashboard.`,
  forbidden:
    "ColdSend doesn't let this key add inboxes. In the ColdSend dashboard, make one with the scope sender_accounts:write (newer: sender_accounts:create).",
  wrongAddress:
    'The key was not saved: the address set for ColdSend does not add inboxes. Ask the person who runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH.',
  proxyLogin:
    'The key was not saved: a proxy between this bot and ColdSend asks for a login (HTTP 407). Ask the person who runs this bot to set it.',
  notALabel: (longest: number) => `Enter a name for this client, of at most ${longest} characters.`,
  labelTaken:
    'A client with this name already has a key. Close this and press “Change” beside it, or enter another name.',
  noChannel: "Choose at least one channel. I use this client's key there.",
  channelTaken: (by: string) =>
    `This channel already belongs to ${by}, and a channel has only one client. Remove it here, or there first.`,
  /** With links to the channels below. */
  channelsTaken: (by: string) =>
    `Nothing was saved: these channels already belong to ${by}. Remove them here, or there first.`,
  cannotPost: `I can't post in this channel, so nothing was saved. If it is private, type ${INVITE} there. Check that it belongs to this workspace, and save again.`,
  /** With links to the channels below. */
  cannotPostIn: `Nothing was saved: I can't post in these channels. Type ${INVITE} in each of them, or remove them here. Then save again.`,
  slackSilent: 'Slack did not say clearly if I can post there. Nothing was saved. Try again in a minute.',
  unreadable: "I can't read the saved key of this client. Enter it again here, or enter another one.",
} as const;

export const CLIENT_FORM = {
  title: 'Client key',
  submit: 'Save',
  about:
    "One channel, one client. In the channels you choose, I add inboxes with this client's ColdSend key. The form and the thread name the client.",
  change: (client: string, lastFour: string) =>
    `${client} uses the key ending in ${lastFour}. Change the channels, or enter another key. Leave the key empty to keep it.`,
  label: 'Client',
  labelPlaceholder: 'Acme',
  labelHint: 'Everyone in the channels can read this name in the form and in the thread.',
  channels: 'Channels',
  channelsHint: `I'll post a short message in each new one to test access. In a private channel, type ${INVITE} first.`,
} as const;

/** Posted in a channel once it is stored; mrkdwn. */
export const INTRODUCTIONS = {
  client: (who: string) =>
    `${who} connected this channel to a client. \`${COMMAND}\` now uses that client's ColdSend key here.`,
  results: (who: string) =>
    `${who} chose this channel for all results. From now on, I post the results of \`${COMMAND}\` here.`,
} as const;

// The settings

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
  userGroupsHint: 'Current members of these groups may add inboxes. Used only with “Chosen people” above.',
  groupsUnknown:
    'Slack did not list the user groups, so I keep the groups you chose. If this keeps happening, install the app again: it may lack the scope usergroups:read.',
  groupsCapped: (shown: number) => `You can choose only from the first ${shown} user groups by name.`,
  groupsGone: 'A chosen user group is gone or switched off. Saving removes it from the settings.',
  resultsChannel: 'One channel for all results',
  resultsChannelHint: `Leave it empty to get each result in the channel where ${COMMAND} was used. I'll post a short message in a new one to test access. In a private channel, type ${INVITE} first.`,
  dailyLimit: 'Default daily limit',
  dailyLimitHint: `Mails a day. People can change it for each inbox. Leave it empty to start with ${DEFAULT_DAILY_LIMIT}, the recommendation for a new account.`,
  elsewhere: {
    label: 'In channels without a client',
    options: {
      workspace_key: {
        text: "Use the workspace's key",
        description: 'The one under “ColdSend API key” in the Home tab',
      },
      nothing: { text: 'Add no inboxes there', description: `${COMMAND} lists the channels where it works` },
    },
  },
} as const;

export const SETTINGS_ERRORS = {
  nobodyChosen: 'Choose at least one person or user group, or “Admins only” above.',
  dailyLimit: 'Enter a whole number of mails a day, 1 or more. Or leave it empty.',
  cannotPost: `I can't post in this channel, so nothing was saved. If it is private, type ${INVITE} there. Check that it belongs to this workspace and is not archived. Then save again.`,
  slackSilent: 'Slack did not say clearly if I can post there. Nothing was saved. Try again in a minute.',
} as const;

/** Nothing was changed, because it has changed since it was shown; the current settings stand beside it. */
export const OUTDATED = {
  key: 'The ColdSend API key has changed since you opened this, so I saved nothing. Now:',
  noKey: 'No key is saved. To add one, use the button in my Home tab.',
  /** Asked for the key before the first inbox: there is one now, and the form goes on with it. */
  goOn: (lastFour: string) =>
    `A key ending in ${lastFour} was saved in the meantime, so I kept that one. Now the inbox:`,
  client: 'This client has changed since you opened this, so I saved nothing. Now:',
  noClient: (client: string) => `${client}: no key is saved. To add one, use the button in my Home tab.`,
  settings: 'The settings have changed since you opened this, so I saved nothing. Now:',
} as const;

export const KEY_STATUSES: Record<KeyStatus, string> = {
  works: 'It worked the last time I used it.',
  unchecked: 'I could not check it yet. The next inbox will show if it works.',
  refused: 'ColdSend refused it the last time I used it. Inboxes wait until you add another key.',
  unreadable: "I can't read it any more. Inboxes wait until you add it again, or add another key.",
};

// What the listeners say

export const sentences = {
  waiting: { title: FORM.title, paragraphs: ['One moment…'] },
  whoAreYou: {
    title: FORM.title,
    paragraphs: [
      'I could not check your account because Slack did not answer, so I did nothing.',
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
        "You belong to another workspace, so you can't add inboxes here. Ask a member of this workspace to add it, or install this bot in yours.",
      ],
    },
    deactivated: {
      title: FORM.title,
      paragraphs: ["Your account is deactivated, so you can't add inboxes. Ask an admin of this workspace."],
    },
    admins_only: {
      title: FORM.title,
      paragraphs: ['Only admins and owners may add inboxes in this workspace. Ask one of them to add it.'],
    },
    not_chosen: {
      title: FORM.title,
      paragraphs: [
        'You are not among the people who may add inboxes here. Ask an admin to add you under “Settings” in my Home tab.',
      ],
    },
    settings_unreadable: {
      title: FORM.title,
      paragraphs: [
        "I can't read the settings of this workspace. For now, only admins and owners may add inboxes.",
        'Ask one of them to save the settings again in my Home tab.',
      ],
    },
    not_admin: {
      title: 'For admins only',
      paragraphs: [
        'Only admins and owners of this workspace can change its keys and settings or read its audit trail. Ask one of them.',
      ],
    },
    not_theirs: {
      title: FORM.title,
      paragraphs: [
        `This form was opened for another person, so I did nothing. Close it and open your own: type ${COMMAND}, or use my Home tab.`,
      ],
    },
  } satisfies Record<Refusal, Notice>,
  /** For those who can't store a key themselves. */
  noKey: {
    title: FORM.title,
    paragraphs: ["This workspace has no ColdSend API key yet, so I can't add inboxes.", whoCanStore('a')],
  },
  keyRefused: {
    title: FORM.title,
    paragraphs: [
      "ColdSend refuses the API key of this workspace, so I can't add inboxes right now.",
      whoCanStore('another'),
    ],
  },
  keyUnreadable: (client: string): Notice => ({
    title: FORM.title,
    paragraphs: [
      `I can't read the ColdSend API key of ${client === '' ? 'this workspace' : client}, so I can't add inboxes right now.`,
      whoCanStore('another'),
    ],
  }),
  noClientKey: (client: string): Notice => ({
    title: FORM.title,
    paragraphs: [
      `ColdSend refuses the API key of ${client}, the client of this channel. I can't add inboxes here right now.`,
      whoCanStore('another'),
    ],
  }),
  /** The admins chose that only channels with a client add inboxes. */
  nowhere: (channelIds: string[]): Notice => ({
    title: FORM.title,
    paragraphs:
      channelIds.length === 0
        ? [`You can add inboxes only in channels with a client, and no channel has one yet. ${WHO_BINDS}`]
        : [`You can't add inboxes in this channel, because it has no client. Type ${COMMAND} in one of these instead:`],
    channelIds,
  }),
  /** Between opening the form and submitting it. */
  clientChanged: {
    title: FORM.title,
    paragraphs: [
      'An admin changed the ColdSend key of this channel while you filled in the form, so I did nothing.',
      `Close this and type ${COMMAND} again. You will see the current client.`,
    ],
  },
  /** The change itself is stored. */
  notAnnounced: (channelIds: string[]): Notice => ({
    title: 'Saved',
    paragraphs: [
      'Your change is saved, but Slack did not confirm my message in these channels:',
      `If a channel is private, type ${INVITE} there. Check that it is not archived and that I may post there.`,
      'Until I can post there, people get their results in a direct message.',
    ],
    channelIds,
  }),
  clientGone: {
    title: CLIENT_FORM.title,
    paragraphs: ['The key of this client was removed. Open my Home tab again to see all current keys.'],
  },
  /** The request behind a button is no longer kept. */
  requestGone: {
    title: FORM.title,
    paragraphs: [
      'I deleted this request because it is more than 90 days old.',
      `Type ${COMMAND} to add the inbox again.`,
    ],
  },
  failed: {
    title: FORM.title,
    paragraphs: ['Something went wrong on my side, and I did nothing. Close this and try again.'],
  },
  /** Under the last field of a page, which stays open. */
  notLookedUp:
    'I could not check your account because Slack did not answer, so I did nothing. Your answers are still here. Press the button again in a minute.',
  notChecked: (reference: string) =>
    `My database did not answer, so I did nothing. Your answers are still here. Press the button again in a minute. ${askForHelp(reference)}`,
  /** The database refused, was not asked any more in time, or has not answered: true of all of them. */
  notConfirmed: (reference: string) =>
    `My database did not confirm that it saved this inbox. Your answers are still here: press “Add inbox” again in a minute. It is added only once. If this keeps happening, give the person who runs this bot the support code ${reference}.`,
  keyStored: 'The key works and is saved. Now the inbox:',
  keyStoredUnchecked:
    'The key is saved, but I could not check it because ColdSend did not answer. This inbox will show if it works:',
  keyStoredBetween:
    'The key is saved, but I could not check it. A firewall or proxy answered in place of ColdSend. This inbox will show if the key works:',
} as const;

// What is said to one person, in the channel where they typed the command; mrkdwn

export const EPHEMERAL = {
  help: [
    `\`${COMMAND}\` opens a form that adds an inbox to ColdSend.`,
    `\`${COMMAND} jane@acme.com\` opens it with that address filled in.`,
    `You get the result in a thread in the same channel. In a private channel, type \`${INVITE}\` first.`,
    'I store passwords encrypted. They are deleted after sending. Use app passwords if your provider offers them.',
    'My Home tab shows the last four characters of each ColdSend API key, the settings and the latest inboxes.',
  ],
  usage: `I did not understand that. Type \`${COMMAND}\`, or add one address: \`${COMMAND} jane@acme.com\`. For more, type \`${COMMAND} help\`.`,
  failed: (reference: string) =>
    `Something went wrong on my side, and I did nothing. Please try again. ${askForHelp(reference)}`,
  /** The database did not say whether it kept it. */
  perhapsDone: (reference: string) =>
    `Something went wrong on my side, and I don't know if I saved your change. Check before you try again. ${askForHelp(reference)}`,
  notOpened: (reference: string) =>
    `Slack did not open the form in time, and I did nothing. Press the button again, or type \`${COMMAND}\`. ${askForHelp(reference)}`,
  /** For people in a workspace where the bot has no token. */
  notInstalled: {
    not_here: "I'm not installed in this workspace, so I did nothing.",
    org_wide: "I'm installed for a whole organization, but I only work in single workspaces. So I did nothing.",
  },
  installHere: (url: string) => `Ask an admin to install me in this workspace: ${url}`,
  setUpHere:
    'Ask the people who run this bot to install it in this workspace, and to use the bot token of this workspace.',
  /** Slack gave no clear answer: the modal may be open or not. */
  perhapsOpened: (reference: string) =>
    `Slack didn't tell me if it opened the form. If you see it, fill it in. If you don't, or if it only says “One moment…”, close it and try again. ${askForHelp(reference)}`,
  cannotPost: `I can't post in this channel. You get the result in a direct message from me. To get the next one here, type \`${INVITE}\` in this channel.`,
  cannotPostThere: (channel: string) =>
    `I can't post in ${channel}, the channel for all results. You get the result in a direct message from me. To get the next one there, type \`${INVITE}\` there.`,
  cannotPostInConversation:
    "I can't post in a conversation between people. You get the result in a direct message from me. To get the next one in a channel, type the command there.",
} as const;

// The life of a request

export const ANNOUNCEMENT = {
  requestedBy: (who: string, provider: string) => `Requested by ${who} · ${provider}`,
} as const;

export const PLACES = {
  cannotPost: (channel: string) =>
    `I can't post in ${channel}, so you get this message here. To get the next one there, type ${INVITE} in that channel.`,
  cannotPostInConversation:
    "I can't post in a conversation between people, so you get this message here. To get the next one in a channel, type the command there.",
} as const;

export const REQUEST_PAGE = {
  close: 'Close',
  unsettled: 'You can close this. I finish it on my own.',
  inThread: (channel: string) => `See the thread in ${channel}.`,
  inDm: 'See your direct messages with me.',
  toBeToldThere: (channel: string) => `You get the result in a thread in ${channel}, or in a direct message from me.`,
  toBeTold: 'You get the result in a thread where you typed the command, or in a direct message from me.',
  /** Somebody wants to try a request again, and a later one has made that pointless. */
  successor: {
    added: `This inbox was added in the meantime, so I did nothing. To add it again, type ${COMMAND}.`,
    exists: 'A later try found this inbox in ColdSend, so I did nothing. Check it in the ColdSend dashboard.',
    unsettled: 'I am adding this inbox right now, so I did nothing. You get the result in the thread.',
  },
  requestedBy: (who: string, when: string) => `Requested by ${who}, ${when}.`,
  message: (link: string) => `<${link}|Open the message>`,
  nowhere: 'I could not post this. You find it only here and in my Home tab.',
} as const;

export type State = { emoji: string; title: string };

export const ADDING: State = { emoji: '⏳', title: 'Adding an inbox…' };

export const WAITING_TO_ADD: State = { emoji: '🕒', title: 'Waiting to add an inbox' };

export const WAITS: Record<WaitsFor, string> = {
  no_connection: "ColdSend can't be reached right now.",
  unavailable: 'ColdSend is temporarily unavailable.',
  rate_limited: 'We reached the limit on requests to ColdSend.',
  key: `The API key of this workspace is missing, or ColdSend refuses it, or I can't read it. ${whoCanStore('another')} Then I continue on my own.`,
};

export const WAITS_FOR_CLIENT_KEY =
  "This client's API key is missing, or ColdSend refuses it, or I can't read it. An admin or owner of this workspace can add another key in my Home tab. Then I continue on my own.";

export const nextTry = (time: string) => `I try again at ${time}. You don't need to do anything.`;

export const OUTCOME_STATES: Record<Outcome['kind'], State> = {
  added: { emoji: '✅', title: 'Inbox added' },
  exists: { emoji: 'ℹ️', title: 'Inbox not added: ColdSend already has it' },
  refused: { emoji: '❌', title: 'Inbox not added: ColdSend refused it' },
  key_refused: { emoji: '🔑', title: 'Inbox not added: ColdSend refused the API key' },
  unknown: { emoji: '❓', title: "We don't know if the inbox was added" },
  expired: { emoji: '⌛', title: "Inbox not added: we couldn't send it within 24 hours" },
};

/** Refused here, and not sent: see LOST_RIGHTS. */
export const NOT_ALLOWED_ANY_MORE: State = { emoji: '⛔', title: 'Inbox not added: no longer allowed' };

/** Why a person who asked for an inbox may no longer add it. */
export const LOST_RIGHT_WHYS: Record<LostRight, string> = {
  other_workspace: 'The person who asked has left this workspace.',
  deactivated: 'The account of the person who asked is deactivated.',
  guest: "The person who asked is now a guest, and guests can't add inboxes.",
  admins_only: 'An admin changed the settings: now only admins and owners may add inboxes.',
  not_chosen: 'The person who asked may no longer add inboxes.',
};

export const NEXT_AFTER_LOST_RIGHT = `We sent nothing to ColdSend and deleted the passwords. A person with permission to add inboxes can press “${BUTTONS.tryOnceMore}” in the thread.`;

/** Expired for this reason: see `Outcome`. */
export const PASSWORDS_UNREADABLE: State = {
  emoji: '🔒',
  title: "Inbox not added: I can't read its passwords any more",
};

export const NEXT_AFTER_PASSWORDS_UNREADABLE = `We sent nothing to ColdSend this time. Press “${BUTTONS.tryOnceMore}” in the thread and enter the passwords again.`;

/** Shown in a list in place of a stored row that this version of the bot can't read. */
export const UNREADABLE = {
  emoji: '⚠️',
  request: "I can't read this inbox",
  entry: "I can't read this entry",
  next: 'Its stored data is damaged or from a newer version. Ask the person who runs this bot to check the log.',
  code: (id: string) => `Support code: ${id}`,
} as const;

export const TROUBLE_STATES: Record<TroubleKind, State> = {
  wrong_address: { emoji: '🔧', title: 'Inbox not added: the ColdSend address is wrong' },
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
  wrong_address: `Ask the person who runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH. Then press “${BUTTONS.tryOnceMore}” in the thread.`,
  proxy_login: `Ask the person who runs this bot to set the user name and password of the proxy. Then press “${BUTTONS.tryOnceMore}” in the thread.`,
  too_large: `Ask the person who runs this bot to raise the size limit of the proxy. Then press “${BUTTONS.tryOnceMore}” in the thread.`,
  not_coldsend: `The API key stays as it is. Press “${BUTTONS.tryOnceMore}” in the thread. If this keeps happening, ask the person who runs this bot to check the firewall or proxy.`,
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
  added: 'From now on, check its status in the ColdSend dashboard.',
  exists:
    'We changed nothing. Look for it in the ColdSend dashboard. If an earlier try ended without a clear answer, that try worked.',
  refused: `Press “${BUTTONS.fixAndTryAgain}” in the thread. The form keeps your answers; enter only the passwords again.`,
  key_refused: `${whoCanStore('another')} After that, press “${BUTTONS.fixAndTryAgain}” in the thread.`,
  unknown: `Look in the ColdSend dashboard, or press “${BUTTONS.tryOnceMore}” in the thread. If ColdSend says the address already exists, the first try worked.`,
  expired: `We deleted the passwords. Press “${BUTTONS.tryOnceMore}” in the thread and enter them again.`,
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
  server_error: 'ColdSend had a server error.',
  unexpected_answer: "I don't understand ColdSend's answer.",
  interrupted: "I restarted before I got ColdSend's answer.",
};

/** Why the outcome of a request from a backup is not known. */
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
  inbox_id: 'Inbox ID',
  coldsendSaid: 'ColdSend says',
  answerSaid: 'The answer says',
  missingScopes: 'Missing scopes',
  client: 'Client',
  more: (count: number) => `… and ${count} more`,
  reference: 'Support code:',
} as const;

// The Home tab

/** Where the workspace's own key is used, and the effect of its removal. */
const KEY_USES = {
  everywhere: 'used in all channels. Without it, nobody can add inboxes until you add another key.',
  elsewhere: 'used in all channels without a client. Without it, nobody can add inboxes there.',
  nowhere: 'not used with the current settings.',
} as const;

const AFTER_CLIENT = { workspace_key: "I use the workspace's key", nothing: 'nobody can add inboxes' } as const;

export const HOME = {
  title: 'Inboxes for ColdSend',
  intro: `Type ${COMMAND} in a channel to add an inbox. You get the result in a thread.`,
  keyTitle: 'ColdSend API key',
  noKey: "This workspace has no key yet, so I can't add inboxes.",
  noOwnKey: 'This workspace has no key of its own, so you can add inboxes only in client channels.',
  keyUnused: 'It is not used with the current settings: you can add inboxes only in client channels.',
  storedKey: (lastFour: string) => `The key ends in ${lastFour}.`,
  storedBy: (who: string, when: string) => `Saved by ${who}, ${when}.`,
  checked: (when: string) => `Last checked ${when}.`,
  adminHint: 'As an admin or owner of this workspace, you can add, replace and remove it.',
  memberHint: 'An admin or owner of this workspace can add, replace and remove it here.',
  clientsTitle: 'Client keys',
  noClients:
    "One channel, one client. Add a client's key for a channel, and its inboxes go to that client's ColdSend account.",
  clientKey: (client: string, lastFour: string) => `${client}: the key ends in ${lastFour}.`,
  clientsShown: (from: number, to: number, of: number) => `Clients ${from}–${to} of ${of}, by name.`,
  settingsTitle: 'Settings',
  settingsHint: 'As an admin or owner of this workspace, you can change them. Everyone else can see them here.',
  settingsMemberHint: 'An admin or owner of this workspace can change them here.',
  mayNotAdd: {
    admins_only: 'Only admins and owners may add inboxes. Ask one of them to add yours.',
    not_chosen: 'You are not among the people who may add inboxes. Ask an admin to add you.',
  },
  whoMayAdd: {
    everyone: 'Everyone except guests',
    admins: 'Admins and owners only',
    chosen: (who: string) => `${who}, and admins and owners`,
    unreadable: "Admins and owners only, because I can't read the settings. Save them again.",
  },
  settings: {
    whoMayAdd: 'Who may add inboxes',
    results: 'Results go to',
    ownChannel: `a thread in the channel where ${COMMAND} was used`,
    dailyLimit: 'Default daily limit',
    elsewhere: 'In channels without a client',
    workspace_key: "I use the workspace's key",
    nothing: `nobody can add inboxes, and ${COMMAND} lists the channels where it works`,
  },
  notLookedUp: 'I could not check your account because Slack did not answer. Open this tab again in a minute.',
  latestTitle: 'Latest inboxes',
  none: 'There are no inboxes here yet.',
  remove: {
    title: 'Remove the key?',
    /** In the confirm dialog, of which Slack shows 300 characters. */
    text: (lastFour: string, use: 'everywhere' | 'elsewhere' | 'nowhere') =>
      `The key ending in ${lastFour} is ${KEY_USES[use]} Waiting inboxes wait for up to 24 hours. The key stays valid at ColdSend: revoke it there if you no longer need it.`,
    confirm: 'Remove it',
    deny: 'Keep it',
  },
  removeClient: {
    title: (client: string) => `Remove the key of ${client}?`,
    /** As above. */
    text: (lastFour: string, channels: string, then: 'workspace_key' | 'nothing') =>
      `The key ending in ${lastFour} is used in ${channels}. Without it, ${AFTER_CLIENT[then]} there. Waiting inboxes wait for up to 24 hours. The key stays valid at ColdSend: revoke it there.`,
    channels: (count: number) => (count === 1 ? '1 channel' : `${count} channels`),
  },
} as const;

// The audit trail

export const AUDIT = {
  title: 'Audit trail',
  about: 'All changes and requests of the last year, newest first. Times are in your time zone.',
  refusedBounded:
    'I list at most 20 refused attempts an hour for each person. If there are very many, I list only the first 5.',
  empty: 'There is nothing here yet.',
  nobody: 'ColdSend or the bot',
  exportDone: 'I sent you the whole audit trail as a CSV file. Look in your direct messages with me.',
  exportFailed:
    'Slack refused the file, so I could not send it to you. Try again in a minute. If this keeps happening, install the app again: it may lack the scope files:write.',
  exportUnsure:
    "Something went wrong on my side. I don't know if I sent you the file. Look in your direct messages with me before you try again.",
  exportStarts: 'One moment. I am preparing the audit trail.',
  exportMessage: (entries: number, capped: boolean) =>
    capped
      ? `Here are the newest ${entries} entries of the audit trail, as CSV. The older entries don't fit into one file.`
      : `Here is the audit trail as CSV, ${entries} entries.`,
  exportTitle: 'Audit trail',
} as const;

export const AUDIT_ACTION_WORDS: Record<AuditAction, string> = {
  installed: 'Installed',
  uninstalled: 'Uninstalled',
  key_stored: 'Key added',
  key_replaced: 'Key replaced',
  key_removed: 'Key removed',
  settings_changed: 'Setting changed',
  inbox_requested: 'Inbox requested',
  inbox_outcome: 'Result',
  refused_attempt: 'Attempt refused',
  audit_exported: 'Audit trail exported',
};

const AUDIT_DETAIL_WORDS: Record<string, string> = {
  email_address: 'address',
  last_four: 'key ending in',
  inbox_id: 'inbox ID',
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
  not_chosen: 'not among the people who may add inboxes',
  not_admin: 'not an admin',
  settings_unreadable: "not an admin, while I can't read the settings",
  not_theirs: 'a form that was opened for another person',
  [COMMAND]: COMMAND,
  [CALLBACKS.who]: 'first page of the form',
  [CALLBACKS.how]: 'adding an inbox',
  [CALLBACKS.storeKey]: 'adding a key',
  [CALLBACKS.clientKey]: "adding a client's key",
  [CALLBACKS.settings]: 'changing the settings',
  [ACTIONS.backToWho]: `“${BUTTONS.back}” in the form`,
  [ACTIONS.editServers]: `“${BUTTONS.editServers}” in the form`,
  [ACTIONS.sameLogin]: 'ticking a box in the form',
  [ACTIONS.tryAgain]: 'the button under a result',
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

const WHO_BINDS = "An admin or owner of this workspace can add a client's key for a channel in my Home tab.";

function whoCanStore(which: 'a' | 'another'): string {
  return `An admin or owner of this workspace can add ${which} key in my Home tab, or by typing ${COMMAND}.`;
}

function askForHelp(code: string): string {
  return `If this keeps happening, ask the person who runs this bot for help. ${UNREADABLE.code(code)}`;
}

function unencrypted(protocol: 'SMTP' | 'IMAP', port: number): string {
  return `${protocol} encryption is off, but port ${port} works only with encryption. The login will most likely fail.`;
}

function blankEnds(password: string): string {
  return `The ${password} begins or ends with a blank. Copying often adds one.`;
}

function curlyQuotes(password: string): string {
  return `The ${password} has curly quotes. Some programs turn straight quotes into them.`;
}

function inFull(mails: number): string {
  return mails.toLocaleString('en-US');
}
