import type { KnownBlock } from '@slack/types';
import type { BatchRow } from '../../add-inbox/batch/batch.ts';
import { renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel, truncate } from '../blocks/foreign-text.ts';
import { MESSAGE_TEXT } from '../blocks/limits.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { BATCH_THREAD_FAILURES as WORDS } from '../sentences/batches.ts';
import type { Message } from '../web-api/slack-api.ts';
import { keepWithin } from './keep-within.ts';
import { type DescribedProblem, describeProblem } from './row-problem.ts';

/** Two blocks each, and a message has at most 50. A few are for what stands around them. */
const MAX_GROUPS = 23;

/** The rows that are named of each group. */
const ROWS_SHOWN = 3;

/** Slack refuses very long messages, so the groups together have at most about this many characters. */
const MAX_CHARACTERS = 10_000;

/** ColdSend's words, in characters. */
const MAX_SAID = 500;

type Group = DescribedProblem & { rows: BatchRow[] };

/** The failed rows of a batch by reason, the most frequent one first, with what to do about each reason. */
export function renderFailures(failed: readonly BatchRow[]): Message {
  const groups = groupByProblem(failed);
  const shown = groups.slice(0, MAX_GROUPS).map(renderGroup);
  const kept = keepWithin(shown, ({ blocks }) => JSON.stringify(blocks).length, MAX_CHARACTERS);
  const rest = groups.length - kept.length;
  const more = rest === 0 ? [] : [WORDS.moreReasons(rest)];
  const head = `${WORDS.title}.`;
  const room = MESSAGE_TEXT - [head, ...more].join(' ').length - 1;
  const texts = keepWithin(kept, ({ text }) => text.length + 1, room).map(({ text }) => text);
  return {
    text: [head, ...texts, ...more].join(' '),
    blocks: [
      renderSection('title', mrkdwn(`*${WORDS.title}*`)),
      ...kept.flatMap(({ blocks }) => blocks),
      ...more.map((text) => renderContext('more', text)),
    ],
  };
}

function groupByProblem(failed: readonly BatchRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of failed) {
    const problem = describeProblem(row);
    if (problem === undefined) continue;
    const key = JSON.stringify(problem);
    const group = groups.get(key) ?? { ...problem, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => b.rows.length - a.rows.length);
}

function renderGroup({ title, next, said, rows }: Group, index: number): { text: string; blocks: KnownBlock[] } {
  const headline = WORDS.group(title, rows.length);
  const listed = rows.slice(0, ROWS_SHOWN).map(({ account, line }) => `${account.email_address} ${WORDS.line(line)}`);
  const rest = rows.length - listed.length;
  const lines = [truncate(said, MAX_SAID), ...listed, rest === 0 ? '' : WORDS.more(rest)].filter(Boolean);
  return {
    text: [`${headline}.`, escapeTopLevel(truncate(said, MAX_SAID)), next].filter(Boolean).join(' '),
    blocks: [
      renderSection(`problem.${index}`, mrkdwn(`*${headline}*\n${next}`)),
      renderContext(`rows.${index}`, lines.join('\n')),
    ],
  };
}
