import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import { DEFAULT_DAILY_LIMIT, INBOX_TYPES, PROVIDERS } from '../../../add-inbox/account/providers.ts';
import { parseDailyLimit } from '../../../add-inbox/account/sender-account.ts';
import type { RowDefaults } from '../../../add-inbox/batch/check-rows.ts';
import { LOCAL_PART } from '../../../add-inbox/keys/client-presets.ts';
import { clientNameOf } from '../../../add-inbox/keys/key-owner.ts';
import { MAX_FILE_BYTES } from '../../../csv/file-problem.ts';
import {
  renderActions,
  renderContext,
  renderInputFrame,
  renderNumberInput,
  renderSection,
} from '../../blocks/blocks.ts';
import { OPTION_TEXT, PLACEHOLDER, TYPED_TEXT } from '../../blocks/limits.ts';
import { plainText } from '../../blocks/text-objects.ts';
import { type Draft, FIELDS } from '../../form/fields.ts';
import { encodeFormMetadata, type FormContext, readFormMetadata } from '../../form/form-metadata.ts';
import { type PasswordLink, renderOpen } from '../../form/password/password-link.ts';
import { BATCH_FIELDS, blockId, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { placeErrors } from '../../modals/submission-answer.ts';
import { UnreadableViewError } from '../../modals/unreadable-view-error.ts';
import { type GivenFile, readView, type ViewState } from '../../modals/view-state.ts';
import { BATCH_FORM, BATCH_FORM_PREVIEW } from '../../sentences/batches.ts';

/** Slack's option for "not chosen": a chosen option of a menu can't be cleared. */
const BY_ROW = 'by_row';

const FILE_TYPES = ['csv', 'txt', 'tsv'];

export type ManyForm = {
  context: FormContext;
  /** The default limit in `daily_limit`, and the client's sender name in `display_name`. */
  draft: Draft;
  /** Shown above the fields. */
  notice?: string | undefined;
  /** The installation may read files. */
  takesFiles: boolean;
  /** Undefined where there is no secure page. */
  link?: PasswordLink | undefined;
};

/** The rows are exactly one of these. */
export type Given = { kind: 'pasted'; text: string } | { kind: 'file'; file: GivenFile };

export type ParsedManyForm = { context: FormContext; defaults: RowDefaults } & (
  | { ok: true; given: Given }
  /** `block_id` → sentence. */
  | { ok: false; errors: Record<string, string> }
);

/** The form for many inboxes: rows to paste, or a file, and what the rows leave out. Nothing typed is kept in its metadata. */
export function renderManyForm({ context, draft, notice, takesFiles, link }: ManyForm): ModalView {
  const client = clientNameOf(context.owner);
  const said = [
    notice,
    client === undefined ? undefined : BATCH_FORM.forClient(client),
    context.batch?.fixOf === undefined ? BATCH_FORM.about : BATCH_FORM.fixing,
  ].filter((text) => text !== undefined);
  const blockOf = (field: string) => blockId(field, context.generation);
  return {
    ...renderModalFrame(CALLBACKS.manyForm, BATCH_FORM),
    private_metadata: encodeFormMetadata({ ...context, pasted: undefined }, draft),
    blocks: [
      ...said.map((text, index) => renderSection(`about.${index}`, text)),
      ...(link === undefined
        ? []
        : [renderContext('or_page', BATCH_FORM.orPage), renderActions('secure_page', [renderOpen(link)])]),
      renderRows(blockOf(BATCH_FIELDS.rows), context.pasted, takesFiles),
      takesFiles ? renderFile(blockOf(BATCH_FIELDS.file)) : renderContext('no_files', BATCH_FORM.noFiles),
      { type: 'divider', block_id: 'divider' },
      renderContext('defaults', BATCH_FORM.defaults),
      ...renderDefaults(draft, blockOf),
    ],
  };
}

/** Parses the form, and finds what is wrong with it before any row is read. Throws UnreadableViewError. */
export function parseManyForm(view: unknown): ParsedManyForm {
  const state = readView(view);
  const { context } = readFormMetadata(state.metadata);
  if (context === undefined) throw new UnreadableViewError('private_metadata');
  const typedLimit = state.textOf(BATCH_FIELDS.dailyLimit);
  const dailyLimit = typedLimit === undefined ? undefined : parseDailyLimit(typedLimit);
  const provider = state.textOf(BATCH_FIELDS.provider);
  const defaults: RowDefaults = {
    inboxType: INBOX_TYPES.find((inboxType) => inboxType === provider),
    dailyLimit,
    displayName: state.textOf(BATCH_FIELDS.name)?.trim() || LOCAL_PART,
  };
  const given = findGiven(state);
  const errors = {
    ...('problem' in given && { [given.field]: given.problem }),
    ...(typedLimit !== undefined &&
      dailyLimit === undefined && { [BATCH_FIELDS.dailyLimit]: BATCH_FORM_PREVIEW.dailyLimitWrong }),
  };
  if ('problem' in given || Object.keys(errors).length > 0) {
    return { context, defaults, ok: false, errors: placeErrors(errors, state, BATCH_FIELDS.rows) };
  }
  return { context, defaults, ok: true, given };
}

/** Rows and a file together are refused: one of them would be ignored, and nobody could tell which. */
function findGiven({ textOf, filesOf, isShown }: ViewState): Given | { field: string; problem: string } {
  const text = textOf(BATCH_FIELDS.rows)?.trim() ? textOf(BATCH_FIELDS.rows) : undefined;
  const [file] = filesOf(BATCH_FIELDS.file);
  if (file === undefined) {
    if (text !== undefined) return { kind: 'pasted', text };
    const problem = isShown(BATCH_FIELDS.file) ? BATCH_FORM.nothingAtAll : BATCH_FORM.nothing;
    return { field: BATCH_FIELDS.rows, problem };
  }
  if (text !== undefined) return { field: BATCH_FIELDS.rows, problem: BATCH_FORM.both };
  const isTooLarge = (file.size ?? 0) > MAX_FILE_BYTES;
  return isTooLarge ? { field: BATCH_FIELDS.file, problem: BATCH_FORM.tooLarge } : { kind: 'file', file };
}

function renderRows(block: string, pasted: string | undefined, isOptional: boolean): InputBlock {
  return {
    ...renderInputFrame(block, BATCH_FORM.rows, BATCH_FORM.rowsHint),
    optional: isOptional,
    element: {
      type: 'plain_text_input',
      action_id: BATCH_FIELDS.rows,
      multiline: true,
      max_length: TYPED_TEXT,
      placeholder: plainText(BATCH_FORM.rowsPlaceholder, PLACEHOLDER),
      ...(pasted !== undefined && { initial_value: pasted }),
    },
  };
}

function renderFile(block: string): InputBlock {
  return {
    ...renderInputFrame(block, BATCH_FORM.file, BATCH_FORM.fileHint),
    optional: true,
    element: { type: 'file_input', action_id: BATCH_FIELDS.file, filetypes: FILE_TYPES, max_files: 1 },
  };
}

function renderDefaults(draft: Draft, blockOf: (field: string) => string): KnownBlock[] {
  const byRow = { text: plainText(BATCH_FORM.byRow, OPTION_TEXT), value: BY_ROW };
  const providers = INBOX_TYPES.map((value) => ({ text: plainText(PROVIDERS[value].name, OPTION_TEXT), value }));
  return [
    {
      ...renderInputFrame(blockOf(BATCH_FIELDS.provider), BATCH_FORM.provider),
      optional: true,
      element: {
        type: 'static_select',
        action_id: BATCH_FIELDS.provider,
        options: [byRow, ...providers],
        initial_option: byRow,
      },
    },
    renderDailyLimit(blockOf(BATCH_FIELDS.dailyLimit), BATCH_FORM.dailyLimit, draft.daily_limit),
    {
      ...renderInputFrame(blockOf(BATCH_FIELDS.name), BATCH_FORM.name, BATCH_FORM.nameHint),
      optional: true,
      element: {
        type: 'plain_text_input',
        action_id: BATCH_FIELDS.name,
        max_length: FIELDS.display_name.max,
        initial_value: draft.display_name ?? LOCAL_PART,
      },
    },
  ];
}

/** The daily limit of rows that have none; the recommended one by default. */
export function renderDailyLimit(block: string, label: string, initial = String(DEFAULT_DAILY_LIMIT)): InputBlock {
  return {
    ...renderInputFrame(block, label, BATCH_FORM.dailyLimitHint),
    optional: true,
    element: renderNumberInput(BATCH_FIELDS.dailyLimit, initial),
  };
}
