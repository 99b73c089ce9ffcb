import type { ExpiredWhy, Outcome, TroubleKind } from '../../add-inbox/request/outcome.ts';
import type { ColumnField } from '../../csv/columns.ts';
import type { RowFlag } from '../../csv/row.ts';
import { COMMAND } from '../ids.ts';
import { askForHelp, BUTTONS, INVITE, type Notice, otherDomain, whoCanStore } from './common.ts';
import { FIELD_LABELS } from './fields.ts';

/* Many inboxes at once: what the bot says in the channel and in the thread after a person has confirmed them. */

const inboxes = (count: number): string => (count === 1 ? '1 inbox' : `${count} inboxes`);

/** The message in the channel. */
export const BATCH_THREAD_CARD = {
  adding: (total: number) => `Adding ${inboxes(total)}`,
  waiting: (left: number) => `Waiting to add ${inboxes(left)}`,
  added: (added: number, total: number) => `${added} of ${inboxes(total)} added`,
  allAdded: (total: number) => (total === 1 ? '1 inbox added' : `All ${inboxes(total)} added`),
  noneAdded: (total: number) => `None of ${inboxes(total)} added`,
  stopped: (added: number, total: number) => `Stopped: ${added} of ${inboxes(total)} added`,
  requestedBy: (who: string) => `Requested by ${who}`,
  stoppedBy: (who: string) => `Stopped by ${who}`,
  left: (time: string, until: string) => `${time} left, until ${until}`,
  took: (time: string) => `took ${time}`,
  client: (name: string) => `Client: ${name}`,
  /** For the top-level text: whose inboxes these are, and where the rows are from. */
  forClient: (name: string) => `For client ${name}.`,
  from: (source: string) => `From ${source}.`,
  pasted: 'pasted rows',
  done: (done: number, total: number) => `${done} of ${total}`,
  othersFirst: 'Other lists come first. Then I start on my own.',
  underWay: (count: number) => `${inboxes(count)} still on the way to ColdSend.`,
  needYou: (count: number) => (count === 1 ? '1 needs you: see the thread.' : `${count} need you: see the thread.`),
  useFileAgain: (count: number) => `To add the other ${count}, use the file again. No inbox is added twice.`,
  stop: {
    button: 'Stop the rest',
    title: 'Stop the rest?',
    text: (count: number) =>
      `${count === 1 ? '1 inbox is' : `${count} inboxes are`} not sent yet. We delete their passwords. Inboxes that were added stay in ColdSend.`,
    confirm: 'Stop',
    deny: 'Go on',
  },
} as const;

/** About how long it takes, in words. */
export function aboutTime(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 90) return minutes === 1 ? 'about 1 minute' : `about ${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `about ${hours} hours` : `about ${Math.round(hours / 24)} days`;
}

/** The outcomes in the order in which they are shown. The words follow a number. */
export const BATCH_THREAD_COUNTS: Record<Outcome['kind'], { emoji: string; words: string }> = {
  added: { emoji: '✅', words: 'added' },
  exists: { emoji: 'ℹ️', words: 'in ColdSend already' },
  refused: { emoji: '❌', words: 'not added' },
  key_refused: { emoji: '🔑', words: 'not added: API key refused' },
  unknown: { emoji: '❓', words: 'unknown' },
  expired: { emoji: '⌛', words: 'not sent in time' },
  stopped: { emoji: '⏹️', words: 'not sent' },
};

/** The reasons that a person has to look at a row. */
export type RowProblem =
  | 'refused'
  | 'held_back'
  | 'key_refused'
  | 'unknown'
  | 'expired'
  | ExpiredWhy
  | 'lost_permission'
  | TroubleKind;

/** `next` is what to do for each inbox with the problem. */
export const BATCH_THREAD_PROBLEMS: Record<RowProblem, { title: string; next: string }> = {
  refused: { title: 'ColdSend refused it', next: 'Correct what ColdSend says, and enter the password again.' },
  held_back: {
    title: "Its login doesn't work, so we didn't send it",
    next: `Press “${BUTTONS.fixBatch}” or “${BUTTONS.sendAnyway}”, and enter the password again.`,
  },
  key_refused: { title: 'ColdSend refused the API key', next: `${whoCanStore('another')} Then try again.` },
  unknown: {
    title: "We don't know if it was added",
    next: 'Try again. If ColdSend says the address already exists, the first try worked.',
  },
  expired: { title: "We couldn't send it in time", next: 'Enter the password again.' },
  no_password: { title: 'Nobody entered its password in time', next: 'Enter the password.' },
  passwords_unreadable: { title: "I can't read its password any more", next: 'Enter the password again.' },
  lost_permission: {
    title: 'No longer allowed',
    next: 'Ask a person with permission to add inboxes to try again.',
  },
  wrong_address: {
    title: 'The ColdSend address is wrong',
    next: 'Ask the person who runs this bot to check COLDSEND_API_URL and COLDSEND_ADD_PATH. Then try again.',
  },
  proxy_login: {
    title: 'A proxy asks for a login',
    next: 'Ask the person who runs this bot to set the user name and password of the proxy. Then try again.',
  },
  too_large: {
    title: 'A size limit is too small',
    next: 'Ask the person who runs this bot to raise the size limit of the proxy. Then try again.',
  },
  not_coldsend: {
    title: 'It was refused on the way to ColdSend',
    next: 'Try again. If this keeps happening, ask the person who runs this bot to check the firewall or proxy.',
  },
};

export const BATCH_THREAD_FAILURES = {
  title: 'What went wrong',
  group: (title: string, count: number) => `${title} · ${count}`,
  line: (line: number) => `(line ${line})`,
  more: (count: number) => `and ${count} more`,
  moreReasons: (count: number) =>
    count === 1
      ? 'There is 1 more reason. You find it in the CSV.'
      : `There are ${count} more reasons. You find them in the CSV.`,
} as const;

/** Advice about the DNS of a list's domains, in its summary. */
export const BATCH_THREAD_DOMAINS = {
  todo: 'The DNS records of these domains need attention, or their mail may land in spam:',
  unknown: (domains: string) => `${domains}: We couldn't look up some of the DNS records.`,
  good: (domains: string) =>
    `${domains}: The DNS records look good (MX, SPF, DMARC, DKIM). You don't need to do anything.`,
  others: (count: number) => `${count} more`,
  more: (count: number) => `… and ${count === 1 ? '1 more domain' : `${count} more domains`}`,
} as const;

export const BATCH_THREAD_SUMMARY = {
  needYou: (count: number) => (count === 1 ? '1 inbox needs you' : `${count} inboxes need you`),
  next: `Press “${BUTTONS.fixBatch}” and change only what was wrong.`,
  allFixed: 'All fixed: no inbox needs you any more.',
  columns: ['Line', 'Address', 'What happened', 'What to do'],
  more: (count: number) => `${inboxes(count)} more: press “${BUTTONS.batchResults}” to get them all.`,
} as const;

/** Columns and words of the CSV with the results. */
export const BATCH_THREAD_CSV = {
  columns: ['line', 'address', 'outcome', 'overall_status', 'inbox_id', 'reason', 'what to do'],
  outcomes: {
    added: 'added',
    addedBefore: 'added by an earlier try',
    exists: 'in ColdSend already',
    stopped: 'not sent: stopped',
    unsettled: 'not finished yet',
  },
  next: {
    status: 'Check its status in the ColdSend dashboard.',
    exists: 'Look for it in the ColdSend dashboard.',
    stopped: 'To add it, use the file again.',
  },
  pasted: 'inboxes',
  resultsTitle: 'Results of all rows, without passwords',
  toFixTitle: 'Rows to fix: fill in the passwords and use this file again',
} as const;

export const BATCH_THREAD_RESULTS = {
  title: 'Results as CSV',
  waiting: 'One moment…',
  posted: 'I posted the results in the thread.',
  later: 'Slack did not accept the file, so I posted nothing. Try again in a minute.',
  unsure:
    "Something went wrong on my side. I don't know if I posted the file. Look in the thread before you try again.",
  cannot_post: 'I could not post the results. If I may post in the thread, it shows the reason.',
  /* The following are messages in the thread. */
  refused: `Slack refused the file with the results. An admin can install the app again: it may lack the scope files:write. Then press “${BUTTONS.batchResults}”.`,
  inDm: (who: string) =>
    `I can't post files here, so I sent the results to ${who} in a direct message. To get the next ones here, type ${INVITE} in this channel.`,
  dm: "Here are the results, because I can't post files in the channel.",
} as const;

export const BATCH_THREAD_STOP = {
  gone: {
    title: 'Many inboxes',
    paragraphs: ['I deleted this list because it is more than 90 days old.'],
  },
  nothing: {
    title: 'Stop the rest',
    paragraphs: ['There is nothing to stop: all inboxes are sent or stopped already.'],
  },
  notTheirs: {
    title: 'Stop the rest',
    paragraphs: [
      'Only the person who requested these inboxes, and admins and owners of this workspace, can stop the rest.',
      'Ask one of them.',
    ],
  },
} as const;

/** One line of the Home. */
export const BATCH_THREAD_HOME = {
  title: (total: number, source: string) => `${inboxes(total)} from ${source}`,
  needYou: (count: number) => (count === 1 ? '1 needs you' : `${count} need you`),
} as const;

/** Fixing the rows that failed. */
export const BATCH_FIX = {
  title: 'Fix what failed',
  row: (position: number, count: number, line: number) => `Row ${position} of ${count} (line ${line} of your file).`,
  skip: 'Skip',
  skipped: (address: string) => `I left out ${address}.`,
  accepted: (address: string) => `I am adding ${address} again.`,
  superseded: (address: string) => `Somebody sent ${address} again already, so I left it out.`,
  nothing: {
    title: 'Fix what failed',
    paragraphs: ['There is nothing left to fix in this list.'],
  } satisfies Notice,
  gone: {
    title: 'Fix what failed',
    paragraphs: [`I don't have this list any more. To add its inboxes, type ${COMMAND} many.`],
  } satisfies Notice,
  stopping: {
    title: 'Fix what failed',
    paragraphs: [
      'I added nothing yet. Someone stopped this list, and some of its inboxes are still on their way.',
      'Close this notice and submit again in a minute.',
    ],
  } satisfies Notice,
  otherClient: {
    title: 'Fix what failed',
    paragraphs: [
      'An admin has changed the client of this channel since these inboxes were requested.',
      `To add them for the current client, type ${COMMAND} many.`,
    ],
  } satisfies Notice,
  last: {
    title: 'Fix what failed',
    paragraphs: ['That was the last row. The thread of the list shows the results.'],
  } satisfies Notice,
} as const;

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
  orPage: "Slack can't hide passwords. The secure page can, and checks each row as you type.",
  onPage: 'Choose a file or paste rows on the secure page. Nothing is sent before you confirm it there.',
  fixOnPage: 'Correct the failed rows on the secure page. Enter their passwords again: we have deleted them.',
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

const READING_WAIT =
  'A few seconds. Keep this window open: the rows appear here. If nothing happens for a minute, close it and try again.';

export const BATCH_FORM_READING = {
  file: { now: '⏳ *Reading your file…*', wait: READING_WAIT },
  rows: { now: '⏳ *Reading your rows…*', wait: READING_WAIT },
  logins: (done: number, total: number) => ({
    now: `⏳ *Checking the logins: ${done} of ${total}*`,
    wait: 'At most two minutes. Keep this window open: the rows appear here.',
  }),
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
  submit: (count: number) => `Add ${inboxes(count)}`,
  close: 'Discard',
  ready: (count: number) => `✅ *${count}* ready`,
  toFix: (count: number) => `❌ *${count}* to fix`,
  held: (count: number) => `⏸️ *${count}* held back`,
  twice: (count: number) => `🔁 *${count}* twice`,
  leftOut: (count: number) => `➖ *${count}* left out`,
  client: (client: string) => `Client: ${client}`,
  pasted: 'Pasted rows',
  vendor: (vendor: string) => `${vendor}'s columns`,
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
  refused: (count: number) => `🔒 *${count}* login refused`,
  refusedRows: (count: number) =>
    `*Login refused · ${count}*\nI tried these logins, and they don't work. Correct the rows, or add them anyway.`,
  refusedLabel: 'Inboxes whose login is refused',
  notKnown: (count: number) =>
    `*Login not checked · ${count}*\nI couldn't find out if these logins work. I add the inboxes all the same.`,
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
export const BATCH_FORM_FLAGS: Record<RowFlag | 'curly_quotes' | 'above_maximum' | 'other_domain', string> = {
  changed_by_spreadsheet: 'A spreadsheet has probably changed the password.',
  number_by_spreadsheet: 'A spreadsheet has rewritten a number.',
  blank_around_password: 'The password begins or ends with a space.',
  quotes_around_password: 'The password is in quotation marks, which I send with it.',
  address_as_password: 'The password looks like an email address.',
  no_encryption: 'The file switches encryption off. I leave it on.',
  short_row: 'The row has fewer cells than the header.',
  long_row: 'The row has more cells than the header.',
  too_much_on_the_line: 'There is another address behind the password. I use only the password.',
  two_passwords: 'Two columns have different passwords. I use the app password.',
  curly_quotes: 'The password has curly quotes.',
  above_maximum: "The daily limit is above the provider's maximum.",
  other_domain: otherDomain('this domain'),
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
  adding: (count: number) => `⏳ *Adding ${inboxes(count)}*`,
  closeIt: 'You can close this. I finish it on my own.',
  inChannel: (channel: string) => `You see the progress in ${channel}, or in a direct message from me.`,
  inDm: 'You see the progress in your direct messages with me.',
} as const;

/** The rows are not kept any more. */
export const BATCH_FORM_GONE: Notice = {
  title: BATCH_FORM.title,
  paragraphs: [
    'I added nothing. These inboxes are on the way already, or I do not have the rows any more.',
    'I keep rows for 30 minutes, or until you give me others.',
    `To begin again, close this and type ${MANY}.`,
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
