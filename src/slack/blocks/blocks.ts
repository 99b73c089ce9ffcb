import type {
  ActionsBlock,
  ActionsBlockElement,
  Button,
  ContextBlock,
  HeaderBlock,
  InputBlock,
  MrkdwnElement,
  NumberInput,
  Overflow,
  RadioButtons,
  RichTextBlock,
  RichTextSection,
  SectionBlock,
  StaticSelect,
} from '@slack/types';
import { truncate } from './foreign-text.ts';
import {
  CONFIRM,
  HEADER_TEXT,
  INPUT_LABEL,
  MENU_OPTIONS,
  OPTION_TEXT,
  PLACEHOLDER,
  SECTION_FIELD,
  SECTION_TEXT,
} from './limits.ts';
import { mrkdwn, plainText } from './text-objects.ts';

/*
 * The blocks of every message, modal and Home. A string is shown as plain text, cut to Slack's limit, so foreign text can't add
 * markup; our own markup is passed as `mrkdwn(...)`.
 */

type Words = string | MrkdwnElement;

export function renderHeader(blockId: string, text: string): HeaderBlock {
  return { type: 'header', block_id: blockId, text: plainText(text, HEADER_TEXT) };
}

export function renderSection(blockId: string, text: Words): SectionBlock {
  return { type: 'section', block_id: blockId, text: toTextObject(text) };
}

/** Labels of ours beside foreign values, in two columns; a narrow screen puts them below each other. At most five pairs. */
export function renderFields(blockId: string, pairs: { label: string; value: string }[]): SectionBlock {
  const fields = pairs.flatMap(({ label, value }) => [mrkdwn(`*${label}*`), plainText(value, SECTION_FIELD)]);
  return { type: 'section', block_id: blockId, fields };
}

type RichTextElement = RichTextSection['elements'][number];

/** Lines in which foreign text can be bold: unlike in mrkdwn, nothing in a rich text element is markup. */
export function renderRichText(blockId: string, elements: RichTextElement[]): RichTextBlock {
  return { type: 'rich_text', block_id: blockId, elements: [{ type: 'rich_text_section', elements }] };
}

export function richText(text: string): RichTextElement {
  return { type: 'text', text };
}

export function boldText(text: string): RichTextElement {
  return { type: 'text', text, style: { bold: true } };
}

/** Small grey text. */
export function renderContext(blockId: string, ...texts: Words[]): ContextBlock {
  return { type: 'context', block_id: blockId, elements: texts.map(toTextObject) };
}

export function renderActions(blockId: string, elements: ActionsBlockElement[]): ActionsBlock {
  return { type: 'actions', block_id: blockId, elements };
}

/** Slack sends `value` with the click. */
export function renderButton(actionId: string, text: string, value: string): Button {
  return { type: 'button', action_id: actionId, text: plainText(text, OPTION_TEXT), value };
}

/** A red button for an action that can't be undone. It asks for confirmation first. */
export function renderDangerButton(
  actionId: string,
  text: string,
  value: string,
  confirm: { title: string; text: string; confirm: string; deny: string },
): Button {
  return {
    ...renderButton(actionId, text, value),
    style: 'danger',
    confirm: {
      title: plainText(confirm.title, CONFIRM.title),
      text: plainText(confirm.text, CONFIRM.text),
      confirm: plainText(confirm.confirm, CONFIRM.button),
      deny: plainText(confirm.deny, CONFIRM.button),
      style: 'danger',
    },
  };
}

type Choice = { value: string; text: string };

/** A menu of up to 10,000 choices. Slack sends the value of the chosen one at once. */
export function renderMenu(
  actionId: string,
  placeholder: string,
  choices: [Choice, ...Choice[]],
  chosen: string,
): StaticSelect {
  const options = choices.map(toOption);
  const initial = options.find(({ value }) => value === chosen);
  return {
    type: 'static_select',
    action_id: actionId,
    placeholder: plainText(placeholder, PLACEHOLDER),
    ...(options.length <= MENU_OPTIONS ? { options } : { option_groups: groupOptions(options) }),
    ...(initial && { initial_option: initial }),
  };
}

/** A group is called after its first and last choice. */
function groupOptions(options: ReturnType<typeof toOption>[]) {
  const count = Math.ceil(options.length / MENU_OPTIONS);
  return Array.from({ length: count }, (_, index) => {
    const group = options.slice(index * MENU_OPTIONS, (index + 1) * MENU_OPTIONS);
    const label = [group[0], group.at(-1)].map((option) => truncate(option?.text.text ?? '', 30)).join(' – ');
    return { label: plainText(label, OPTION_TEXT), options: group };
  });
}

/** Up to five choices behind three dots. */
export function renderOverflow(actionId: string, choices: Choice[]): Overflow {
  return { type: 'overflow', action_id: actionId, options: choices.map(toOption) };
}

function toOption({ value, text }: Choice) {
  return { value, text: plainText(text, OPTION_TEXT) };
}

/** An input block without its element. */
export function renderInputFrame(blockId: string, label: string, hint?: string): Omit<InputBlock, 'element'> {
  return {
    type: 'input',
    block_id: blockId,
    label: plainText(label, INPUT_LABEL),
    ...(hint !== undefined && { hint: plainText(hint, INPUT_LABEL) }),
  };
}

/** A whole number from 1. Slack refuses an `initial_value` out of bounds, so an invalid one is left empty. */
export function renderNumberInput(
  actionId: string,
  initial: string | undefined,
  maximum = Number.MAX_SAFE_INTEGER,
): NumberInput {
  const isWhole = initial !== undefined && /^[0-9]{1,16}$/.test(initial) && Number(initial) >= 1;
  return {
    type: 'number_input',
    action_id: actionId,
    is_decimal_allowed: false,
    min_value: '1',
    max_value: String(maximum),
    ...(isWhole && Number(initial) <= maximum && { initial_value: initial }),
  };
}

/** A single choice with all options visible. */
export function renderRadioButtons(
  actionId: string,
  choices: { value: string; text: string; description: string }[],
  chosen: string | undefined,
): RadioButtons {
  const options = choices.map(({ value, text, description }) => ({
    value,
    text: plainText(text, OPTION_TEXT),
    description: plainText(description, OPTION_TEXT),
  }));
  const initial = options.find(({ value }) => value === chosen);
  return { type: 'radio_buttons', action_id: actionId, options, ...(initial && { initial_option: initial }) };
}

function toTextObject(text: Words) {
  return typeof text === 'string' ? plainText(text, SECTION_TEXT) : text;
}
