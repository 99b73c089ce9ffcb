import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { CheckedRow, RowDefaults } from '../../../add-inbox/batch/check-rows.ts';
import { type AddableRow, isAddable } from '../../../add-inbox/batch/drafts.ts';
import { clientNameOf } from '../../../add-inbox/keys/key-owner.ts';
import type { ReadFile } from '../../../csv/read-rows.ts';
import { renderActions, renderButton, renderContext, renderInputFrame, renderSection } from '../../blocks/blocks.ts';
import { fitLines } from '../../blocks/fit-lines.ts';
import { OPTION_TEXT } from '../../blocks/limits.ts';
import { mrkdwn, plainText } from '../../blocks/text-objects.ts';
import { encodeFormMetadata, type FormContext, readFormMetadata } from '../../form/form-metadata.ts';
import { ACTIONS, BATCH_FIELDS, blockId, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { UnreadableViewError } from '../../modals/unreadable-view-error.ts';
import { readView } from '../../modals/view-state.ts';
import {
  aboutTime,
  BATCH_FORM_COLUMNS,
  BATCH_FORM_FLAGS,
  BATCH_FORM_PREVIEW as WORDS,
} from '../../sentences/batches.ts';
import { BUTTONS } from '../../sentences/common.ts';
import { renderDailyLimit } from './many-form.ts';
import { describeRefused, findNotChecked } from './preview-logins.ts';
import { describeAddress, describeErrors, describeRow, findFlags, rowsOf, shown } from './preview-rows.ts';

/** Slack sends the whole view with its submission, and the bot reads at most 256 KB. Rare letters take eight bytes each. */
const MAX_TEXT = 1_500;
const FIX_TEXTS = 10;
const REFUSED_TEXTS = 5;

const FIRST_ROWS = 3;

export type ToPreview = {
  context: FormContext;
  draftId: string;
  /** Undefined for pasted rows. */
  fileName: string | undefined;
  read: ReadFile;
  checked: readonly CheckedRow[];
  defaults: RowDefaults;
  /** How long this many inboxes take within ColdSend's limit, in milliseconds. */
  timeFor(inboxes: number): number;
  /** Closing the preview leads back to the form with the pasted rows. */
  isOverForm: boolean;
  /** Slack does not let the bot delete the file, which has passwords. */
  mustDeleteFile: boolean;
};

/**
 * The result of reading the rows: how many are ready, the first of them as they will be sent, and each problem by line. No password
 * is shown. Without a row that can be added, there is no submit button.
 */
export function renderPreview(preview: ToPreview): ModalView {
  const { context, draftId, read, checked } = preview;
  const ready = rowsOf(checked, 'ready').length;
  const held = rowsOf(checked, 'held').length;
  const refused = rowsOf(checked, 'login_refused').length;
  const isAnyAddable = ready + held + refused > 0;
  const batch = { ...context.batch, ...(isAnyAddable && { draftId, ready, held, refused }) };
  return {
    ...renderModalFrame(CALLBACKS.preview, {
      title: WORDS.title(read.rows.length),
      ...(isAnyAddable && { submit: WORDS.submit(toAddOf(checked).length) }),
      cancel: WORDS.close,
    }),
    private_metadata: encodeFormMetadata({ ...context, pasted: undefined, batch }),
    notify_on_close: true,
    blocks: [
      ...renderCounts(preview),
      ...(isAnyAddable ? [] : renderNoneReady(preview)),
      ...renderFirstRows(preview),
      ...renderToFix(preview),
      ...renderHeld(preview),
      ...renderLogins(preview),
      ...renderLeftOut(preview),
      ...renderOddities(preview),
      ...renderColumns(read),
      ...renderLimit(preview),
      ...(preview.mustDeleteFile ? [renderSection('delete_file', mrkdwn(WORDS.deleteFile))] : []),
    ],
  };
}

export type ParsedPreview = {
  context: FormContext;
  draftId: string | undefined;
  withHeld: boolean;
  withRefused: boolean;
  dailyLimit: string | undefined;
  /** How many inboxes are to be added. */
  inboxes: number;
  /** The `block_id` of each field that is shown. */
  inputs: ReadonlyMap<string, string>;
};

/** Parses the preview. Throws UnreadableViewError. */
export function parsePreview(view: unknown): ParsedPreview {
  const { metadata, isTicked, textOf, inputs } = readView(view);
  const { context } = readFormMetadata(metadata);
  if (context === undefined) throw new UnreadableViewError('private_metadata');
  const { draftId, ready = 0, held = 0, refused = 0 } = context.batch ?? {};
  const withHeld = isTicked(BATCH_FIELDS.addHeld);
  const withRefused = isTicked(BATCH_FIELDS.addRefused);
  const dailyLimit = textOf(BATCH_FIELDS.dailyLimit);
  const inboxes = ready + (withHeld ? held : 0) + (withRefused ? refused : 0);
  return { context, draftId, withHeld, withRefused, dailyLimit, inboxes, inputs };
}

function renderCounts({ context, checked, read, fileName, timeFor }: ToPreview): KnownBlock[] {
  const count = (...kinds: CheckedRow['kind'][]) => rowsOf(checked, ...kinds).length;
  const toAdd = toAddOf(checked).length;
  const counts = [
    { count: count('ready'), words: WORDS.ready },
    { count: count('to_fix'), words: WORDS.toFix },
    { count: count('held'), words: WORDS.held },
    { count: count('login_refused'), words: WORDS.refused },
    { count: count('twice', 'differs'), words: WORDS.twice },
    { count: count('waiting', 'not_failed'), words: WORDS.leftOut },
  ].filter((each) => each.count > 0);
  const client = clientNameOf(context.owner);
  const source = [
    ...(client === undefined ? [] : [WORDS.client(client)]),
    fileName === undefined ? WORDS.pasted : shown(fileName),
    ...(read.vendor === undefined ? [] : [WORDS.vendor(read.vendor)]),
    ...(toAdd === 0 ? [] : [aboutTime(timeFor(toAdd))]),
  ];
  return [
    renderSection('counts', mrkdwn(counts.map((each) => each.words(each.count)).join('      '))),
    renderContext('source', source.join(' · ')),
  ];
}

/** Pasted rows may still be in the form below this page; a file has to be chosen again. */
function renderNoneReady({ isOverForm }: ToPreview): KnownBlock[] {
  return [
    renderSection('none_ready', WORDS.noneReady),
    ...(isOverForm ? [] : [renderActions('back', [renderButton(ACTIONS.backToMany, BUTTONS.back, 'back')])]),
  ];
}

function renderFirstRows({ checked }: ToPreview): KnownBlock[] {
  return renderList('first_rows', WORDS.firstRows, toAddOf(checked).slice(0, FIRST_ROWS), describeRow);
}

function renderToFix({ checked, read, defaults }: ToPreview): KnownBlock[] {
  const toFix = rowsOf(checked, 'to_fix');
  const unprovided = new Set(
    read.rows.filter(({ account }) => account.inbox_type === undefined).map(({ line }) => line),
  );
  const isUnprovided = toFix.some(({ line, errors }) => errors.smtp_host !== undefined && unprovided.has(line));
  const title = WORDS.fix(toFix.length);
  const isHint = isUnprovided && defaults.inboxType === undefined;
  return renderList('fix', isHint ? `${title}\n${WORDS.noProvider}` : title, toFix, describeErrors, FIX_TEXTS);
}

function renderHeld({ context, checked }: ToPreview): KnownBlock[] {
  const held = rowsOf(checked, 'held').length;
  if (held === 0) return [];
  return [
    renderSection('held', mrkdwn(WORDS.heldBack(held))),
    renderAddAnyway(BATCH_FIELDS.addHeld, context, WORDS.heldLabel, held),
  ];
}

/** Rows whose login is refused, and those of which nobody knows. */
function renderLogins({ context, checked }: ToPreview): KnownBlock[] {
  const refused = rowsOf(checked, 'login_refused');
  const notChecked = findNotChecked(rowsOf(checked, 'ready'));
  const count = new Set(notChecked.flatMap(({ rows }) => rows)).size;
  return [
    ...renderList('refused', WORDS.refusedRows(refused.length), refused, describeRefused, REFUSED_TEXTS),
    ...(refused.length === 0
      ? []
      : [renderAddAnyway(BATCH_FIELDS.addRefused, context, WORDS.refusedLabel, refused.length)]),
    ...renderList('not_checked', WORDS.notKnown(count), notChecked, ({ why, rows }) => `${why} ${joinLines(rows)}`),
  ];
}

function renderAddAnyway(field: string, { generation }: FormContext, label: string, count: number): InputBlock {
  const option = { text: plainText(WORDS.addHeld(count), OPTION_TEXT), value: field };
  return {
    ...renderInputFrame(blockId(field, generation), label),
    optional: true,
    element: { type: 'checkboxes', action_id: field, options: [option] },
  };
}

function renderLeftOut({ checked }: ToPreview): KnownBlock[] {
  const [twice, differs] = [rowsOf(checked, 'twice'), rowsOf(checked, 'differs')];
  const [waiting, notFailed] = [rowsOf(checked, 'waiting'), rowsOf(checked, 'not_failed')];
  const title = WORDS.twiceRows(twice.length);
  return [
    ...(twice.length === 0 ? [] : renderList('twice', title, [joinLines(twice)], asItIs)),
    ...renderList('differs', WORDS.differs(differs.length), differs, (row) =>
      describeAddress(row, WORDS.sameAs(row.firstLine)),
    ),
    ...renderList('waiting', WORDS.waiting(waiting.length), waiting, (row) => describeAddress(row)),
    ...renderList('not_failed', WORDS.notFailed(notFailed.length), notFailed, (row) => describeAddress(row)),
  ];
}

function renderOddities({ checked, read }: ToPreview): KnownBlock[] {
  const flags = findFlags(read.rows, addableOf(checked));
  return renderList('look', WORDS.look, flags, ({ flag, rows }) => `${BATCH_FORM_FLAGS[flag]} ${joinLines(rows)}`);
}

function renderColumns({ columns, unknown, dropped, doubled, encoding }: ReadFile): KnownBlock[] {
  const said = [
    ...(columns.length === 0
      ? []
      : [fit(columns.map(({ header, field }) => WORDS.column(shown(header), BATCH_FORM_COLUMNS[field])))]),
    ...doubled.map(({ field, headers }) => WORDS.doubled(BATCH_FORM_COLUMNS[field], fit(headers.map(shown)))),
    ...(unknown.length === 0 ? [] : [WORDS.unknown(fit(unknown.map(shown)))]),
    ...(dropped.length === 0 ? [] : [WORDS.dropped(fit(dropped.map(shown)))]),
    ...(encoding === 'windows-1252' ? [WORDS.windows1252] : []),
  ];
  return renderList('columns', WORDS.columns, said, asItIs);
}

/** Headers of a file are foreign text of any length. */
function fit(texts: string[]): string {
  return fitLines(texts, asItIs, { limit: MAX_TEXT / 4, separator: ', ' })[0] ?? '';
}

function renderLimit({ context, checked, read, defaults }: ToPreview): KnownBlock[] {
  const limited = new Set(read.rows.filter(({ account }) => account.daily_limit !== undefined).map(({ line }) => line));
  if (addableOf(checked).every(({ line }) => limited.has(line))) return [];
  const initial = defaults.dailyLimit === undefined ? undefined : String(defaults.dailyLimit);
  return [renderDailyLimit(blockId(BATCH_FIELDS.dailyLimit, context.generation), WORDS.dailyLimit, initial)];
}

/** A title of ours above lines that are partly foreign text; nothing without lines. */
function renderList<Item>(
  id: string,
  title: string,
  items: readonly Item[],
  toLine: (item: Item) => string,
  pieces = 1,
): KnownBlock[] {
  if (items.length === 0) return [];
  const texts = fitLines(items, toLine, { limit: MAX_TEXT, pieces });
  return [renderSection(id, mrkdwn(title)), ...texts.map((text, index) => renderContext(`${id}_lines.${index}`, text))];
}

function addableOf(checked: readonly CheckedRow[]): AddableRow[] {
  return checked.filter(isAddable);
}

/** Without a row that is ready, a person has to tick others. */
function toAddOf(checked: readonly CheckedRow[]): AddableRow[] {
  const ready = rowsOf(checked, 'ready');
  return ready.length > 0 ? ready : addableOf(checked);
}

/** The numbers of lines as one line. */
function joinLines(rows: readonly { line: number }[]): string {
  const [numbers = ''] = fitLines(rows, ({ line }) => String(line), { limit: MAX_TEXT / 8, separator: ', ' });
  return rows.length === 1 ? WORDS.line(numbers) : WORDS.lines(numbers);
}

function asItIs(text: string): string {
  return text;
}
