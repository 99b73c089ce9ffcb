import type { JudgedDomain } from '../../add-inbox/account/domain-verdict.ts';
import { renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel } from '../blocks/foreign-text.ts';
import { SECTION_TEXT } from '../blocks/limits.ts';
import { BATCH_THREAD_DOMAINS as WORDS } from '../sentences/batches.ts';
import { findAdviceKind, listAdvice } from '../thread/checks/domain-advice.ts';
import type { Message } from '../web-api/slack-api.ts';
import { keepWithin } from './keep-within.ts';

/** Of domains with the same advice. */
const NAMES_SHOWN = 5;

/** Advice about the domains of a batch: domains with the same advice together, and the good ones in one line. */
export function renderDomains(domains: readonly JudgedDomain[]): Message {
  const { todo = [], unknown, good } = Object.groupBy(domains, ({ verdict }) => findAdviceKind(verdict));
  const ends = [
    ...(unknown ? [WORDS.unknown(listNames(unknown))] : []),
    ...(good ? [WORDS.good(listNames(good))] : []),
  ];
  const byAdvice = Map.groupBy(todo, ({ verdict }) => listAdvice(verdict).join('\n'));
  const groups = [...byAdvice].map(([advice, members]) => ({ text: `${listNames(members)}\n${advice}`, members }));
  const room = SECTION_TEXT - [WORDS.todo, WORDS.more(todo.length), ...ends].join('\n\n').length;
  const shown = keepWithin(groups, ({ text }) => text.length + 2, room);
  const rest = groups.slice(shown.length).flatMap(({ members }) => members).length;
  const advice = [
    ...(todo.length === 0 ? [] : [WORDS.todo]),
    ...shown.map(({ text }) => text),
    ...(rest === 0 ? [] : [WORDS.more(rest)]),
    ...ends,
  ].join('\n\n');
  return { text: escapeTopLevel(advice), blocks: [renderSection('domains', advice)] };
}

function listNames(domains: readonly JudgedDomain[]): string {
  const names = domains.slice(0, NAMES_SHOWN).map(({ domain }) => domain);
  const rest = domains.length - names.length;
  return [...names, ...(rest === 0 ? [] : [WORDS.others(rest)])].join(', ');
}
