import type { ColumnField } from '../../csv/columns.ts';
import type { RowFlag } from '../../csv/row.ts';
import { COMMAND } from '../ids.ts';
import { askForHelp, type Notice } from './common.ts';
import { FIELD_LABELS } from './fields.ts';

/* Many inboxes at once, from the command to the confirmation. */

export const MANY = `${COMMAND} many`;

export const BATCH_FORM = {
  title: 'Add many inboxes',
  submit: 'Check rows',
  cancel: 'Cancel',
  about: 'I check all rows first and show you what I found. Nothing is sent before you confirm it.',
  forClient: (client: string) =>
    `These inboxes are for ${client}, the client of this channel. I add them with their ColdSend key.`,
  fixing: 'Give me the corrected rows. I add only addresses that failed before.',
  rows: 'Rows',
  rowsHint:
    "Paste rows of a spreadsheet with their header. Or write one inbox a line: its address, a space, its password. Slack can't hide this field, so anyone near your screen can read it. We store it encrypted and delete it after sending.",
  rowsPlaceholder: 'jane@acme.com abcd efgh ijkl mnop',
  file: 'Or a CSV file',
  fileHint: 'From your vendor or a spreadsheet: at most 4 MB and 5,000 rows. I read it once and keep no copy.',
  noFiles: "I can't read files in this workspace. To allow it, an admin installs me again with the scope files:read.",
  defaults: 'What the rows leave out',
  provider: 'Provider',
  byRow: 'By its row or address',
  dailyLimit: 'Daily limit',
  dailyLimitHint: 'ColdSend sends at most this many mails a day from each inbox.',
  name: 'Display name',
  nameHint: '{local} is the part of the address before the @.',
  nothing: 'Paste at least one row.',
  nothingAtAll: 'Paste at least one row, or choose a file.',
  both: 'You gave me rows and a file. Clear this field, or remove the file.',
  tooLarge: 'This file is larger than 4 MB. Split it into several files and add them one after the other.',
  tooManyAddresses: `These are too many addresses for one command. Type \`${MANY}\` and use a file, or paste them in parts.`,
} as const;

export const BATCH_FORM_READING = {
  now: '⏳ *Reading your file…*',
  wait: 'A few seconds. Keep this window open: the rows appear here.',
} as const;

/** Why the file could not be got from Slack. */
export const BATCH_FORM_DOWNLOADS = {
  no_scope:
    "Slack doesn't let me read this file. Ask an admin to install me again with the scope files:read. Or paste the rows.",
  too_large: BATCH_FORM.tooLarge,
  gone: 'Slack does not have this file any more. Choose it again, or paste the rows.',
  unreachable: 'I could not get the file from Slack. Try again in a minute, or paste the rows.',
} as const;

export const BATCH_FORM_FAILED = (reference: string) =>
  `Something went wrong on my side, and I added nothing. Try again in a minute. ${askForHelp(reference)}`;

export const BATCH_FORM_PREVIEW = {
  title: (rows: number) => (rows === 1 ? 'Check 1 row' : `Check ${rows} rows`),
  submit: (inboxes: number) => `Add ${countInboxes(inboxes)}`,
  close: 'Discard',
  ready: (count: number) => `✅ *${count}* ready`,
  toFix: (count: number) => `❌ *${count}* to fix`,
  held: (count: number) => `⏸️ *${count}* held back`,
  twice: (count: number) => `🔁 *${count}* twice`,
  leftOut: (count: number) => `➖ *${count}* left out`,
  client: (client: string) => `Client: ${client}`,
  pasted: 'Pasted rows',
  vendor: (vendor: string) => `${vendor}'s columns`,
  about: (minutes: number) =>
    minutes < 1 ? 'less than a minute' : minutes < 1.5 ? 'about 1 minute' : `about ${describeMinutes(minutes)}`,
  firstRows: '*First rows, as I send them*',
  columns: '*Columns*',
  column: (header: string, field: string) => `${header} → ${field}`,
  fix: (count: number) => `*To fix · ${count}*\nThese rows stay out until you fix them.`,
  noProvider: 'Rows without servers need a provider. Go back and choose one, or add a column for it.',
  line: (line: number | string) => `Line ${line}`,
  lines: (lines: string) => `Lines ${lines}`,
  more: (count: number) => `and ${count} more`,
  noAddress: 'no address',
  heldBack: (count: number) =>
    `*Held back · ${count}*\nMicrosoft 365 refuses most passwords. Connect these inboxes in the ColdSend dashboard.`,
  heldLabel: 'Microsoft 365 inboxes',
  addHeld: (count: number) => (count === 1 ? 'Add this one anyway' : `Add these ${count} anyway`),
  tickHeld: 'Tick this to add them, or press “Discard”.',
  twiceRows: (count: number) => `*Twice · ${count}*\nI add each address once and use its first row.`,
  differs: (count: number) =>
    `*Different rows for one address · ${count}*\nI use the first row. To use another one, remove the first.`,
  sameAs: (line: number) => `first in line ${line}`,
  waiting: (count: number) => `*Already on the way · ${count}*\nI am adding these addresses already.`,
  notFailed: (count: number) => `*Did not fail before · ${count}*\nI add only addresses of the rows that failed.`,
  look: '*Please check*\nI send these rows without a change.',
  dailyLimit: 'Daily limit for rows without one',
  dailyLimitWrong: 'Enter how many mails a day: a whole number, 1 or more.',
  unknown: (headers: string) => `Columns that I don't use: ${headers}`,
  dropped: (headers: string) => `Columns with other secrets, which I did not read: ${headers}`,
  doubled: (field: string, headers: string) => `Several columns for ${field}: ${headers}. I use the first filled one.`,
  windows1252: 'This file is not in UTF-8. Check names with letters like é or ü above.',
  noneReady: 'There is nothing to add yet. Fix the rows and give them to me again.',
  deleteFile:
    "⚠️ *Delete your file from Slack.* It has passwords, and Slack doesn't let me delete it. Open the file, then choose *More actions* and *Delete file*.",
} as const;

/** What is odd about a row that can be added. */
export const BATCH_FORM_FLAGS: Record<RowFlag | 'curly_quotes' | 'above_maximum', string> = {
  changed_by_spreadsheet: 'A spreadsheet has probably changed the password.',
  number_by_spreadsheet: 'A spreadsheet has rewritten a number.',
  blank_around_password: 'The password begins or ends with a space.',
  no_encryption: 'The file switches encryption off. I leave it on.',
  short_row: 'The row has fewer cells than the header.',
  long_row: 'The row has more cells than the header.',
  too_much_on_the_line: 'There is another address behind the password.',
  two_passwords: 'Two columns have different passwords. I use the app password.',
  curly_quotes: 'The password has curly quotes.',
  above_maximum: "The daily limit is above the provider's maximum.",
};

/** What a column has in it. */
export const BATCH_FORM_COLUMNS: Record<ColumnField, string> = {
  ...FIELD_LABELS,
  domain: FIELD_LABELS.email_address,
  first_name: FIELD_LABELS.display_name,
  last_name: FIELD_LABELS.display_name,
  app_password: FIELD_LABELS.smtp_password,
};

export const BATCH_FORM_DONE = {
  adding: (inboxes: number) => `⏳ *Adding ${countInboxes(inboxes)}*`,
  closeIt: 'You can close this. I finish it on my own.',
  inChannel: (channel: string) => `You see the progress in ${channel}, or in a direct message from me.`,
  inDm: 'You see the progress in your direct messages with me.',
} as const;

/** The rows are not kept any more. */
export const BATCH_FORM_GONE: Notice = {
  title: BATCH_FORM.title,
  paragraphs: [
    'I do not have these rows any more, so I added nothing. I keep them for 30 minutes, or until you give me others.',
    `Close this, and type ${MANY} to begin again.`,
  ],
};

/** True whether the rows were saved or not. */
export const BATCH_FORM_IN_DOUBT = (reference: string): Notice => ({
  title: BATCH_FORM.title,
  paragraphs: [
    'My database did not confirm that it saved these inboxes.',
    `Close this notice, and press the button again in a minute. I add each inbox only once. ${askForHelp(reference)}`,
  ],
});

export function countInboxes(count: number): string {
  return count === 1 ? '1 inbox' : `${count} inboxes`;
}

function describeMinutes(minutes: number): string {
  return minutes < 90 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`;
}
