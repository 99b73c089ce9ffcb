import type { OutcomeGroup } from '../../add-inbox/lists/page.ts';
import { COMMAND } from '../ids.ts';
import { BUTTONS } from './common.ts';

/** Nothing was changed, because the data has changed since it was shown. The current state is shown below. */
export const OUTDATED = {
  key: 'The ColdSend API key has changed since you opened this, so I saved nothing. Now:',
  noKey: 'No key is saved. To add one, use the button in my Home tab.',
  /** For an admin who was asked for a key before the first inbox: a key is stored now, and the form continues with it. */
  goOn: (lastFour: string) =>
    `A key ending in ${lastFour} was saved in the meantime, so I kept that one. Now the inbox:`,
  client: 'This client has changed since you opened this, so I saved nothing. Now:',
  noClient: (client: string) => `${client}: no key is saved. To add one, use the button in my Home tab.`,
  settings: 'The settings have changed since you opened this, so I saved nothing. Now:',
} as const;

/** Where the workspace's own key is used, and the effect of its removal. */
const KEY_USES = {
  all_channels: 'used in all channels. Without it, nobody can add inboxes until you add another key.',
  channels_without_client: 'used in all channels without a client. Without it, nobody can add inboxes there.',
  unused: 'not used with the current settings.',
} as const;

const AFTER_CLIENT = { workspace_key: "I use the workspace's key", blocked: 'nobody can add inboxes' } as const;

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
  notLookedUp: 'I could not check your account because Slack did not answer. Open this tab again in a minute.',
  latestTitle: 'Latest inboxes',
  none: 'There are no inboxes here yet.',
  noneFound: 'No inbox matches. Choose something else above.',
  noneSoFar: `No inbox matches among those I looked at. Press “${BUTTONS.older}” to look further back.`,
  openThread: (link: string) => `<${link}|Open thread>`,
  filterOwner: 'Client',
  filterOutcome: 'Result',
  anyOwner: 'All clients',
  ofWorkspace: "The workspace's own key",
  anyOutcome: 'All results',
  outcomes: {
    added: 'Added',
    exists: 'In ColdSend already',
    not_added: 'Not added',
    unknown: "We don't know",
    under_way: 'Under way',
  } satisfies Record<OutcomeGroup, string>,
  remove: {
    title: 'Remove the key?',
    /** For the confirm dialog, which Slack limits to 300 characters. */
    text: (lastFour: string, use: keyof typeof KEY_USES) =>
      `The key ending in ${lastFour} is ${KEY_USES[use]} Waiting inboxes wait for up to 24 hours. The key stays valid at ColdSend: revoke it there if you no longer need it.`,
    confirm: 'Remove it',
    deny: 'Keep it',
  },
  removeClient: {
    title: (client: string) => `Remove ${client}?`,
    /** For the confirm dialog, which Slack limits to 300 characters. */
    text: (lastFour: string, channels: string, then: keyof typeof AFTER_CLIENT) =>
      `I send you its inboxes as CSV. I remove the key ending in ${lastFour} and ${channels}; then ${AFTER_CLIENT[then]} there. I stop waiting inboxes and delete their passwords. ColdSend keeps the key and inboxes: revoke the key there.`,
    channels: (count: number) => (count === 1 ? '1 channel' : `${count} channels`),
  },
} as const;
