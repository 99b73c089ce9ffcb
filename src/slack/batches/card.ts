import type { KnownBlock } from '@slack/types';
import { type Batch, type BatchCounts, type BatchProgress, countFailed } from '../../add-inbox/batch/batch.ts';
import type { Card } from '../../add-inbox/batch/do-batch-step.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import { renderActions, renderContext, renderDangerButton, renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, oneLine, truncate } from '../blocks/foreign-text.ts';
import { slackDate } from '../blocks/slack-date.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { aboutTime, BATCH_THREAD_COUNTS, BATCH_THREAD_CARD as WORDS } from '../sentences/batches.ts';
import type { State } from '../sentences/common.ts';
import { WAITS, WAITS_FOR_CLIENT_KEY } from '../sentences/thread.ts';
import { sayWhyHere } from '../thread/announcement.ts';
import type { Message } from '../web-api/slack-api.ts';

/** The cells of the bar. */
const CELLS = 20;

/** A foreign name, in characters. */
const MAX_NAME = 200;

/** An end that is farther away is named with its date. */
const SAME_DAY_MS = 12 * 60 * 60_000;

/**
 * The one message of a batch in the channel, posted once and updated: how far it is, by whom, for which client, and when it ends.
 *
 * @param now milliseconds since 1970
 */
export function renderCard(card: Card, now: number): Message {
  const { batch, progress } = card;
  const { counts } = progress;
  const { emoji, title } = describeHeadline(batch, progress);
  const isOpen = counts.unsettled > 0 || batch.state === 'waiting';
  const people = [...sayStopped(batch), WORDS.requestedBy(`<@${batch.userId}>`), ...sayTime(card, now)];
  const done = batch.total - counts.unsettled;
  const isEnding = !isOpen || batch.state === 'stopped';
  // At the end, the headline has the number of added inboxes.
  const counted = describeCounts(isEnding ? { ...counts, added: 0 } : counts);
  const notes = listNotes(card);
  const misplaced = sayWhyHere(batch);
  const source = describeSource(batch);
  const blocks: KnownBlock[] = [
    renderSection(
      'state',
      mrkdwn([`${emoji} *${title}*`, people.join(' · '), ...(isOpen ? [renderBar(done, batch.total)] : [])].join('\n')),
    ),
    ...renderCounts(counted, notes),
    renderContext('source', source.join(' · ')),
    ...(misplaced === '' ? [] : [renderContext('place', mrkdwn(misplaced))]),
    ...(isEnding ? [] : [renderStop(batch, counts)]),
  ];
  const said = [
    `${title}.`,
    ...(isOpen ? [`${WORDS.done(done, batch.total)}.`] : []),
    ...counted.map(({ count, words }) => `${count} ${words}.`),
    ...notes,
    `${people.join(' · ')}.`,
    ...sayClient(batch).map((name) => WORDS.forClient(escapeTopLevel(name))),
    WORDS.from(escapeTopLevel(nameSource(batch))),
    misplaced,
  ];
  return { text: said.filter(Boolean).join(' '), blocks };
}

/** How far a batch is, in a few words. A batch without progress has not begun. */
export function describeHeadline({ state, total }: Batch, progress: BatchProgress | undefined): State {
  const left = progress?.counts.unsettled ?? total;
  if (progress === undefined || state === 'waiting') return { emoji: '🕒', title: WORDS.waiting(left) };
  const { counts, waitsForKey } = progress;
  if (state === 'stopped' || (counts.stopped > 0 && counts.unsettled === 0)) {
    return { emoji: '⏹️', title: WORDS.stopped(counts.added, total) };
  }
  if (counts.unsettled > 0) {
    return waitsForKey ? { emoji: '🔑', title: WORDS.waiting(left) } : { emoji: '⏳', title: WORDS.adding(total) };
  }
  if (counts.added === total) return { emoji: '✅', title: WORDS.allAdded(total) };
  if (counts.added > 0) return { emoji: '✅', title: WORDS.added(counts.added, total) };
  return { emoji: counts.exists === total ? 'ℹ️' : '❌', title: WORDS.noneAdded(total) };
}

function sayStopped({ stoppedBy }: Batch): string[] {
  return stoppedBy === undefined ? [] : [WORDS.stoppedBy(`<@${stoppedBy}>`)];
}

/** How long it still takes; at its first end, how long it took. */
function sayTime({ batch, progress, endsAt }: Card, now: number): string[] {
  if (endsAt !== undefined) {
    const leftMs = Math.max(0, endsAt - now);
    return [WORDS.left(aboutTime(leftMs), slackDate(endsAt, leftMs < SAME_DAY_MS ? 'time' : 'date'))];
  }
  const { confirmedAt, state, areResultsPosted } = batch;
  const isFirstEnd = progress.counts.unsettled === 0 && state === 'running' && !areResultsPosted;
  return isFirstEnd && confirmedAt !== undefined ? [WORDS.took(aboutTime(now - confirmedAt))] : [];
}

/** The reasons that the batch waits, or the next steps for a person. Sentences of ours. */
function listNotes({ batch, progress: { counts, waitsForKey } }: Card): string[] {
  if (batch.state === 'waiting') return [WORDS.othersFirst];
  if (batch.state === 'running' && waitsForKey) {
    return [batch.keyName.kind === 'client' ? WAITS_FOR_CLIENT_KEY : WAITS.key];
  }
  if (counts.unsettled > 0) return batch.state === 'stopped' ? [WORDS.underWay(counts.unsettled)] : [];
  const failed = countFailed(counts);
  return [
    ...(failed > 0 ? [WORDS.needYou(failed)] : []),
    ...(counts.stopped > 0 ? [WORDS.useFileAgain(counts.stopped)] : []),
  ];
}

function renderBar(done: number, total: number): string {
  const full = total === 0 ? 0 : Math.floor((done / total) * CELLS);
  return `\`${'█'.repeat(full)}${'░'.repeat(CELLS - full)}\` ${WORDS.done(done, total)}`;
}

/** The outcomes that there are. */
export function describeCounts(counts: BatchCounts): { emoji: string; words: string; count: number }[] {
  const countBy = new Map<string, number>(Object.entries(counts));
  return Object.entries(BATCH_THREAD_COUNTS)
    .map(([kind, words]) => ({ ...words, count: countBy.get(kind) ?? 0 }))
    .filter(({ count }) => count > 0);
}

function renderCounts(counted: ReturnType<typeof describeCounts>, notes: string[]): KnownBlock[] {
  const line = counted.map(({ emoji, count, words }) => `${emoji} *${count}* ${words}`).join('      ');
  const text = [line, ...notes].filter(Boolean).join('\n');
  return text === '' ? [] : [renderSection('counts', mrkdwn(text))];
}

function describeSource(batch: Batch): string[] {
  return [...sayClient(batch).map(WORDS.client), nameSource(batch)];
}

function sayClient({ keyName }: Batch): string[] {
  const client = clientNameOf(keyName);
  return client === undefined ? [] : [truncate(oneLine(client), MAX_NAME)];
}

/** The file's name, or that the rows were pasted. Foreign text. */
export function nameSource({ fileName }: Batch): string {
  return truncate(oneLine(fileName ?? ''), MAX_NAME) || WORDS.pasted;
}

function renderStop({ id }: Batch, { unsettled }: BatchCounts): KnownBlock {
  const { button, text, ...dialog } = WORDS.stop;
  return renderActions('batch', [
    renderDangerButton(ACTIONS.stopBatch, button, id, { ...dialog, text: text(unsettled) }),
  ]);
}
