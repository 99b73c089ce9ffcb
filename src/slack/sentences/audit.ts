import type { ActionOutcome } from '../../add-inbox/actions/inbox-action.ts';
import type { AuditAction } from '../../add-inbox/people/audit.ts';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import { ACTIONS, CALLBACKS, COMMAND } from '../ids.ts';
import { BUTTONS } from './common.ts';

export const AUDIT = {
  title: 'Audit trail',
  about: 'All changes and requests of the last year, newest first. Times are in your time zone.',
  refusedBounded:
    'I list at most 20 refused attempts an hour for each person. If there are very many, I list only the first 5.',
  empty: 'There is nothing here yet.',
  noneFound: 'No entry matches these filters.',
  noneSoFar: `No entry matches among those I looked at. Press “${BUTTONS.older}” to look further back.`,
  person: 'Person',
  anyTopic: 'Everything',
  anyPeriod: 'Any time',
  topics: {
    inboxes: 'Single inboxes',
    lists: 'Many inboxes',
    keys: 'Keys and clients',
    settings: 'Settings and access',
    refused: 'Refused attempts',
    app: 'The app itself',
  },
  period: (days: number) => (days === 1 ? 'Last 24 hours' : `Last ${days} days`),
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
  inboxes_requested: 'Many inboxes requested',
  batch_stopped: 'Rest of a list stopped',
  inbox_requested: 'Inbox requested',
  link_denied: 'Link to the secure page used by another person',
  inbox_cancelled: 'Inbox cancelled',
  inbox_outcome: 'Result',
  login_checked: 'Login checked by the bot',
  test_email: 'Test email',
  inbox_removal: 'Removal from ColdSend',
  access_requested: 'Access requested',
  access_approved: 'Access approved',
  access_declined: 'Access declined',
  client_removed: 'Client removed',
  forgotten: 'Remembered inboxes forgotten',
  refused_attempt: 'Attempt refused',
  audit_exported: 'Audit trail exported',
};

const AUDIT_DETAIL_WORDS: Record<string, string> = {
  email_address: 'address',
  count: 'inboxes',
  last_four: 'key ending in',
  inbox_id: 'inbox ID',
  recipient: 'to',
  not_sent: 'not sent',
  smtp: 'sending',
  imap: 'reading',
};

/** The label of an entry's detail. */
export function auditDetail(name: string): string {
  return AUDIT_DETAIL_WORDS[name] ?? name;
}

const OUTCOME_WORDS: Record<Outcome['kind'] | ActionOutcome['kind'], string> = {
  added: 'added',
  exists: 'in ColdSend already',
  refused: 'refused by ColdSend',
  key_refused: 'API key refused by ColdSend',
  unknown: "we don't know",
  expired: 'not sent in time',
  stopped: 'stopped by a person',
  done: 'done',
  gone: 'ColdSend does not have it',
  unsupported: 'not available in this ColdSend API',
  not_done: 'not done',
};

const SETTING_WORDS: Record<string, string> = {
  everyone: 'everyone except guests',
  admins: 'admins and owners',
  unreadable: 'not readable',
};

const ATTEMPT_WORDS: Record<string, string> = {
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
  [CALLBACKS.manyForm]: 'giving many inboxes',
  [CALLBACKS.preview]: 'adding many inboxes',
  [ACTIONS.addMany]: 'opening the form for many inboxes',
  [ACTIONS.addManyFromHome]: 'opening the form for many inboxes',
  [ACTIONS.backToMany]: `“${BUTTONS.back}” in the form for many inboxes`,
  [ACTIONS.backToWho]: `“${BUTTONS.back}” in the form`,
  [ACTIONS.editServers]: `“${BUTTONS.editServers}” in the form`,
  [ACTIONS.sameLogin]: 'ticking a box in the form',
  [ACTIONS.tryAgain]: 'the button under a result',
  [ACTIONS.addAnother]: 'adding another inbox',
  [ACTIONS.addFromHome]: 'adding an inbox from the Home',
  [ACTIONS.enterPassword]: 'entering a password',
  [ACTIONS.confirmCode]: 'confirming a matching code',
  [ACTIONS.denyCode]: 'denying a matching code',
  [ACTIONS.cancelRequest]: 'cancelling an inbox',
  [ACTIONS.sendAnyway]: 'the button under a result',
  [ACTIONS.testEmail]: 'sending a test email',
  [CALLBACKS.testEmail]: 'sending a test email',
  [ACTIONS.removeInbox]: 'removing an inbox from ColdSend',
  [CALLBACKS.removeInbox]: 'removing an inbox from ColdSend',
  [ACTIONS.inboxMenu]: 'the menu of an inbox in the Home',
  [ACTIONS.requestAccess]: 'asking for access',
  [ACTIONS.approveAccess]: 'approving access',
  [ACTIONS.declineAccess]: 'declining access',
  [ACTIONS.fixBatch]: 'fixing the rows of a list',
  [ACTIONS.sendRowsAnyway]: 'sending the held-back rows of a list',
  [ACTIONS.fixBatchByFile]: 'fixing the rows of a list by a file',
  [ACTIONS.skipRow]: 'leaving out a row of a list',
  [ACTIONS.stopBatch]: 'stopping the rest of a list',
  [ACTIONS.batchResults]: 'getting the results of a list',
  [ACTIONS.storeKey]: 'opening the form for the key',
  [ACTIONS.removeKey]: 'removing the key',
  [ACTIONS.addClient]: "opening the form for a client's key",
  [ACTIONS.changeClient]: "opening the form for a client's key",
  [ACTIONS.removeClient]: 'removing a client',
  [ACTIONS.openPresets]: "opening a client's presets",
  [CALLBACKS.presets]: "changing a client's presets",
  [ACTIONS.openRemembered]: 'reading what is remembered',
  [CALLBACKS.remembered]: 'reading what is remembered',
  [ACTIONS.previousRemembered]: 'reading what is remembered',
  [ACTIONS.moreRemembered]: 'reading what is remembered',
  [ACTIONS.forgetDomain]: 'forgetting what is remembered',
  [ACTIONS.forgetOwner]: 'forgetting what is remembered',
  [ACTIONS.forgetEverything]: 'forgetting what is remembered',
  [ACTIONS.openSettings]: 'opening the settings',
  [ACTIONS.openAudit]: 'reading the audit trail',
  [ACTIONS.olderAudit]: 'reading the audit trail',
  [ACTIONS.newerAudit]: 'reading the audit trail',
  [ACTIONS.exportAudit]: 'exporting the audit trail',
  [ACTIONS.auditPerson]: 'reading the audit trail',
  [ACTIONS.auditTopic]: 'reading the audit trail',
  [ACTIONS.auditPeriod]: 'reading the audit trail',
  [ACTIONS.auditAll]: 'reading the audit trail',
};

/** The words for the bot's own values, by the detail that has them. Other details are names of others. */
const AUDIT_VALUE_WORDS: Record<string, Record<string, string>> = {
  outcome: OUTCOME_WORDS,
  from: SETTING_WORDS,
  to: SETTING_WORDS,
  attempt: ATTEMPT_WORDS,
  why: ATTEMPT_WORDS,
};

/** One of the bot's own values in words; any other value unchanged. */
export function auditValue(name: string, value: string): string {
  if (name === 'smtp' || name === 'imap') return sayLogin(value);
  const words = AUDIT_VALUE_WORDS[name];
  return words !== undefined && Object.hasOwn(words, value) ? (words[value] ?? value) : value;
}

/** The server, and what it said to the login: `smtp.acme.com:587 refused wrong_login`. */
function sayLogin(value: string): string {
  const [server, verdict, reason] = value.split(' ');
  if (verdict === 'works') return `${server} – the login works`;
  if (reason === undefined) return value;
  const words = reason.replaceAll('_', ' ');
  return verdict === 'refused' ? `${server} – login refused (${words})` : `${server} – we don't know (${words})`;
}
