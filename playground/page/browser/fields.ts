import { stringAt, textAt } from '../../local-slack/json.ts';
import type { Block, JsonObject } from '../../local-slack/local-slack.ts';
import { renderFileField } from './file-field.ts';
import { h, type VNode } from './h.ts';
import { chosenAtFirst, chosenIn, listOptions } from './options.ts';
import type { Page } from './state.ts';

/** Where a field stands, and what it holds and is called. */
export type FieldContext = {
  page: Page;
  block: Block;
  element: JsonObject;
  /** As Slack keeps it: undefined where nothing was typed yet. */
  held: JsonObject | undefined;
  /** Tells this field from every other one that was ever on the screen. */
  key: string;
  /** Ids of the elements that describe it. */
  describedBy: string;
  isInvalid: boolean;
};

/** A field as Slack's client shows it; undefined for an element that this page does not know. */
export function renderField(context: FieldContext): VNode | undefined {
  switch (context.element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input':
      return renderTextField(context);
    case 'static_select':
    case 'users_select':
    case 'channels_select':
    case 'conversations_select':
      return renderSelect(context);
    case 'radio_buttons':
    case 'checkboxes':
    case 'multi_static_select':
    case 'multi_users_select':
    case 'multi_channels_select':
    case 'multi_conversations_select':
      return renderChoices(context);
    case 'file_input':
      return renderFiles(context);
    default:
      return undefined;
  }
}

function renderTextField(context: FieldContext): VNode {
  const { page, block, element, held, key } = context;
  const field = nameOf(block, element);
  const isMultiline = element.multiline === true;
  return h(isMultiline ? 'textarea' : 'input', {
    ...shared(context),
    id: key,
    ...(!isMultiline && { type: 'text' }),
    ...(element.type === 'number_input' && { inputmode: 'numeric' }),
    placeholder: textAt(element, 'placeholder'),
    autocomplete: 'off',
    spellcheck: 'false',
    required: block.type === 'input' && block.optional !== true,
    defaultValue: stringAt(held, 'value') ?? '',
    oninput: ({ target }) => {
      if (isTyped(target)) void page.act({ kind: 'type', field, value: target.value });
    },
    onkeydown: (event) => {
      if (event instanceof KeyboardEvent && event.key === 'Enter' && block.dispatch_action === true)
        void page.act({ kind: 'enter', field });
    },
  });
}

function renderSelect(context: FieldContext): VNode {
  const { page, block, element, held, key } = context;
  const [chosen] = chosenIn(held ?? chosenAtFirst(element));
  const field = nameOf(block, element);
  return h(
    'select',
    {
      ...shared(context),
      id: key,
      onchange: ({ target }) => {
        if (target instanceof HTMLSelectElement) {
          void page.act({ kind: 'choose', field, option: target.value === '' ? undefined : target.value });
        }
      },
    },
    h('option', { value: '', defaultSelected: chosen === undefined }, textAt(element, 'placeholder') ?? 'Choose…'),
    listOptions(element, page.state.snapshot).map(({ value, text }) =>
      h('option', { key: value, value, defaultSelected: value === chosen }, text),
    ),
  );
}

/** Radio buttons and checkboxes; a menu of which several can be chosen is shown as checkboxes too. */
function renderChoices(context: FieldContext): VNode {
  const { page, block, element, held, key } = context;
  const isRadio = element.type === 'radio_buttons';
  const chosen = chosenIn(held);
  const field = nameOf(block, element);
  const choose = (value: string, ticked: boolean) => {
    if (isRadio) return page.act({ kind: 'choose', field, option: value });
    if (element.type === 'checkboxes') return page.act({ kind: 'tick', field, option: value, ticked });
    const ticks = document.getElementById(key)?.querySelectorAll<HTMLInputElement>(':checked') ?? [];
    return page.act({ kind: 'choose', field, option: [...ticks].map((tick) => tick.value) });
  };
  return h(
    'div',
    {
      ...shared(context),
      id: key,
      class: 'choices',
      role: isRadio ? 'radiogroup' : 'group',
      'aria-invalid': undefined,
    },
    listOptions(element, page.state.snapshot).map(({ value, text, description }) =>
      h(
        'label',
        { key: value, class: 'choice' },
        h('input', {
          type: isRadio ? 'radio' : 'checkbox',
          name: key,
          value,
          'aria-invalid': context.isInvalid ? 'true' : undefined,
          defaultChecked: chosen.includes(value),
          onchange: ({ target }) => {
            if (target instanceof HTMLInputElement) void choose(value, target.checked);
          },
        }),
        h('span', {}, text, description !== undefined && h('small', {}, description)),
      ),
    ),
  );
}

function renderFiles(context: FieldContext): VNode {
  const { page, block, element, held, key } = context;
  const attach = (files: File[]) => void page.attach(nameOf(block, element), files);
  return renderFileField(element, held, { ...shared(context), id: key }, attach);
}

function shared({ key, describedBy, isInvalid, block, element }: FieldContext) {
  return {
    key,
    ...(block.type === 'input'
      ? { 'aria-labelledby': `${key}-label` }
      : { 'aria-label': textAt(block, 'text') ?? textAt(element, 'placeholder') ?? 'Choose' }),
    'aria-describedby': describedBy || undefined,
    'aria-invalid': isInvalid ? 'true' : undefined,
    'data-field': String(element.action_id),
  };
}

/** An input block has one element, which its id names; elsewhere the action does. */
function nameOf(block: Block, element: JsonObject): string {
  return block.type === 'input' ? (block.block_id ?? '') : (stringAt(element, 'action_id') ?? '');
}

function isTyped(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
