import { DEFAULT_DAILY_LIMIT } from '../account/providers.ts';
import type { SenderAccount } from '../account/sender-account.ts';
import type { Batch, BatchProgress, BatchRow } from '../batch/batch.ts';
import type { CheckedRow, Row, RowDefaults } from '../batch/check-rows.ts';
import type { CheckLogins, createDrafts, Inspected, SpendingPage } from '../batch/drafts.ts';
import type { ChooseKey } from '../keys/choose-key.ts';
import { LOCAL_PART } from '../keys/client-presets.ts';
import { isSameOwner, type OwnerName } from '../keys/key-owner.ts';
import type { WorkspaceSettings } from '../people/workspace-settings.ts';
import type { PermissionToAdd } from '../request/send-request.ts';
import type { SecureLink } from './secure-link.ts';
import type { NoPage } from './secure-page.ts';

/** A link that works, and the draft that its rows become. */
export type OpenBatch = { kind: 'open'; link: SecureLink; draft: Batch; settings: WorkspaceSettings };

/** `failed`: only these rows can be added; undefined for a new batch. `defaults`: the values that the page begins with. */
type BatchLook =
  | (OpenBatch & { failed: BatchRow[] | undefined; defaults: { dailyLimit: number; displayName: string } })
  | NoPage;

/**
 * The rows that a page adds. The first round is the batch, and each later one fixes failed rows of that batch. `checkedLines`: the
 * rows whose logins were checked, and either not refused or confirmed by the person.
 */
type PageSubmission = SpendingPage & {
  round: number;
  defaults: RowDefaults;
  rows: readonly Row[];
  withHeld: boolean;
  checkedLines: readonly number[];
};

/** `endsAt`: see `Card`. `failed`: empty until the batch is finished. `canStop`: the person may stop it, and something is left to stop. */
export type PageProgress = {
  kind: 'progress';
  batch: Batch;
  progress: BatchProgress;
  failed: BatchRow[];
  endsAt: number | undefined;
  canStop: boolean;
};

/**
 * `taken`: the rows are added, but the page may not see more. Else nothing is added. `stopping`: see `Confirmed`. `unchecked`: until
 * the logins of these lines were checked.
 */
type PageAdded =
  | PageProgress
  | { kind: 'taken' | 'stopping' }
  | ({ kind: 'to_fix' } & Inspected)
  | { kind: 'unchecked'; lines: number[] }
  | NoPage;

export type BatchPageDeps = {
  links: {
    find(token: string): Promise<SecureLink | undefined>;
    findSpent(token: string, pageId: string): Promise<SecureLink | undefined>;
    /** Whether there is such a link, used or not. */
    isKnown(token: string): Promise<boolean>;
    countWrong(token: string): Promise<boolean>;
  };
  drafts: Pick<ReturnType<typeof createDrafts>, 'inspect' | 'tryLogins' | 'add' | 'isConfirmed'>;
  batches: {
    find(teamId: string, id: string): Promise<Batch | undefined>;
    countProgress(batchId: string): Promise<BatchProgress>;
    listFailed(teamId: string, batchId: string): Promise<BatchRow[]>;
    listRows(batchId: string): Promise<BatchRow[]>;
    /** Ends the rows that were not sent. Undefined where nothing is left to stop. */
    stop(teamId: string, id: string, userId: string): Promise<Batch | undefined>;
  };
  /** Makes the worker of batches look for due ones. */
  wake(): void;
  /** Whether the person of the link may still add inboxes, according to a recent answer from Slack. */
  checkPermission(person: { teamId: string; userId: string }): Promise<PermissionToAdd>;
  findSettings(teamId: string): Promise<WorkspaceSettings>;
  chooseKey: ChooseKey;
  /** A few at a time. Undefined where the bot does nothing with mailboxes itself. */
  checkLogins: ((person: SecureLink, accounts: readonly SenderAccount[]) => ReturnType<CheckLogins>) | undefined;
  /** Mails a day and the sender's name, where the client or the workspace has some. */
  findDefaults(
    teamId: string,
    owner: OwnerName,
    settings: WorkspaceSettings,
  ): Promise<{ dailyLimit: number | undefined; namePattern: string | undefined }>;
  /** When the last of so many rows will be sent, in milliseconds since 1970; undefined if nothing is being sent. */
  estimateEnd(batch: Batch, rows: number): Promise<number | undefined>;
};

export type BatchPage = ReturnType<typeof createBatchPage>;

/**
 * Everything the secure page may show and do with a link for many inboxes. The link is for a draft without rows: the commit that
 * spends the link stores them. The link is dead once the draft is discarded or the channel has another key, and in all cases where a
 * link for a password is dead. All methods throw the store's errors; `add` also CommitInDoubtError, after which it may be repeated.
 */
export function createBatchPage({ links, drafts, batches, ...deps }: BatchPageDeps) {
  return { open, look, inspect, tryLogins, add, findProgress, stop, listResults, isKnown: links.isKnown };

  /** @param pageId for the failed rows of the batch that this page has added */
  async function open(token: string, pageId?: string): Promise<OpenBatch | NoPage> {
    const link = await links.find(token);
    if (link !== undefined) return openLink(link);
    return pageId === undefined ? GONE : openFix({ token, pageId, round: 1 });
  }

  /** The link's purpose. Changes nothing. */
  async function look(link: SecureLink): Promise<BatchLook> {
    const opened = await openLink(link);
    if (opened.kind !== 'open') return opened;
    const { teamId, keyName, fixOf } = opened.draft;
    const failed = fixOf === undefined ? undefined : await batches.listFailed(teamId, fixOf);
    if (failed?.length === 0) return GONE;
    const found = await deps.findDefaults(teamId, keyName, opened.settings);
    const { dailyLimit = DEFAULT_DAILY_LIMIT, namePattern: displayName = LOCAL_PART } = found;
    return { ...opened, failed, defaults: { dailyLimit, displayName } };
  }

  /** Checks the rows. Stores nothing. */
  function inspect({ draft }: OpenBatch, rows: readonly Row[], defaults: RowDefaults): Promise<Inspected> {
    return drafts.inspect({ ...draft, rows, defaults });
  }

  /** Checks the logins of rows that are ready, where the workspace wants that before anything is sent. Stores nothing. */
  async function tryLogins(opened: OpenBatch, rows: readonly Row[], defaults: RowDefaults): Promise<CheckedRow[]> {
    const checkLogins = findCheck(opened);
    return checkLogins === undefined ? [] : drafts.tryLogins({ ...opened.draft, rows, defaults }, checkLogins);
  }

  function findCheck({ link, settings }: OpenBatch): CheckLogins | undefined {
    const { checkLogins } = deps;
    if (checkLogins === undefined || settings.checkLoginFirst !== true) return undefined;
    return (accounts) => checkLogins(link, accounts);
  }

  /** Commits the rows that are ready and spends the link. The page that spent it gets the same answer for the same round again. */
  async function add(submission: PageSubmission): Promise<PageAdded> {
    if (await isAdded(submission)) return showAdded(submission);
    const added = await commit(submission);
    // The same submission may have been committed while this one was checked.
    if (added.kind === 'confirmed' || (await isAdded(submission))) return showAdded(submission);
    if (added.kind === 'none') return (await links.countWrong(submission.token)) ? { ...added, kind: 'to_fix' } : GONE;
    return added.kind === 'repeated' ? GONE : added;
  }

  async function commit(submission: PageSubmission) {
    const { round } = submission;
    const opened = round === 0 ? await open(submission.token) : await openFix(submission);
    if (opened.kind !== 'open') return opened;
    const { draft } = opened;
    const isChecked = new Set(submission.checkedLines);
    const mustCheck = (line: number) => findCheck(opened) !== undefined && !isChecked.has(line);
    const page = { ...submission, mustCheck, ...(round > 0 && { fix: draft }) };
    return drafts.add(draft, { ...draft, ...submission }, page);
  }

  /** The person may have lost the right since, or Slack does not confirm it now. */
  async function showAdded({ token, pageId }: PageSubmission): Promise<PageAdded> {
    const found = await findProgress(token, pageId);
    return found.kind === 'progress' ? found : { kind: 'taken' };
  }

  /** How far the batch is that this page has added. */
  async function findProgress(token: string, pageId: string): Promise<PageProgress | NoPage> {
    const link = await links.findSpent(token, pageId);
    const batch = link && (await findAdded(link));
    if (link === undefined || batch === undefined) return GONE;
    const denial = await findDenial(link);
    if (denial !== undefined) return denial;
    const progress = await batches.countProgress(batch.id);
    const { unsettled } = progress.counts;
    const isSending = batch.state === 'running' && unsettled > 0 && !progress.waitsForKey;
    const endsAt = isSending ? await deps.estimateEnd(batch, unsettled) : undefined;
    const failed = batch.state === 'finished' ? await batches.listFailed(batch.teamId, batch.id) : [];
    const isGoing = (batch.state === 'waiting' || batch.state === 'running') && unsettled > 0;
    return { kind: 'progress', batch, progress, failed, endsAt, canStop: isGoing && batch.userId === link.userId };
  }

  /** “Stop the rest”, for the person who started the batch, as in Slack. */
  async function stop(token: string, pageId: string): Promise<PageProgress | NoPage> {
    const found = await findProgress(token, pageId);
    if (found.kind !== 'progress' || !found.canStop) return found;
    const { teamId, id, userId } = found.batch;
    if ((await batches.stop(teamId, id, userId)) !== undefined) deps.wake();
    return findProgress(token, pageId);
  }

  /** All rows of the batch that this page has added or fixed, and how they ended: as in Slack, for everyone who may add inboxes. */
  async function listResults(
    token: string,
    pageId: string,
  ): Promise<{ kind: 'results'; batch: Batch; rows: BatchRow[] } | NoPage> {
    const found = await findProgress(token, pageId);
    if (found.kind !== 'progress') return found;
    return { kind: 'results', batch: found.batch, rows: await batches.listRows(found.batch.id) };
  }

  async function openLink(link: SecureLink): Promise<OpenBatch | NoPage> {
    const { teamId, userId, purpose } = link;
    const draft = purpose.kind === 'batch' ? await batches.find(teamId, purpose.draftId) : undefined;
    return draft?.userId === userId && draft.state === 'draft' ? openDraft(link, draft) : GONE;
  }

  /** A draft of its own for each later round. Its id is always the same, so a round is never added twice. */
  async function openFix({
    token,
    pageId,
    round,
  }: Pick<PageSubmission, 'token' | 'pageId' | 'round'>): Promise<OpenBatch | NoPage> {
    const link = await links.findSpent(token, pageId);
    const batch = link && (await findAdded(link));
    if (link === undefined || batch === undefined) return GONE;
    const id = draftIdOf(link, round);
    const draft: Batch = { ...batch, id, userId: link.userId, fixOf: batch.id, fileName: undefined, state: 'draft' };
    return openDraft(link, draft);
  }

  async function openDraft(link: SecureLink, draft: Batch): Promise<OpenBatch | NoPage> {
    const denial = await findDenial(link);
    if (denial !== undefined) return denial;
    const settings = await deps.findSettings(draft.teamId);
    const choice = await deps.chooseKey(draft.teamId, draft.channelId, settings);
    const isSame = choice.kind === 'key' && isSameOwner(choice.keyName, draft.keyName);
    return isSame ? { kind: 'open', link, draft, settings } : GONE;
  }

  async function findDenial(link: SecureLink): Promise<NoPage | undefined> {
    const permission = await deps.checkPermission(link);
    if (permission.kind === 'may') return undefined;
    return permission.kind === 'unknown' ? { kind: 'later' } : GONE;
  }

  async function isAdded({ token, pageId, round }: PageSubmission): Promise<boolean> {
    const link = await links.findSpent(token, pageId);
    if (link === undefined) return false;
    // The draft may have been discarded while its link was spent.
    if (round === 0) return (await findAdded(link)) !== undefined;
    const { teamId, userId } = link;
    return drafts.isConfirmed({ teamId, userId, id: draftIdOf(link, round) });
  }

  /** The batch that the link's page made, or whose rows it fixed. */
  async function findAdded({ teamId, purpose }: SecureLink): Promise<Batch | undefined> {
    const draft = purpose.kind === 'batch' ? await batches.find(teamId, purpose.draftId) : undefined;
    const batch = draft?.fixOf === undefined ? draft : await batches.find(teamId, draft.fixOf);
    return batch?.confirmedAt === undefined ? undefined : batch;
  }
}

const GONE: NoPage = { kind: 'gone' };

function draftIdOf({ purpose }: SecureLink, round: number): string {
  return purpose.kind === 'batch' ? `${purpose.draftId}.${round}` : '';
}
