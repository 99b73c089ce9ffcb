import type { KnownBlock } from '@slack/types';
import { type Batch, countFailed } from '../../add-inbox/batch/batch.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import { describeHeadline, nameSource } from '../batches/card.ts';
import { renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeMrkdwn } from '../blocks/foreign-text.ts';
import { slackDate } from '../blocks/slack-date.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { BATCH_THREAD_HOME as WORDS } from '../sentences/batches.ts';
import { REQUEST_PAGE } from '../sentences/thread.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';
import { findLink } from '../web-api/find-link.ts';
import type { SlackApi } from '../web-api/slack-api.ts';

export type Latest = AddInboxRequest | Batch | Unreadable;

/** Single inboxes and batches in one list, the newest first. */
export function mergeLatest(
  requests: (AddInboxRequest | Unreadable)[],
  batches: (Batch | Unreadable)[],
  limit: number,
): Latest[] {
  const merged: Latest[] = [...requests, ...batches];
  return merged.toSorted((a, b) => timeOf(b) - timeOf(a)).slice(0, limit);
}

/** The links to the cards that this person may see, by the batch's id. A DM is only its owner's. */
export async function findCardLinks(api: SlackApi, latest: Latest[], userId: string): Promise<Map<string, string>> {
  const links = new Map<string, string>();
  await Promise.all(
    latest.map(async (entry) => {
      if (!isBatch(entry) || entry.announcement === undefined) return;
      const { channelId, ts, surface } = entry.announcement;
      if ((surface === 'dm' || isBetweenPeople(channelId)) && entry.userId !== userId) return;
      const link = await findLink(api, channelId, ts);
      if (link !== undefined) links.set(entry.id, link);
    }),
  );
  return links;
}

export function isBatch(entry: Latest): entry is Batch {
  return 'total' in entry;
}

/** One line for a whole batch: its file, how far it is, and a link to its card. */
export function renderBatch(batch: Batch, link: string | undefined): KnownBlock[] {
  const { id, total, userId, shown } = batch;
  const { emoji, title } = describeHeadline(batch, shown);
  const failed = shown === undefined ? 0 : countFailed(shown.counts);
  const facts = [
    `${emoji} *${title}*`,
    ...(failed > 0 ? [WORDS.needYou(failed)] : []),
    `<@${userId}>`,
    slackDate(timeOf(batch), 'date'),
    ...(link === undefined ? [] : [REQUEST_PAGE.message(escapeMrkdwn(link))]),
  ];
  return [
    renderSection(`batch.${id}`, WORDS.title(total, nameSource(batch))),
    renderContext(`state.${id}`, mrkdwn(facts.join(' · '))),
  ];
}

/** An entry without a readable time comes first, so that it is noticed. */
function timeOf(entry: Latest): number {
  if ('unreadable' in entry) return entry.at ?? Number.MAX_SAFE_INTEGER;
  return isBatch(entry) ? (entry.confirmedAt ?? entry.createdAt) : entry.acceptedAt;
}
