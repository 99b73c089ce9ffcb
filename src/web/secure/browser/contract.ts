import type { InboxType } from '../../../add-inbox/account/providers.ts';

export type { InboxType };

/* What the page and the bot say to each other, as JSON. Each POST names the page in `x-page-id`. */

export type Server = { host: string; port: number; isEncrypted: boolean };

/** The characters that the bot reads of a text. What is longer than its rules allow, but not than this, gets a sentence. */
export type MostCharacters = { cell: 20_000; password: 2_000; fileName: 255 };

/** The inbox that waits for its password. Texts that Slack did not tell are ''. */
export type PasswordToEnter = {
  kind: 'password';
  person: string;
  workspace: string;
  /** The client of the channel; missing for the workspace's own key. */
  client?: string;
  threadUrl: string;
  address: string;
  name: string;
  provider: InboxType;
  smtp: Server;
  imap: Server;
  smtpUser: string;
  imapUser: string;
  dailyLimit: number;
  /** The bot can try the login before anything is saved. */
  canCheck: boolean;
  /** Milliseconds until the link stops working. */
  worksForMs: number;
};

export type NoPage = { kind: 'gone' | 'later' };

/** Until the person of the link has confirmed in Slack that they see this code. Then the page may ask again. */
export type CodeToConfirm = { kind: 'code'; code: string; worksForMs: number };

/** What a page that is not confirmed gets in place of each other answer. */
export type BarredAnswer = CodeToConfirm | NoPage;

export type LookAnswer = PasswordToEnter | BatchToAdd | BarredAnswer;

export type PasswordField = 'smtp_password' | 'imap_password';

/** `checked`: one line for each server. `unchecked`: no more checks with this link, or none now. */
export type CheckAnswer =
  | { kind: 'checked'; works: boolean; lines: string[] }
  | { kind: 'unchecked' }
  | Extract<SaveAnswer, { kind: 'wrong' }>
  | NoPage;

/** `unsure`: saved once the person has seen the warnings and submits again. */
export type SaveAnswer =
  | { kind: 'saved' }
  | { kind: 'wrong'; errors: Partial<Record<PasswordField, string>> }
  | { kind: 'unsure'; warnings: string[] }
  | NoPage;

/** A field of a row, in ColdSend's words. */
export type TextField =
  | 'email_address'
  | 'display_name'
  | 'smtp_host'
  | 'smtp_port'
  | 'smtp_username'
  | 'smtp_password'
  | 'imap_host'
  | 'imap_port'
  | 'imap_username'
  | 'imap_password'
  | 'daily_limit';

export type FlagField = 'smtp_use_tls' | 'imap_use_ssl';

export type RowField = TextField | FlagField | 'inbox_type';

/** The fields of a row that have something in them, as it is written there. Numbers are text. */
export type RowFields = { [Field in TextField]?: string } & { [Field in FlagField]?: boolean } & {
  inbox_type?: InboxType;
};

export type PageRow = { line: number; account: RowFields };

/** The values for fields that a row leaves out. `displayName` may contain `{local}`, the part of the address before the @. */
export type BatchDefaults = { inboxType?: InboxType; dailyLimit?: number; displayName?: string };

/**
 * Many inboxes, and nothing is added yet. Texts that Slack did not tell are ''. `channelUrl` opens the channel of the results.
 */
export type BatchToAdd = {
  kind: 'batch';
  /** The same for all links of one person for one channel and client. */
  whose: string;
  person: string;
  workspace: string;
  client?: string;
  channelUrl: string;
  worksForMs: number;
  mostRows: number;
  canFindServers: boolean;
  /** Rows a minute within ColdSend's limit. */
  rowsPerMinute: number;
  defaults: BatchDefaults;
  /** Only these rows, which failed before, can be added. Their passwords are deleted. */
  fix?: FailedRow[];
};

/** A row that was not added. `title` and `next` are words of ours; `said`, which may be '', are ColdSend's. */
export type FailedRow = PageRow & { isUnknown: boolean; title: string; next: string; said: string };

/**
 * What the bot thinks of a row. `firstLine`: the row with the same address. `why`: words for rows that are not ready, without
 * errors. `filled`: the values that the row leaves out. Where they were found by the domain of the address, the page sends them
 * with the row when it adds it, so that nothing is looked up twice.
 */
export type RowCheck = {
  line: number;
  kind: 'ready' | 'held' | 'to_fix' | 'twice' | 'differs' | 'waiting' | 'not_failed';
  errors: { [Field in RowField]?: string };
  /** Odd, but sent as it is. In words. */
  warnings: string[];
  why?: string;
  firstLine?: number;
  filled: RowFields;
  isFoundByDomain: boolean;
};

export type ColumnField = RowField | 'domain' | 'first_name' | 'last_name' | 'app_password';

/**
 * `values` describes what is in a column that is not used, like “15 numbers from 20 to 50”; never the values. Columns without a
 * header have a number. `isDropped`: a secret that ColdSend does not need; it is not read.
 */
export type PageColumn = {
  position: number;
  header: string;
  field?: ColumnField;
  isDropped: boolean;
  values: string;
  suggested?: ColumnField;
};

/** The columns that a person chose by hand, by position; null: not used. Of the others, the bot decides. */
export type ChosenColumns = Record<string, ColumnField | null>;

/** `notes`: words about what was odd when the row was read. */
export type ReadRow = PageRow & { notes?: string[] };

/*
 * POST /secure/read: the bytes as application/octet-stream, with `authorization: Bearer TOKEN`, and as percent-encoded JSON
 * `x-columns` (ChosenColumns) and `x-defaults` (BatchDefaults), both optional.
 */

/** Why the file can't be read, and what to do. */
export type ReadAnswer =
  | { kind: 'unreadable'; why: string }
  | { kind: 'read'; vendor?: string; columns: PageColumn[]; rows: ReadRow[]; checks: RowCheck[] }
  | NoPage;

/**
 * POST /secure/rows: changed rows, and all rows with the same address, in the order of their lines. With `pageId`, they fix failed
 * rows of the batch that this page has added.
 */
export type RowsBody = { token: string; pageId?: string; defaults: BatchDefaults; rows: PageRow[] };

export type RowsAnswer = { kind: 'rows'; checks: RowCheck[] } | NoPage;

/**
 * POST /secure/logins, with a `RowsBody`: tries the logins of rows that are ready, where the workspace wants that before they are
 * added. `refused`: those that can't work as they are, and why, in words. `notChecked`: lines of which nobody can say that.
 */
export type LoginsAnswer = { kind: 'logins'; refused: { line: number; why: string }[]; notChecked: number[] } | NoPage;

/**
 * POST /secure/add, with `authorization: Bearer TOKEN`. `round`: 0 for the batch; 1, 2, … up to 99 for each later submission of the
 * page, which fixes failed rows of the batch once it is finished. The same round again gets the same answer. `checkedLines`: the
 * rows whose logins were tried, and were not refused or should be added all the same.
 */
export type AddBody = {
  pageId: string;
  round: number;
  defaults: BatchDefaults;
  rows: PageRow[];
  withHeld: boolean;
  checkedLines: number[];
  fileName?: string;
};

/**
 * `taken`: the rows were added, but the page may not see more. In all other cases but `added`, nothing was added yet. `to_fix`: no row
 * can be. `unchecked`: the logins of these lines should be tried first, so many with one request. `stopping`: the batch of the failed
 * rows was stopped, and some of its rows are still under way.
 */
export type AddAnswer =
  | Added
  | { kind: 'taken' | 'stopping' }
  | { kind: 'to_fix'; checks: RowCheck[] }
  | { kind: 'unchecked'; lines: number[]; atOnce: number }
  | NoPage;

export type Added = { kind: 'added' } & Progress;

/** POST /secure/progress, /secure/stop and /secure/results. They work for the page that added, until the rows have expired, and half an hour longer. */
export type ProgressBody = { token: string; pageId: string };

/** Also of /secure/stop: the rows that were not sent are ended, if `canStop` was true. */
export type ProgressAnswer = ({ kind: 'progress' } & Progress) | NoPage;

/** All rows of the batch and how they ended, as CSV without passwords. */
export type ResultsAnswer = { kind: 'results'; name: string; content: string } | NoPage;

/** `failed`, once it is finished: the rows that a person should look at, without passwords. */
export type Progress = {
  state: 'waiting' | 'running' | 'stopped' | 'finished';
  total: number;
  counts: { added: number; exists: number; failed: number; unknown: number; stopped: number; left: number };
  /** Missing while we can't tell. */
  leftMs?: number;
  /** Nothing is sent until an admin stores a key. */
  waitsForKey: boolean;
  canStop: boolean;
  threadUrl: string;
  failed: FailedRow[];
};
