import type { JudgedDomain } from '../account/domain-verdict.ts';
import type { AccountToAdd } from '../account/sender-account.ts';
import type { ColdsendKey } from '../keys/coldsend-key.ts';
import type { KeyName } from '../keys/key-owner.ts';
import type { NotDelivered } from '../request/deliver.ts';
import { isUsable, retryDelayMs } from '../request/next-step.ts';
import type { Announcement } from '../request/request.ts';
import type { OpenKey } from '../request/send-request.ts';
import type { Batch, BatchChange, BatchProgress, BatchRow, ClaimedBatch } from './batch.ts';
import { type BatchStep, nextBatchStep } from './next-batch-step.ts';

/** The content of a batch's card. */
export type Card = {
  batch: Batch;
  progress: BatchProgress;
  /** When the last row will be sent within the rate limit, in milliseconds since 1970; undefined if nothing is being sent. */
  endsAt: number | undefined;
};

/**
 * A batch's messages in Slack. `isStillOurs` is called right before the first byte of each call to Slack. If it returns false,
 * LeaseLostError is thrown.
 */
export type BatchDelivery = {
  postCard(
    card: Card,
    isStillOurs: () => boolean,
  ): Promise<{ kind: 'posted'; announcement: Announcement } | NotDelivered>;
  /** Can be repeated. */
  updateCard(card: Card, isStillOurs: () => boolean): Promise<{ kind: 'updated' } | NotDelivered>;
  /** The failed rows by reason, in the thread. */
  postFailures(batch: Batch, failed: BatchRow[], isStillOurs: () => boolean): Promise<Posted>;
  /** All rows as CSV, in the thread. */
  postResults(batch: Batch, rows: BatchRow[], isStillOurs: () => boolean): Promise<{ kind: 'posted' } | NotDelivered>;
  /** The end of the thread. It replaces an earlier summary, and is left out where there is nothing to say. */
  postSummary(summary: Summary, isStillOurs: () => boolean): Promise<Posted>;
};

/** How a batch ended. `domains`: those of its added inboxes about which something can be said. */
export type Summary = { batch: Batch; failed: BatchRow[]; domains: JudgedDomain[] };

/** Judges the domains of inboxes that a batch added, as far as that is known soon. Never rejects. */
export type JudgeDomains = (batch: Batch, accounts: AccountToAdd[]) => Promise<JudgedDomain[]>;

/** `ts` is undefined where there was nothing to post. */
export type Posted = { kind: 'posted'; ts: string | undefined } | NotDelivered;

export type BatchStepDeps = {
  batches: {
    /** Commits a change under the claim's fence. Throws LeaseLostError, like the three below. */
    advance(claimed: ClaimedBatch, change: BatchChange): Promise<ClaimedBatch>;
    /** Queues the rows for the key with this fingerprint, or makes them wait for a key. */
    start(claimed: ClaimedBatch, keyFingerprint: string | undefined): Promise<ClaimedBatch>;
    discard(claimed: ClaimedBatch): Promise<void>;
    release(claimed: ClaimedBatch, until: number, tries?: number): Promise<void>;
    mayStart(batch: Batch): Promise<boolean>;
    /** Ends the rows of a stopped batch that are not under way. */
    stopRows(batchId: string): Promise<void>;
    countProgress(batchId: string): Promise<BatchProgress>;
    listFailed(teamId: string, batchId: string): Promise<BatchRow[]>;
    /** All lines, in order. */
    listRows(batchId: string): Promise<BatchRow[]>;
  };
  keys: {
    find(teamId: string, name: KeyName): Promise<ColdsendKey | undefined>;
    open(teamId: string, name: KeyName): Promise<OpenKey | undefined>;
  };
  /** When the last of so many queued rows of a key gets its slot, in milliseconds since 1970. */
  estimateEnd(keyFingerprint: string, rows: number): Promise<number>;
  delivery: BatchDelivery;
  /** Undefined where the bot looks nothing up. */
  judgeDomains: JudgeDomains | undefined;
  /** False once another process may have claimed the batch. */
  isStillOurs(claimed: ClaimedBatch): boolean;
  /** Rows were queued. */
  onStarted(): void;
  onStep(batch: Batch, step: BatchStep['kind']): void;
  now(): number;
  random(): number;
};

/** The batch to continue with, or undefined if it was released. */
export type AfterBatchStep = Promise<ClaimedBatch | undefined>;

/** Does the step that `nextBatchStep` decides, and commits it. Throws LeaseLostError, and any error of the database. */
export function createDoBatchStep(deps: BatchStepDeps): (batch: ClaimedBatch) => AfterBatchStep {
  const { batches, delivery, isStillOurs, now } = deps;

  return async (batch) => {
    if (batch.state === 'stopped') await batches.stopRows(batch.id);
    const progress = await batches.countProgress(batch.id);
    const mayStart = batch.state === 'waiting' && (await batches.mayStart(batch));
    const step = nextBatchStep(batch, progress, mayStart, now());
    if (step.kind !== 'wait') deps.onStep(batch, step.kind);
    switch (step.kind) {
      case 'discard':
        return void (await batches.discard(batch));
      case 'start':
        return start(batch);
      case 'post_card':
        return postCard(batch, progress);
      case 'update_card':
        return updateCard(batch, progress);
      case 'post_failures':
        return postFailures(batch);
      case 'post_results':
        return postResults(batch);
      case 'finish':
        return finish(batch);
      case 'wait':
        return void (await batches.release(batch, step.until));
    }
  };

  async function start(batch: ClaimedBatch): AfterBatchStep {
    const key = await openKey(batch);
    const started = await batches.start(batch, key?.fingerprint);
    // A key stored between our look and this commit has not queued the rows, so look again.
    const since = key ?? (await openKey(batch));
    if (since !== key) await batches.start(started, since?.fingerprint);
    deps.onStarted();
    return started;
  }

  function openKey(batch: Batch): Promise<OpenKey | undefined> {
    return openUsableKey(deps.keys, batch);
  }

  async function postCard(batch: ClaimedBatch, progress: BatchProgress): AfterBatchStep {
    const card = await toCard(batch, progress);
    const posted = await delivery.postCard(card, () => isStillOurs(batch));
    if (posted.kind === 'later') return postLater(batch, posted);
    const announcement = posted.kind === 'posted' ? posted.announcement : undefined;
    return batches.advance(batch, { announcement, ...shown(batch, progress) });
  }

  async function updateCard(batch: ClaimedBatch, progress: BatchProgress): AfterBatchStep {
    const card = await toCard(batch, progress);
    const updated = await delivery.updateCard(card, () => isStillOurs(batch));
    return updated.kind === 'later' ? postLater(batch, updated) : batches.advance(batch, shown(batch, progress));
  }

  async function postFailures(batch: ClaimedBatch): AfterBatchStep {
    const failed = await batches.listFailed(batch.teamId, batch.id);
    const posted = await delivery.postFailures(batch, failed, () => isStillOurs(batch));
    if (posted.kind === 'later') return postLater(batch, posted);
    return batches.advance(batch, { failuresTs: (posted.kind === 'posted' && posted.ts) || 'none', tries: 0 });
  }

  async function postResults(batch: ClaimedBatch): AfterBatchStep {
    const rows = await batches.listRows(batch.id);
    const posted = await delivery.postResults(batch, rows, () => isStillOurs(batch));
    if (posted.kind === 'later') return postLater(batch, posted);
    return batches.advance(batch, { areResultsPosted: true, tries: 0 });
  }

  async function finish(batch: ClaimedBatch): AfterBatchStep {
    const failed = await batches.listFailed(batch.teamId, batch.id);
    const domains = (await deps.judgeDomains?.(batch, await listAdded(batch))) ?? [];
    const posted = await delivery.postSummary({ batch, failed, domains }, () => isStillOurs(batch));
    if (posted.kind === 'later') return postLater(batch, posted);
    const ts = posted.kind === 'posted' ? posted.ts : undefined;
    return batches.advance(batch, { state: 'finished', finishedAt: now(), ...(ts !== undefined && { summaryTs: ts }) });
  }

  async function listAdded({ id }: Batch): Promise<AccountToAdd[]> {
    const rows = await batches.listRows(id);
    return rows.filter(({ outcome }) => outcome?.kind === 'added').map(({ account }) => account);
  }

  async function toCard(batch: Batch, progress: BatchProgress): Promise<Card> {
    const { unsettled } = progress.counts;
    const key = batch.state === 'running' && unsettled > 0 && !progress.waitsForKey ? await openKey(batch) : undefined;
    return { batch, progress, endsAt: key && (await deps.estimateEnd(key.fingerprint, unsettled)) };
  }

  function shown({ state }: Batch, progress: BatchProgress): BatchChange {
    return { shown: { ...progress, state, at: now() }, tries: 0 };
  }

  async function postLater(
    batch: ClaimedBatch,
    { retryAfterMs }: { retryAfterMs: number | undefined },
  ): AfterBatchStep {
    const waitMs = retryAfterMs ?? retryDelayMs(batch.tries, deps.random());
    await batches.release(batch, now() + waitMs, batch.tries + 1);
    return undefined;
  }
}

/** The key that a batch's rows are sent with; undefined if there is none that works. */
export async function openUsableKey(
  keys: BatchStepDeps['keys'],
  { teamId, keyName }: Batch,
): Promise<OpenKey | undefined> {
  return isUsable(await keys.find(teamId, keyName)) ? keys.open(teamId, keyName) : undefined;
}
