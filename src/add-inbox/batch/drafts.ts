import type { FindServers } from '../account/detection.ts';
import type { LoginVerdict } from '../account/login-verdict.ts';
import type { AccountToAdd, Passwords, SenderAccount } from '../account/sender-account.ts';
import { splitPasswords } from '../account/sender-account.ts';
import { createDomainCheck, type OwnedPresets } from '../keys/client-presets.ts';
import { EXPIRES_AFTER_MS } from '../request/next-step.ts';
import { estimateSlotAt, leavingRoom, type RateLimit } from '../worker/rate-limit.ts';
import type { Batch, BatchRow } from './batch.ts';
import { type CheckedRow, checkRows, judge, type Row, type RowDefaults } from './check-rows.ts';
import { fillServers } from './fill-servers.ts';

/** Rows that a person has not confirmed yet. */
export type NewDraft = Pick<
  Batch,
  'id' | 'teamId' | 'userId' | 'channelId' | 'resultsChannelId' | 'keyName' | 'fileName' | 'fixOf'
> & { defaults: RowDefaults; rows: readonly Row[] };

export type ConfirmedRow = {
  /** The id of the row's request. */
  id: string;
  line: number;
  /** The failed request of the same line. */
  retryOf: string | undefined;
  account: AccountToAdd;
  passwords: Passwords;
};

export type DraftKey = { teamId: string; userId: string; id: string };

/**
 * `repeated`: the preview was submitted before; `batch` is what it made, or what its rows fix. `gone`: the draft was discarded, by
 * time or by a newer one, or none of its rows can be added any more.
 */
export type AnsweredDraft = { kind: 'repeated'; batch: Batch } | { kind: 'gone' };

/**
 * The secure page that adds the rows, with its link, which is spent. `fileName`: undefined for pasted rows. `fix`: the draft of a
 * page that fixes rows of the batch that it has added. It is stored only when it is confirmed, and replaces no other draft.
 */
export type SpendingPage = {
  token: string;
  pageId: string;
  fileName: string | undefined;
  fix?: Omit<NewDraft, 'defaults' | 'rows'>;
};

/**
 * `stopping`: a person has stopped the batch that the rows fix, and some of its rows are still under way. Nothing has changed, and
 * the same can be confirmed once they have ended.
 */
export type Confirmed = { kind: 'confirmed'; batch: Batch } | { kind: 'stopping' } | AnsweredDraft;

export type DraftStore = {
  /** Stores the draft with its rows sealed. It replaces an earlier draft of the person. */
  save(draft: NewDraft): Promise<void>;
  open(
    teamId: string,
    userId: string,
    id: string,
  ): Promise<{ kind: 'open'; batch: Batch; defaults: RowDefaults; rows: Row[] } | AnsweredDraft>;
  discard(teamId: string, userId: string, id: string): Promise<void>;
  /**
   * Commits the rows as requests, all or none. Of a fix, rows that were fixed in the meantime are left out. Without rows, the draft
   * is discarded, unless another press has confirmed it. A page confirms it only if its link can be spent. The link then works for
   * this page until the rows have expired, and half an hour longer.
   */
  confirm(key: DraftKey, rows: ConfirmedRow[], expiresAt: number, page?: SpendingPage): Promise<Confirmed>;
  /** The addresses, in lower case, of the workspace's requests that are not finished. */
  listWaiting(teamId: string): Promise<ReadonlySet<string>>;
};

/** The rows of a person for a workspace's or a client's key. */
type RowsToCheck = Pick<NewDraft, 'teamId' | 'userId' | 'keyName' | 'fixOf' | 'defaults' | 'rows'>;

/** Rows with the servers that were found, and what they are, in the same order. */
export type Inspected = { rows: readonly Row[]; checked: CheckedRow[] };

/** Logs in to mailboxes, with the verdicts in the same order. */
export type CheckLogins = (accounts: readonly SenderAccount[]) => Promise<LoginVerdict[]>;

/** The decisions of a person on a page. `mustCheck`: whether the login of a line should be checked before it is added. */
type PageChoices = { withHeld: boolean; mustCheck(line: number): boolean };

/** No row of a page was added: none can be, or the logins of these lines should be checked before. */
type NotAdded = ({ kind: 'none' } & Inspected) | { kind: 'unchecked'; lines: number[] };

/** The decisions of a person in the preview. */
type Choices = {
  /** Rows that are held back are added too. */
  withHeld: boolean;
  /** Rows whose login was refused are added too. */
  withRefused: boolean;
  /** Mails a day, for rows that have no limit. Undefined leaves the draft's. */
  dailyLimit: number | undefined;
};

/**
 * Takes rows from reading to their requests: checks them, keeps them as a draft, and commits those that are ready when the person
 * confirms. Checked rows contain passwords and never leave the process unsealed.
 */
export function createDrafts(deps: {
  store: DraftStore;
  /** The failed lines of a batch. */
  listFailed(teamId: string, batchId: string): Promise<BatchRow[]>;
  /** For rows that name neither a provider nor a server. */
  findServers: FindServers;
  listPresets(teamId: string): Promise<OwnedPresets[]>;
  limits: readonly RateLimit[];
  newId(): string;
  /** Called after a batch was committed. */
  onConfirmed(batch: Batch): void;
  /** Lets other work go on. */
  pause(): Promise<void>;
  now(): number;
}) {
  const { store } = deps;
  return { prepare, confirm, discard: store.discard, timeFor, inspect, tryLogins, add, isConfirmed, save: store.save };

  /**
   * Checks the rows and stores the draft with the servers that were found, unless no row can be added.
   *
   * @param checkLogins for the rows that are ready; left out where nobody wants that
   * @throws the errors of the store, and of `checkLogins`
   */
  async function prepare(
    given: Omit<NewDraft, 'id'>,
    checkLogins?: CheckLogins,
  ): Promise<{ id: string; checked: CheckedRow[] }> {
    const id = deps.newId();
    const draft = { ...given, rows: await withServers(given) };
    const { checked } = await check(draft);
    const logins = await checkReady(checked, checkLogins);
    const rows = draft.rows.map((row) => (logins.has(row.line) ? { ...row, login: logins.get(row.line) } : row));
    if (checked.some(isAddable)) await store.save({ ...draft, id, rows });
    return { id, checked: judgeAll(checked, logins) };
  }

  /** Commits the rows of a draft that are ready. @throws the store's errors, CommitInDoubtError */
  async function confirm(key: DraftKey, { withHeld, withRefused, dailyLimit }: Choices): Promise<Confirmed> {
    const draft = await store.open(key.teamId, key.userId, key.id);
    if (draft.kind !== 'open') return draft;
    const defaults = dailyLimit === undefined ? draft.defaults : { ...draft.defaults, dailyLimit };
    const found = await check({ ...draft.batch, rows: draft.rows, defaults });
    const isWanted = { ready: true, held: withHeld, login_refused: withRefused };
    return commit(key, found, ({ kind }) => isWanted[kind]);
  }

  /** Checks the rows of a page, with the servers that were found. Nothing is stored. */
  async function inspect(given: RowsToCheck): Promise<Inspected> {
    const rows = await withServers(given);
    return { rows, checked: (await check({ ...given, rows })).checked };
  }

  /** The same, with the logins of the rows that are ready. Nothing is stored. */
  async function tryLogins(given: RowsToCheck, checkLogins: CheckLogins): Promise<CheckedRow[]> {
    const { checked } = await inspect(given);
    return judgeAll(checked, await checkReady(checked, checkLogins));
  }

  /**
   * Commits the rows of a page that are ready. Where none is added, the draft is as it was.
   *
   * @throws the store's errors, CommitInDoubtError
   */
  async function add(
    key: DraftKey,
    given: RowsToCheck,
    page: SpendingPage & PageChoices,
  ): Promise<Confirmed | NotAdded> {
    const rows = await withServers(given);
    const found = await check({ ...given, rows });
    const isWanted = ({ kind }: CheckedRow) => kind === 'ready' || (kind === 'held' && page.withHeld);
    if (!found.checked.some(isWanted)) return { kind: 'none', rows, checked: found.checked };
    const unchecked = found.checked.filter(({ kind, line }) => kind === 'ready' && page.mustCheck(line));
    if (unchecked.length > 0) return { kind: 'unchecked', lines: unchecked.map(({ line }) => line) };
    return commit(key, found, isWanted, page);
  }

  async function commit(
    key: DraftKey,
    { checked, failed, waiting }: Awaited<ReturnType<typeof check>>,
    isWanted: (row: AddableRow) => boolean,
    page?: SpendingPage,
  ): Promise<Confirmed> {
    const rows = checked.filter(isAddable).filter(isWanted);
    const confirmed = await store.confirm(
      key,
      rows.map((row) => toConfirmed(row, failed.get(row.address))),
      deps.now() + EXPIRES_AFTER_MS + timeFor(rows.length + waiting.size),
      page,
    );
    if (confirmed.kind === 'confirmed') deps.onConfirmed(confirmed.batch);
    return confirmed;
  }

  async function isConfirmed({ teamId, userId, id }: DraftKey): Promise<boolean> {
    return (await store.open(teamId, userId, id)).kind === 'repeated';
  }

  async function withServers({ teamId, userId, keyName: owner, defaults, rows }: RowsToCheck) {
    if (defaults.inboxType !== undefined) return rows;
    return fillServers(rows, (address) => deps.findServers({ teamId, userId, owner, address }));
  }

  async function check({ teamId, keyName, fixOf, rows, defaults }: Omit<RowsToCheck, 'userId'>) {
    const [waiting, presets, lines] = await Promise.all([
      store.listWaiting(teamId),
      deps.listPresets(teamId),
      fixOf === undefined ? undefined : deps.listFailed(teamId, fixOf),
    ]);
    const failed = new Map(lines?.map((line) => [line.account.email_address.toLowerCase(), line]));
    const checked = await checkRows(rows, {
      defaults,
      waiting,
      isOtherDomain: createDomainCheck(presets, keyName),
      pause: deps.pause,
    });
    return { waiting, failed, checked: lines === undefined ? checked : checked.map((row) => onlyFailed(row, failed)) };
  }

  function toConfirmed({ line, account }: AddableRow, failed: BatchRow | undefined): ConfirmedRow {
    return { id: deps.newId(), line: failed?.line ?? line, retryOf: failed?.requestId, ...splitPasswords(account) };
  }

  /** How long so many rows take within the limits, in milliseconds. */
  function timeFor(count: number): number {
    return estimateSlotAt([], leavingRoom(deps.limits), 0, count);
  }
}

/** The verdicts on the rows that are ready, by line. */
async function checkReady(
  checked: readonly CheckedRow[],
  checkLogins: CheckLogins | undefined,
): Promise<ReadonlyMap<number, LoginVerdict | undefined>> {
  const ready = checked.filter(isAddable).filter(({ kind }) => kind === 'ready');
  if (checkLogins === undefined || ready.length === 0) return new Map();
  const verdicts = await checkLogins(ready.map(({ account }) => account));
  return new Map(ready.map(({ line }, index) => [line, verdicts[index]]));
}

function judgeAll(checked: readonly CheckedRow[], logins: ReadonlyMap<number, LoginVerdict | undefined>): CheckedRow[] {
  return checked.map((row) => (isAddable(row) ? { ...row, ...judge(row.account, logins.get(row.line)) } : row));
}

/** A row that can be sent if the person wants it. */
export type AddableRow = Extract<CheckedRow, { kind: 'ready' | 'held' | 'login_refused' }>;

export function isAddable(row: CheckedRow): row is AddableRow {
  return row.kind === 'ready' || row.kind === 'held' || row.kind === 'login_refused';
}

/** In a file with fixed rows, only addresses that failed before are added. */
function onlyFailed(row: CheckedRow, failed: ReadonlyMap<string, BatchRow>): CheckedRow {
  if (!isAddable(row) || failed.has(row.address)) return row;
  return { line: row.line, address: row.address, kind: 'not_failed' };
}
