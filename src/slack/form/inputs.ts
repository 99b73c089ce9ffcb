import type { InputBlock } from '@slack/types';
import { renderInputFrame, renderNumberInput } from '../blocks/blocks.ts';
import { truncate } from '../blocks/foreign-text.ts';
import { OPTION_TEXT, PLACEHOLDER } from '../blocks/limits.ts';
import { plainText } from '../blocks/text-objects.ts';
import { ACTIONS, blockId, type FormField } from '../ids.ts';
import { FIELD_LABELS, HINTS, PLACEHOLDERS } from '../sentences/fields.ts';
import { type Draft, defaultsOf, FIELDS, type FlagField, isFlag, type TypedField } from './fields.ts';
import type { FormContext } from './form-metadata.ts';

type InputOptions = {
  label?: string;
  hint?: string | undefined;
  initial?: string | undefined;
  placeholder?: string | undefined;
};

/** The input for a text field or checkbox, with the draft's value or else the default. */
export function renderField(context: FormContext, draft: Draft, field: TypedField | FlagField): InputBlock {
  const defaults = defaultsOf(draft);
  if (isFlag(field)) return renderCheckbox(context, field, draft[field] ?? defaults[field]);
  const { kind, max, hint } = FIELDS[field];
  const shown: Draft = defaults;
  const options = { hint, initial: draft[field] ?? shown[field], placeholder: guessedIn(draft)[field] };
  return kind === 'number'
    ? {
        ...renderFrame(context, field, undefined, options.hint),
        element: renderNumberInput(field, options.initial, max),
      }
    : renderTextInput(context, field, max, options);
}

/** Names that servers often have. Nobody knows them, so they are shown as examples only. */
function guessedIn({ found }: Draft): Partial<Record<FormField, string>> {
  if (found === undefined || found.servers !== undefined) return {};
  return { smtp_host: `smtp.${found.domain}`, imap_host: `imap.${found.domain}` };
}

/**
 * An input for a line of at most `maxCharacters`. Slack doesn't document whether it counts characters or UTF-16 units, so its
 * limit is set to twice as many: Slack then accepts everything ColdSend accepts, and validation reports longer texts.
 */
export function renderTextInput(
  context: FormContext,
  field: FormField,
  maxCharacters: number,
  { label, hint, initial = '', placeholder = PLACEHOLDERS[field] }: InputOptions = {},
): InputBlock {
  const maxLength = 2 * maxCharacters;
  return {
    ...renderFrame(context, field, label, hint),
    element: {
      type: 'plain_text_input',
      action_id: field,
      max_length: maxLength,
      ...(initial !== '' && { initial_value: truncate(initial, maxLength) }),
      ...(placeholder !== undefined && { placeholder: plainText(placeholder, PLACEHOLDER) }),
    },
  };
}

/** A single checkbox. It is optional, because Slack requires a tick in every input that is not. */
function renderCheckbox(context: FormContext, field: FlagField, isTicked: boolean): InputBlock {
  const option = { text: plainText(HINTS.checkbox[field], OPTION_TEXT), value: 'yes' };
  return {
    ...renderFrame(context, field, undefined, HINTS[field]),
    optional: true,
    dispatch_action: field === ACTIONS.sameLogin,
    element: {
      type: 'checkboxes',
      action_id: field,
      options: [option],
      ...(isTicked && { initial_options: [option] }),
    },
  };
}

function renderFrame(context: FormContext, field: FormField, label = FIELD_LABELS[field], hint?: string) {
  return renderInputFrame(blockId(field, context.generation), label, hint);
}
