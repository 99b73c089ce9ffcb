import type { InputBlock } from '@slack/types';
import { renderInputFrame } from '../blocks/blocks.ts';
import { truncate } from '../blocks/foreign-text.ts';
import { OPTION_TEXT, PLACEHOLDER } from '../blocks/limits.ts';
import { plainText } from '../blocks/text-objects.ts';
import { ACTIONS, blockId, type FormField } from '../ids.ts';
import { FIELD_LABELS, HINTS, PLACEHOLDERS } from '../sentences.ts';
import type { FormContext } from './form-context.ts';

export type InputOptions = { label?: string; hint?: string | undefined; initial?: string | undefined };

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
export function renderNumberInput(
  context: FormContext,
  field: FormField,
  maximum: number,
  { label, hint, initial }: InputOptions = {},
): InputBlock {
  const isWhole = initial !== undefined && /^[0-9]{1,16}$/.test(initial) && Number(initial) >= 1;
  return {
    ...renderFrame(context, field, label, hint),
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
export function renderCheckbox(
  context: FormContext,
  field: keyof typeof HINTS.checkbox,
  isTicked: boolean,
): InputBlock {
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
