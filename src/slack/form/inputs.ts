import type { InputBlock } from '@slack/types';
import { renderInputFrame } from '../blocks/blocks.ts';
import { truncate } from '../blocks/foreign-text.ts';
import { OPTION_TEXT, PLACEHOLDER } from '../blocks/limits.ts';
import { plainText } from '../blocks/text-objects.ts';
import { ACTIONS, blockId, type FormField } from '../ids.ts';
import { FIELD_LABELS, HINTS, PLACEHOLDERS } from '../sentences/fields.ts';
import { type Draft, defaultsOf, FIELDS, type FlagField, isFlag, type TypedField } from './fields.ts';
import type { FormContext } from './form-metadata.ts';

type InputOptions = { label?: string; hint?: string | undefined; initial?: string | undefined };

/** The input for a field that is typed or ticked, with what the draft holds, else its default. */
export function renderField(context: FormContext, draft: Draft, field: TypedField | FlagField): InputBlock {
  if (isFlag(field)) return renderCheckbox(context, field, draft[field] !== false);
  const { kind, max, hint } = FIELDS[field];
  const defaults: Draft = defaultsOf(draft);
  const options = { hint, initial: draft[field] ?? defaults[field] };
  return kind === 'number'
    ? renderNumberInput(context, field, max, options)
    : renderTextInput(context, field, max, options);
}

/**
 * A line of text of at most `maxCharacters`. Slack doesn't say whether it counts characters or UTF-16 units, so it is told
 * twice as many: all that ColdSend takes can be typed, and validation says the rest in words of ours.
 */
export function renderTextInput(
  context: FormContext,
  field: FormField,
  maxCharacters: number,
  { label, hint, initial = '' }: InputOptions = {},
): InputBlock {
  const placeholder = PLACEHOLDERS[field];
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

/** A whole number from 1. Slack takes no `initial_value` out of bounds: one that is none comes up empty. */
function renderNumberInput(
  context: FormContext,
  field: FormField,
  maximum: number,
  { hint, initial }: InputOptions,
): InputBlock {
  const isWhole = initial !== undefined && /^[0-9]{1,16}$/.test(initial) && Number(initial) >= 1;
  return {
    ...renderFrame(context, field, undefined, hint),
    element: {
      type: 'number_input',
      action_id: field,
      is_decimal_allowed: false,
      min_value: '1',
      max_value: String(maximum),
      ...(isWhole && Number(initial) <= maximum && { initial_value: initial }),
    },
  };
}

/** One checkbox. Optional, or else Slack would not let it be left unticked. */
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
