import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchRow } from '../../add-inbox/batch/batch.ts';
import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { renderCsv } from '../blocks/render-csv.ts';
import { BATCH_THREAD_CSV as WORDS } from '../sentences/batches.ts';
import { GOOD_STATUSES } from '../sentences/outcomes.ts';
import { normalizeStatus } from '../thread/describe-state.ts';
import type { TextFile } from '../web-api/upload-files.ts';
import { describeProblem, isFailed } from './row-problem.ts';

/** A file name, in characters. */
const MAX_NAME = 100;

/** Rows that are written between two pauses: about 10 ms of work. */
const ROWS_AT_A_TIME = 200;

/** The columns that our own reader of CSV files finds by these names. The passwords stay empty for the person to fill in. */
const TO_FIX_COLUMNS = [
  ...['email', 'name', 'provider', 'smtp_host', 'smtp_port', 'smtp_username', 'smtp_password'],
  ...['imap_host', 'imap_port', 'imap_username', 'imap_password', 'smtp_use_tls', 'imap_use_ssl', 'daily_limit'],
];

/** All rows and how they ended, without passwords. Where rows failed, a second file has them ready to be filled in again. */
export async function renderResults(
  fileName: string | undefined,
  rows: readonly BatchRow[],
): Promise<[results: TextFile, ...toFix: TextFile[]]> {
  const base = toBaseName(fileName);
  const failed = rows.filter(isFailed);
  const results = {
    name: `${base}-results.csv`,
    title: WORDS.resultsTitle,
    content: await renderInSlices(WORDS.columns, rows, toResult),
  };
  if (failed.length === 0) return [results];
  const content = await renderInSlices(TO_FIX_COLUMNS, failed, toRowToFix);
  return [results, { name: `${base}-to-fix.csv`, title: WORDS.toFixTitle, content }];
}

/** Lets other work go on in between. */
async function renderInSlices(
  columns: readonly string[],
  rows: readonly BatchRow[],
  toCells: (row: BatchRow) => string[],
): Promise<string> {
  const slices = [renderCsv([columns])];
  for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) {
    slices.push(renderCsv(rows.slice(from, from + ROWS_AT_A_TIME).map(toCells)));
    await nextTurn();
  }
  return slices.join('');
}

function toBaseName(fileName = ''): string {
  const base = oneLine(fileName)
    .replace(/\.[^.]*$/, '')
    .replace(/[\\/:*?"<>|]/g, '_')
    .trim();
  return truncate(base, MAX_NAME) || WORDS.pasted;
}

function toResult(row: BatchRow): string[] {
  const { outcome } = row;
  const added = outcome?.kind === 'added' ? outcome.account : undefined;
  const { title, said, next } = describeProblem(row) ?? { title: nameOutcome(row), said: '', next: nextAfter(row) };
  const address = row.account.email_address;
  return [String(row.line), address, title, added?.overall_status ?? '', added?.inbox_id ?? '', said, next];
}

function nameOutcome({ outcome, isAddedBefore }: BatchRow): string {
  if (isAddedBefore) return WORDS.outcomes.addedBefore;
  switch (outcome?.kind) {
    case 'added':
    case 'exists':
    case 'stopped':
      return WORDS.outcomes[outcome.kind];
    default:
      return WORDS.outcomes.unsettled;
  }
}

function nextAfter({ outcome, isAddedBefore }: BatchRow): string {
  if (isAddedBefore) return WORDS.next.status;
  switch (outcome?.kind) {
    case 'added':
      return GOOD_STATUSES.includes(normalizeStatus(outcome.account.overall_status)) ? '' : WORDS.next.status;
    case 'exists':
    case 'stopped':
      return WORDS.next[outcome.kind];
    default:
      return '';
  }
}

function toRowToFix({ account }: BatchRow): string[] {
  const { smtp_port, imap_port, smtp_use_tls, imap_use_ssl, daily_limit } = account;
  return [
    ...[account.email_address, account.display_name, account.inbox_type],
    ...[account.smtp_host, String(smtp_port), account.smtp_username, ''],
    ...[account.imap_host, String(imap_port), account.imap_username, ''],
    ...[String(smtp_use_tls), String(imap_use_ssl), String(daily_limit)],
  ];
}
