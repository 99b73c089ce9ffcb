import type { KeyStatus } from '../../add-inbox/keys/coldsend-key.ts';
import { COMMAND } from '../ids.ts';
import { INVITE } from './common.ts';

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

/** Why a key is not stored; shown at the key's field. */
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
  notALabel: (longest: number) => `Enter a name for this client: at most ${longest} characters.`,
  labelTaken:
    'A client with this name already has a key. Close this and press “Change” beside it, or enter another name.',
  noChannel: "Choose at least one channel. I use this client's key there.",
  channelTaken: (by: string) =>
    `This channel already belongs to ${by}, and a channel has only one client. Remove it here, or there first.`,
  /** Links to the channels are shown below. */
  channelsTaken: (by: string) =>
    `Nothing was saved: these channels already belong to ${by}. Remove them here, or there first.`,
  cannotPost: `I can't post in this channel, so nothing was saved. If it is private, type ${INVITE} there. Check that it belongs to this workspace, and save again.`,
  /** Links to the channels are shown below. */
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

export const PRESETS_FORM = {
  title: 'Presets',
  submit: 'Save',
  about: (client: string) => `The forms for ${client} begin with these. People can change them for each inbox.`,
  dailyLimit: 'Daily limit',
  dailyLimitHint: "Empty: the workspace's default, or else the limit of the last inbox.",
  name: 'Display name',
  nameHint: `{local} becomes the part of the address before the @, as in “{local} from Acme”.`,
  domains: 'Domains',
  domainsHint:
    'One a line. I warn people who add an inbox of another domain. I also warn if another client has the domain.',
  outdated: {
    title: 'Presets',
    paragraphs: ['They have changed since you opened this, so I saved nothing. Open them again in my Home tab.'],
  },
} as const;

export const REMEMBERED = {
  title: 'Remembered',
  search: 'Search',
  filter: 'Domain',
  filterHint: 'Type a part of a domain, or leave this empty.',
  about: (client: string | undefined) =>
    `I remember the servers and the daily limit of the last inbox added with each domain ${client === undefined ? "with the workspace's own key" : `for ${client}`}. The next form begins with them.`,
  empty: 'I remember no such domain.',
  unreadable: "I can't read this any more. The next form looks up the servers again.",
  notEncrypted: 'not encrypted',
  limit: (limit: number) => (limit === 1 ? '1 mail a day' : `${limit} mails a day`),
  shown: (from: number, to: number) => `${from}–${to}`,
  forgetOwner: (client: string | undefined) =>
    client === undefined ? "Forget all for the workspace's key…" : `Forget all for ${client}…`,
  confirm: {
    title: 'Forget all of these?',
    owner: (client: string | undefined) =>
      `The forms ${client === undefined ? "for the workspace's own key" : `for ${client}`} begin without what I remember. Your inboxes stay in ColdSend.`,
    everything: 'All forms begin without what I remember, for every client. Your inboxes stay in ColdSend.',
    confirm: 'Forget',
    deny: 'Cancel',
  },
} as const;

export const PRESETS_ERRORS = {
  name: 'Use {local} or plain words only, like “{local} from Acme”.',
  dailyLimit: 'Enter a whole number, 1 or more. Or leave this empty.',
  notADomain: (word: string) => `“${word}” is not a domain. Enter domains like acme.com, one a line.`,
  tooMany: (most: number) => `Enter at most ${most} domains.`,
} as const;

/** Posted as mrkdwn in a channel after the change is stored. */
export const INTRODUCTIONS = {
  client: (who: string) =>
    `${who} connected this channel to a client. \`${COMMAND}\` now uses that client's ColdSend key here.`,
  results: (who: string) =>
    `${who} chose this channel for all results. From now on, I post the results of \`${COMMAND}\` here.`,
} as const;

export const KEY_STATUSES: Record<KeyStatus, string> = {
  works: 'It worked the last time I used it.',
  unchecked: 'I could not check it yet. The next inbox will show if it works.',
  refused: 'ColdSend refused it the last time I used it. Inboxes wait until you add another key.',
  unreadable: "I can't read it any more. Inboxes wait until you add it again, or add another key.",
};

/** An admin removes a client: messages in the admin's DM, and the file with its inboxes. */
export const CLIENT_REMOVAL = {
  title: 'Remove client',
  starts: 'One moment. I am preparing the list of its inboxes.',
  fileTitle: 'Inboxes of a removed client',
  notSent: 'Slack refused the file with its inboxes, so I removed nothing. Try again in a minute.',
  outdated: 'Another admin changed this client in the meantime, so I removed nothing. Look at my Home tab.',
  done: (inboxes: number, stopped: number) =>
    `Removed, with its key and channels. The file lists ${inboxes === 1 ? '1 inbox' : `${inboxes} inboxes`} of the last 90 days. ${stopped === 0 ? 'No inboxes were waiting.' : `I stopped ${stopped === 1 ? '1 waiting inbox' : `${stopped} waiting inboxes`} and deleted the passwords.`} The inboxes and the key still exist at ColdSend: remove them there.`,
} as const;

export const CLIENT_CSV = {
  columns: ['address', 'name', 'result', 'status when added', 'inbox ID', 'time', 'user'],
  results: { added: 'added', removed: 'removed since', unknown: "we don't know if it was added" },
} as const;
