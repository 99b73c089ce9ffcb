import type { InboxType } from '../../add-inbox/account/providers.ts';
import { BOT_NAME, COMMAND } from '../ids.ts';

/*
 * This folder has all of the bot's sentences, by subject, except the errors of single fields, which are in
 * add-inbox/account/sender-account.ts. Each sentence says what happened and what to do next. Foreign text is never part of a
 * sentence: it is shown next to it as plain text.
 */

/** `facts` (our own mrkdwn) and `channelIds` (as links) are shown below the paragraphs. */
export type Notice = {
  title: string;
  paragraphs: readonly string[];
  facts?: string;
  channelIds?: readonly string[];
  /** With a button to ask the admins for permission to add inboxes. */
  canAskForAccess?: true;
};

export type State = { emoji: string; title: string };

export const INVITE = `/invite @${BOT_NAME}`;

export const PROVIDER_PHRASES: Record<InboxType, string> = {
  GOOGLE_WORKSPACE: 'Google Workspace',
  OUTLOOK_365: 'Microsoft 365',
  CUSTOM_SMTP: 'Other provider',
};

export const BUTTONS = {
  back: 'Back',
  editServers: 'Edit servers',
  addMany: 'Add many',
  fixAndTryAgain: 'Fix and try again',
  tryOnceMore: 'Try again',
  addAnother: 'Add another',
  addOne: 'Add an inbox',
  enterPassword: 'Enter password',
  sendAnyway: 'Send it anyway',
  storeKey: 'Add a key',
  replaceKey: 'Replace the key',
  removeKey: 'Remove the key',
  addClient: "Add a client's key",
  changeClient: 'Change',
  presets: 'Presets',
  remembered: 'Remembered',
  rememberedOwn: 'Remembered for the workspace',
  forget: 'Forget',
  previousDomains: 'Previous domains',
  moreDomains: 'More domains',
  forgetEverything: 'Forget all, for clients too…',
  removeClient: 'Remove client…',
  previousClients: 'Previous clients',
  moreClients: 'More clients',
  settings: 'Change the settings',
  audit: 'Audit trail',
  older: 'Older',
  newer: 'Newer',
  exportAudit: 'Send me everything as CSV',
  auditAll: 'Clear the filters',
  requestAccess: 'Request access',
  approve: 'Approve',
  decline: 'Decline',
  testEmail: 'Send a test email',
  removeInbox: 'Remove from ColdSend',
  fixBatch: 'Fix what failed',
  fixBatchByFile: 'Use a corrected file',
  batchResults: 'Results as CSV',
} as const;

/** Replaces a stored row in a list that this version of the bot can't read. */
export const UNREADABLE = {
  emoji: '⚠️',
  request: "I can't read this inbox",
  entry: "I can't read this entry",
  next: 'Its stored data is damaged or from a newer version. Ask the person who runs this bot to check the log.',
  code: (id: string) => `Support code: ${id}`,
} as const;

export const WHO_BINDS = "An admin or owner of this workspace can add a client's key for a channel in my Home tab.";

export function whoCanStore(which: 'a' | 'another'): string {
  return `An admin or owner of this workspace can add ${which} key in my Home tab, or by typing ${COMMAND}.`;
}

export function askForHelp(code: string): string {
  return `If this keeps happening, ask the person who runs this bot for help. ${UNREADABLE.code(code)}`;
}

/** For an address that belongs to another client, or to none of the channel's client. */
export function otherDomain(domain: string): string {
  return `This channel is not for inboxes of ${domain}. Check the address and the channel.`;
}
