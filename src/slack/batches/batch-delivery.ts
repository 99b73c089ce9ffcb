import type { Batch, BatchRow } from '../../add-inbox/batch/batch.ts';
import type { BatchDelivery, Card, Posted, Summary } from '../../add-inbox/batch/do-batch-step.ts';
import type { Announcement } from '../../add-inbox/request/request.ts';
import { renderActions, renderButton, renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, truncate } from '../blocks/foreign-text.ts';
import { MESSAGE_TEXT } from '../blocks/limits.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { BATCH_THREAD_HOME, BATCH_THREAD_RESULTS } from '../sentences/batches.ts';
import { BUTTONS } from '../sentences/common.ts';
import { createPosting, type PostingDeps } from '../thread/posting.ts';
import { isRefusal, type Message, type SlackApi, SlackRefusedError } from '../web-api/slack-api.ts';
import { areBlocksRefused, isPostingRefused, isThreadGone } from '../web-api/slack-errors.ts';
import type { TextFile } from '../web-api/upload-files.ts';
import { nameSource, renderCard } from './card.ts';
import { renderFailures } from './failures.ts';
import { renderResults } from './results-csv.ts';
import { renderSummary } from './summary.ts';

/** Sends a batch's card and its thread to Slack; see `createPosting`. */
export function createBatchDelivery({ now, ...deps }: PostingDeps<Batch> & { now(): number }): BatchDelivery {
  const { delivering, post, updated } = createPosting(deps);
  return { postCard, updateCard, postFailures, postResults, postSummary };

  function postCard(card: Card, isStillOurs: () => boolean): ReturnType<BatchDelivery['postCard']> {
    return delivering(card.batch, isStillOurs, async (api) => {
      const render = (batch: Batch) => renderCard({ ...card, batch }, now());
      return { kind: 'posted', announcement: await post(api, card.batch, render, isStillOurs) };
    });
  }

  function updateCard(card: Card, isStillOurs: () => boolean): ReturnType<BatchDelivery['updateCard']> {
    return delivering(card.batch, isStillOurs, async (api) => {
      const { announcement } = card.batch;
      if (announcement !== undefined) await updated(api, announcement, renderCard(card, now()));
      return { kind: 'updated' };
    });
  }

  function postFailures(batch: Batch, failed: BatchRow[], isStillOurs: () => boolean): Promise<Posted> {
    return inThread(batch, isStillOurs, async (api, thread) => {
      const { ts } = await postBelow(api, batch, thread, renderFailures(failed));
      return { kind: 'posted', ts };
    });
  }

  /** Where the bot may not upload files, the thread says so, and the batch still ends. */
  function postResults(
    batch: Batch,
    rows: BatchRow[],
    isStillOurs: () => boolean,
  ): ReturnType<BatchDelivery['postResults']> {
    return inThread(batch, isStillOurs, async (api, thread) => {
      const files = await renderResults(batch.fileName, rows);
      try {
        if (!(await isUploaded(api, files, thread.channelId, thread.ts))) await uploadToDm(api, batch, thread, files);
        return { kind: 'posted' };
      } catch (error) {
        if (!(error instanceof SlackRefusedError)) throw error;
        deps.onIgnored(batch, error);
        await postBelow(api, batch, thread, renderResultsRefused(batch.id));
        return { kind: 'cannot_post' };
      }
    });
  }

  /** False where the bot can't upload files in the thread: it has to be in the channel for that, unlike for messages. */
  async function isUploaded(api: SlackApi, files: TextFile[], channelId: string, ts?: string): Promise<boolean> {
    try {
      await api.uploadFiles(channelId, files, ts);
      return true;
    } catch (error) {
      if (ts !== undefined && isRefusal(error, isThreadGone)) return isUploaded(api, files, channelId);
      if (isRefusal(error, isPostingRefused)) return false;
      throw error;
    }
  }

  async function uploadToDm(api: SlackApi, batch: Batch, thread: Announcement, files: TextFile[]): Promise<void> {
    const { channelId } = await api.postMessage(batch.userId, withSource(batch, renderSaid(BATCH_THREAD_RESULTS.dm)));
    await api.uploadFiles(channelId, files);
    if (thread.surface === 'dm') return;
    try {
      const said = renderSaid(BATCH_THREAD_RESULTS.inDm(`<@${batch.userId}>`));
      await api.postMessage(thread.channelId, said, thread.ts);
    } catch (error) {
      // Nobody reads that thread any more, and the person has the files.
      if (!isRefusal(error, isPostingRefused)) throw error;
    }
  }

  function postSummary(summary: Summary, isStillOurs: () => boolean): Promise<Posted> {
    const { batch, failed, domains } = summary;
    return inThread(batch, isStillOurs, async (api, thread) => {
      const { summaryTs } = batch;
      const show = async (message: Message): Promise<Posted> => {
        if (summaryTs !== undefined && (await updated(api, { channelId: thread.channelId, ts: summaryTs }, message))) {
          return { kind: 'posted', ts: summaryTs };
        }
        if (failed.length === 0 && domains.length === 0) return { kind: 'posted', ts: undefined };
        return { kind: 'posted', ts: (await postBelow(api, batch, thread, message)).ts };
      };
      try {
        return await show(renderSummary(summary, 'table'));
      } catch (error) {
        if (!isRefusal(error, areBlocksRefused)) throw error;
        return show(renderSummary(summary, 'sections'));
      }
    });
  }

  /** A batch whose card could not be posted anywhere has no thread. */
  async function inThread<Delivered>(
    batch: Batch,
    isStillOurs: () => boolean,
    deliver: (api: SlackApi, thread: Announcement) => Promise<Delivered>,
  ) {
    const { announcement } = batch;
    if (announcement === undefined) return { kind: 'cannot_post' } as const;
    return delivering(batch, isStillOurs, (api) => deliver(api, announcement));
  }

  /** Posts in the thread; in its conversation where the card was deleted; in the person's DM where the bot can't post there. */
  async function postBelow(api: SlackApi, batch: Batch, { channelId, ts, surface }: Announcement, message: Message) {
    try {
      return await api.postMessage(channelId, message, ts);
    } catch (error) {
      if (isRefusal(error, isThreadGone)) return api.postMessage(channelId, message);
      if (!isRefusal(error, isPostingRefused) || surface === 'dm') throw error;
      return api.postMessage(batch.userId, withSource(batch, message));
    }
  }
}

/** A direct message is not below the card, so it says which list it is about. */
function withSource(batch: Batch, { text, blocks }: Message): Message {
  const source = BATCH_THREAD_HOME.title(batch.total, nameSource(batch));
  return {
    text: truncate(`${escapeTopLevel(source)}: ${text}`, MESSAGE_TEXT),
    blocks: [renderContext('source', source), ...blocks],
  };
}

function renderSaid(text: string): Message {
  return { text, blocks: [renderSection('results', mrkdwn(text))] };
}

/** Has a button to try again. */
function renderResultsRefused(batchId: string): Message {
  const { text, blocks } = renderSaid(BATCH_THREAD_RESULTS.refused);
  const button = renderButton(ACTIONS.batchResults, BUTTONS.batchResults, batchId);
  return { text, blocks: [...blocks, renderActions('batch', [button])] };
}
