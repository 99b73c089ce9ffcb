import type { KnownBlock, TableBlock } from '@slack/types';
import type { BatchRow } from '../../add-inbox/batch/batch.ts';
import type { Summary } from '../../add-inbox/batch/do-batch-step.ts';
import { isHeldBack } from '../../add-inbox/request/outcome.ts';
import { renderActions, renderButton, renderContext, renderSection } from '../blocks/blocks.ts';
import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { MESSAGE_TEXT } from '../blocks/limits.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS } from '../ids.ts';
import { BATCH_THREAD_FAILURES, BATCH_THREAD_SUMMARY as WORDS } from '../sentences/batches.ts';
import { BUTTONS } from '../sentences/common.ts';
import type { Message } from '../web-api/slack-api.ts';
import { renderDomains } from './domains.ts';
import { keepWithin } from './keep-within.ts';
import { explainProblem } from './row-problem.ts';

/** Slack allows 100 rows with the header. */
const TABLE_ROWS = 99;

/** Slack allows 10,000 characters over all cells. The header has its own few. */
const TABLE_CHARACTERS = 9_900;

/** A message has at most 50 blocks. */
const SECTIONS = 40;

/** As long as an address may be. */
const MAX_ADDRESS = 255;

/** In characters. */
const MAX_CELL = 200;

/** Slack shows tables only in some workspaces so far, and refuses them elsewhere. */
export type SummaryForm = 'table' | 'sections';

/** The end of a batch's thread: the rows that a person should look at, the buttons to fix them, and advice about the domains. */
export function renderSummary({ batch, failed, domains }: Summary, form: SummaryForm): Message {
  const parts = [
    ...(failed.length > 0 ? [renderFailed(batch.id, failed, form)] : []),
    ...(failed.length === 0 && batch.summaryTs !== undefined ? [renderAllFixed(batch.id)] : []),
    ...(domains.length > 0 ? [renderDomains(domains)] : []),
  ];
  return {
    text: truncate(parts.map(({ text }) => text).join(' '), MESSAGE_TEXT),
    blocks: parts.flatMap(({ blocks }) => blocks),
  };
}

function renderAllFixed(batchId: string): Message {
  const results = renderButton(ACTIONS.batchResults, BUTTONS.batchResults, batchId);
  return { text: WORDS.allFixed, blocks: [renderSection('need', WORDS.allFixed), renderActions('batch', [results])] };
}

function renderFailed(batchId: string, failed: readonly BatchRow[], form: SummaryForm): Message {
  const headline = WORDS.needYou(failed.length);
  const { blocks, shown } = form === 'table' ? renderTable(failed) : renderSections(failed);
  const rest = failed.length - shown;
  const more = rest === 0 ? [] : [WORDS.more(rest)];
  const isAnyHeldBack = failed.some(({ outcome }) => isHeldBack(outcome));
  return {
    text: [`${headline}.`, WORDS.next, ...more].join(' '),
    blocks: [
      renderSection('need', mrkdwn(`*${headline}*\n${WORDS.next}`)),
      ...blocks,
      ...more.map((text) => renderContext('more', text)),
      renderActions('batch', [
        { ...renderButton(ACTIONS.fixBatch, BUTTONS.fixBatch, batchId), style: 'primary' },
        ...(isAnyHeldBack ? [renderButton(ACTIONS.sendRowsAnyway, BUTTONS.sendAnyway, batchId)] : []),
        renderButton(ACTIONS.fixBatchByFile, BUTTONS.fixBatchByFile, batchId),
        renderButton(ACTIONS.batchResults, BUTTONS.batchResults, batchId),
      ]),
    ],
  };
}

function renderTable(failed: readonly BatchRow[]): { blocks: KnownBlock[]; shown: number } {
  const cells = failed.slice(0, TABLE_ROWS).map(toCells);
  const rows = keepWithin(cells, (row) => row.join('').length, TABLE_CHARACTERS);
  const table: TableBlock = {
    type: 'table',
    block_id: 'failed',
    column_settings: [{ align: 'right' }, {}, { is_wrapped: true }, { is_wrapped: true }],
    rows: [WORDS.columns, ...rows].map((row) => row.map((text) => ({ type: 'raw_text', text }))),
  };
  return { blocks: [table], shown: rows.length };
}

function renderSections(failed: readonly BatchRow[]): { blocks: KnownBlock[]; shown: number } {
  const rows = failed.slice(0, SECTIONS);
  const blocks = rows.map((row) => {
    const [, address = '', happened = '', next = ''] = toCells(row);
    const lines = [`${address} ${BATCH_THREAD_FAILURES.line(row.line)}`, `${happened}. ${next}`];
    return renderSection(`line.${row.line}`, lines.join('\n'));
  });
  return { blocks, shown: rows.length };
}

function toCells(row: BatchRow): string[] {
  const { title = '', said, next = '' } = explainProblem(row) ?? {};
  // The title says already who refused it.
  const happened = said?.value ? `${title}: ${said.value}` : title;
  return [String(row.line), row.account.email_address, happened, next].map((text, index) =>
    truncate(oneLine(text), index === 1 ? MAX_ADDRESS : MAX_CELL),
  );
}
