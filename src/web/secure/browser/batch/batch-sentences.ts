import { NOT_DONE } from '../sentences.ts';
import type { Cell } from './sheet/cells.ts';
import type { RowState, RowsOut } from './sheet/sheet.ts';

/* What the page says about many inboxes. */

const count = (number: number, one: string, more: string): string =>
  number === 1 ? `1 ${one}` : `${number.toLocaleString('en-US')} ${more}`;

export const inboxes = (number: number): string => count(number, 'inbox', 'inboxes');

const rowsOf = (number: number): string => count(number, 'row', 'rows');

const NO_LIST_DONE = {
  ...NOT_DONE,
  tooLarge:
    'This list is too large for the bot, or for a proxy in front of it. This try changed nothing. Split the list into several files, and add them one after the other.',
} as const;

export const UPLOAD = {
  title: 'Add many inboxes',
  lead: 'You see every row before anything is added.',
  drop: 'Drop a CSV file here',
  vendors: 'Exports from Instantly, Smartlead, EmailBison and Woodpecker need no changes.',
  most: (rows: number) => `Up to ${rows.toLocaleString('en-US')} rows and 4 MB.`,
  choose: 'Choose a file',
  or: 'or',
  paste: 'Paste rows',
  pasteExample: 'jane@globex.com, app password\njohn@globex.com, app password',
  pasteHint:
    'One inbox a line: address, then password. Rows copied from a spreadsheet work too. We hide the passwords in the next step.',
  check: 'Check these rows',
  pasted: 'Pasted rows',
  reading: (name: string) => `Reading ${name}…`,
  aFewSeconds: 'Please wait a few seconds.',
  nothingPasted: 'Paste at least one row.',
  tooLarge: {
    what: 'This is larger than 4 MB.',
    next: 'Split it into several files, and add them one after the other.',
  },
  ended: {
    what: "This link doesn't work anymore.",
    next: 'Pasted rows stay here. Type /add-inbox many in Slack, and use the new link.',
  },
  notReadable: { what: 'Your browser could not read this file.', next: 'Is it still there? Choose it again.' },
  problems: {
    ...NO_LIST_DONE,
    offline: 'Not sent. Check your connection, then choose the file again.',
    unclear: 'The bot had a problem. Choose the file again in a minute.',
    later: "Slack didn't confirm your account. Choose the file again in a minute.",
    tooMany: 'Too many tries. Wait a minute, then choose the file again.',
  },
  fate: 'What happens with the passwords',
  fates: [
    'They go to this bot only. Slack never sees them.',
    'We store them encrypted once you press “Add”, and send them to ColdSend.',
    'We delete our copies. The file itself is never stored.',
  ],
} as const;

export const SHEET = {
  title: (rows: number) => `Check ${rowsOf(rows)}, then add ${rows === 1 ? 'it' : 'them'}`,
  fixTitle: (rows: number) => `Fix ${rowsOf(rows)}, then try again`,
  fixLead: 'Change only what was wrong.',
  fixLeadNoPasswords: 'Change only what was wrong. We deleted the passwords, so enter them again.',
  otherFile: 'Use another file',
  takenOver: 'taken over from your other tab',
  vendor: (vendor: string) => `${vendor}'s columns`,
  caption: 'Rows. Press Enter in a cell to change it, and Delete to leave out its row.',
  line: 'Line',
  leaveOut: 'Leave out',
  putBack: 'Put back',
  cells: {
    address: 'Address',
    name: 'Name',
    provider: 'Provider',
    secret: 'Password',
    smtp: 'SMTP server',
    imap: 'IMAP server',
    limit: 'Daily limit',
  } satisfies Record<Cell, string>,
  states: {
    ready: { icon: 'check', tone: 'ok', word: 'ready', label: 'Ready' },
    fix: { icon: 'alert', tone: 'bad', word: 'to fix', label: 'To fix' },
    held: { icon: 'pause', tone: 'warn', word: 'held back', label: 'Held back' },
    twice: { icon: 'copy', tone: 'dim', word: 'twice', label: 'Twice' },
    out: { icon: 'x', tone: 'dim', word: 'left out', label: 'Left out' },
  } satisfies Record<RowState, { icon: string; tone: string; word: string; label: string }>,
  countsLabel: 'Rows by state',
  onlyProblems: 'Only problems',
  foundByDomain: 'found by domain',
  fromColumn: (header: string) => `from “${header}”`,
  noColumn: 'not in file',
  columnFor: (cell: string) => `Column for ${cell}`,
  filledIn: 'Filled in',
  empty: 'Empty',
  unencrypted: 'not encrypted',
  inLine: (label: string, line: number) => `${label}, line ${line}`,
  ofLine: (line: number) => ` in line ${line}`,
  use: (value: string) => `Use ${value}`,
  anyway: 'Add it anyway',
  heldAgain: 'Hold it back',
  fillDown: (rows: number) => `Use for ${count(rows, 'empty cell', 'empty cells')} below`,
  sameAs: (line: number) => `Same as line ${line}. We add it once.`,
  differsFrom: (line: number) => `Line ${line} has this address with other values. We use that line.`,
  chooseProvider: 'Choose…',
  byRow: 'By its row',
  byDomain: 'Find by domain',
  fill: 'Fill empty cells',
  fillHint: 'Filled cells are gray below.',
  dontUse: "Don't use it",
  useAs: 'Use as',
  whatIs: (header: string) => `What is the column “${header}”?`,
  unused: (values: string) => `${values}. We don't use it yet.`,
  suggested: (field: string) => `${field} (suggested)`,
  columns: (used: number, not: number) => `Columns: ${used} used, ${not} not used`,
  columnProblems: {
    ...NO_LIST_DONE,
    offline: 'Not sent. Check your connection, then choose the column again.',
    unclear: 'The bot had a problem. Choose the column again in a minute.',
    later: "Slack didn't confirm your account. Choose the column again in a minute.",
    tooMany: 'Too many tries. Wait a minute, then choose the column again.',
  },
  notRead: (headers: string) => `Not read: ${headers}. ColdSend doesn't need such secrets. Delete them from your file.`,
  columnFields: {
    email_address: 'Address',
    domain: 'Domain',
    display_name: 'Name',
    first_name: 'First name',
    last_name: 'Last name',
    inbox_type: 'Provider',
    app_password: 'App password',
    smtp_username: 'SMTP user name',
    smtp_password: 'Password',
    smtp_host: 'SMTP server',
    smtp_port: 'SMTP port',
    smtp_use_tls: 'SMTP encryption',
    imap_username: 'IMAP user name',
    imap_password: 'IMAP password',
    imap_host: 'IMAP server',
    imap_port: 'IMAP port',
    imap_use_ssl: 'IMAP encryption',
    daily_limit: 'Daily limit',
  },
} as const;

const NOT_CHECKED_BY_BOT =
  'Not checked: the bot, or a proxy in front of it, refused this. We try again every few seconds.';

/** The bar with the button. */
export const BAR = {
  label: 'Add the rows',
  discard: 'Discard',
  add: (rows: number) => `Add ${inboxes(rows)}`,
  fixFirst: (rows: number) => `Fix ${rowsOf(rows)} first`,
  nothing: 'No row to add',
  adding: 'Adding…',
  reading: 'Reading…',
  checkingLogins: (done: number, all: number) => `Checking logins: ${RUNNING.figure(done, all)}`,
  stayOut: (out: RowsOut) => (out.length === 0 ? 'All rows are ready.' : `${stay(out)}.`),
  about: (time: string) => `About ${time}`,
  noneReady: 'No row is ready yet.',
  leftOut: (line: number) => `Line ${line} is left out.`,
  undo: 'Undo',
  problems: {
    ...NO_LIST_DONE,
    offline: 'No answer. Check your connection, then press the button again. We add each inbox only once.',
    unclear: "We didn't get a clear answer. Press the button again. We add each inbox only once.",
    later: "Slack didn't confirm your account. Press the button again in a minute. We add each inbox only once.",
    tooMany: 'Too many tries. Wait a minute, then press the button again.',
  },
  unchecked: {
    tooLarge: NOT_CHECKED_BY_BOT,
    tooSlow: 'Not checked: the connection was too slow. We try again every few seconds.',
    busy: 'Not checked: the bot is busy. We try again every few seconds.',
    refused: NOT_CHECKED_BY_BOT,
    offline: 'Not checked. Check your connection. We try again every few seconds.',
    unclear: 'Not checked: the bot had a problem. We try again every few seconds.',
    later: "Not checked: Slack didn't confirm your account. We try again every few seconds.",
    tooMany: 'Not checked yet: too many changes in a minute. We try again every few seconds.',
  },
  stopping:
    'Not added yet. Someone stopped this list, and some of its inboxes are still on their way. Press the button again in a minute.',
  ended: "This link doesn't work anymore. These rows are not added from this page.",
  endedUnsure: "We don't know if these rows were added, and this link doesn't work anymore.",
  endedNext:
    'They stay here. Type /add-inbox many in Slack, and open the new link in this browser. It takes over your rows.',
  endedFix:
    'They stay here. Press “Fix what failed” in the thread, and open a new secure page in this browser. It takes over your rows.',
  endedUnsureNext:
    'Look in Slack first. If they are missing there, open a new link in this browser. It takes over your rows.',
  openSlack: 'Open Slack',
  notAdded: 'Nothing is added yet. Some rows need a change first.',
  /** @param others the rows that the button adds now */
  refusedLogins: (rows: number, others: number) =>
    `Nothing is added yet: ${count(rows, 'login was', 'logins were')} refused. Correct ${rows === 1 ? 'it' : 'them'}, or press “${SHEET.anyway}”.${
      others === 0 ? '' : ` Press the button again to add the ${others === 1 ? 'other one' : 'others'}.`
    }`,
  changed: 'Nothing is added yet: some rows have changed. Press the button again.',
} as const;

export const RUNNING = {
  title: (total: number) => `Adding ${inboxes(total)}`,
  finished: (added: number, total: number) => `${added.toLocaleString('en-US')} of ${inboxes(total)} added`,
  stopped: (added: number, total: number) => `Stopped: ${added.toLocaleString('en-US')} of ${inboxes(total)} added`,
  lead: 'You can close this page. You get the result in a thread in Slack.',
  done: 'The thread in Slack has all results. You can close this page.',
  needYou: (rows: number) =>
    `${count(rows, 'needs', 'need')} you. Fix ${rows === 1 ? 'it' : 'them'} here while this page is open: you change only what was wrong.`,
  figure: (done: number, total: number) => `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`,
  left: (time: string) => `About ${time} left`,
  waitsForKey: 'Nothing is sent until an admin stores a ColdSend API key.',
  waiting: 'Other inboxes come first.',
  barLabel: 'Inboxes done',
  countsLabel: 'Inboxes by outcome',
  outcomes: {
    added: { icon: 'check', tone: 'ok', word: 'added' },
    exists: { icon: 'copy', tone: 'dim', word: 'in ColdSend already' },
    failed: { icon: 'alert', tone: 'bad', word: 'not added' },
    unknown: { icon: 'question', tone: 'warn', word: 'unknown' },
    stopped: { icon: 'pause', tone: 'dim', word: 'not sent' },
    left: { icon: 'clock', tone: 'dim', word: 'to go' },
  },
  stopping: 'Stopping the rest',
  underWay: 'Inboxes on their way still end.',
  stop: {
    button: 'Stop the rest',
    title: 'Stop the rest?',
    text: (left: number) =>
      `${left === 1 ? '1 inbox is' : `${left.toLocaleString('en-US')} inboxes are`} not sent yet. We delete their passwords. Inboxes that were added stay in ColdSend.`,
    confirm: 'Stop',
    deny: 'Go on',
    unclear: "We didn't get a clear answer. If the rest still goes on, press “Stop the rest” again.",
  },
  notSent: (rows: number) =>
    `To add the ${count(rows, 'inbox', 'inboxes')} not sent, use the file again with a new link. No inbox is added twice.`,
  download: 'Download results',
  downloadHint: 'CSV without passwords',
  notDownloaded: 'Not downloaded. Press the button again in a minute.',
  open: 'Open the thread in Slack',
  table: 'Inboxes that need you',
  columns: ['Line', 'Address', 'What happened', 'What to do'],
  notAdded: 'Not added',
  unknown: 'Unknown',
  inLine: 'line',
  more: (rows: number) => `and ${rows.toLocaleString('en-US')} more`,
  fix: 'Fix what failed',
  /** @param late rows that were ready, and are none of those that we add. Rows that are there twice need nothing. */
  stayedOut: (known: RowsOut, late: number) => {
    const out = late > 0 ? [...known, { state: 'late' as const, rows: late }] : known;
    if (out.length === 0) return '';
    const more = out.every(({ state }) => state === 'twice') ? '' : ' To add more of them later, use a new link.';
    return `${stay(out)}.${more}`;
  },
  notChecked: (logins: number) =>
    logins === 0
      ? ''
      : `We couldn't check ${count(logins, 'login', 'logins')}. ColdSend tries ${logins === 1 ? 'it' : 'them'} all the same.`,
  changed: 'We may have your rows without your last changes. Compare the added inboxes in Slack.',
  offline: "We can't reach the bot at the moment. The inboxes are added all the same.",
  closed: 'This page shows no more news. The thread in Slack has the result.',
} as const;

/** The rows were added, and the page may not see what becomes of them. */
export const TAKEN = {
  title: 'We got your rows',
  lead: 'They are on their way. This page shows no more news. The thread in Slack has the result.',
  open: RUNNING.open,
} as const;

/** A page with a new link goes on. */
export const MOVED = {
  title: 'Your rows are in your newer tab',
  lead: 'Go on there. This page has forgotten them, so you can close it.',
  open: RUNNING.open,
} as const;

type Out = readonly { state: RowState | 'late'; rows: number }[];

/** The numbers add up: “3 rows stay out: 2 to fix, 1 twice”. */
function stay(out: Out): string {
  const total = out.reduce((sum, { rows }) => sum + rows, 0);
  const parts = out.map(({ state, rows }) => {
    const word = state === 'late' ? 'changed since' : SHEET.states[state].word;
    return `${rows.toLocaleString('en-US')} ${word}`;
  });
  return `${rowsOf(total)} ${total === 1 ? 'stays' : 'stay'} out: ${parts.join(', ')}`;
}

/** Without “about”. */
export function timeInWords(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 10_000)) * 10;
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 90
    ? count(Math.max(1, minutes), 'minute', 'minutes')
    : count(Math.round(minutes / 60), 'hour', 'hours');
}
