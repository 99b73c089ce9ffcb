import { objectAt, objectsAt, stringAt, textAt } from '../../local-slack/json.ts';
import type { Block, JsonObject } from '../../local-slack/types.ts';
import { type Child, h, type VNode } from './h.ts';
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
      return renderSelect(context);
    case 'radio_buttons':
    case 'checkboxes':
      return renderChoices(context);
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
  const chosen = stringAt(objectAt(held, 'selected_option'), 'value');
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
    objectsAt(element, 'options').map((option) => {
      const value = stringAt(option, 'value') ?? '';
      return h('option', { value, defaultSelected: value === chosen }, textAt(option, 'text') ?? '');
    }),
  );
}

function renderChoices(context: FieldContext): VNode {
  const { page, block, element, held, key } = context;
  const isRadio = element.type === 'radio_buttons';
  const chosen = [objectAt(held, 'selected_option'), ...objectsAt(held, 'selected_options')].map((option) =>
    stringAt(option, 'value'),
  );
  const field = nameOf(block, element);
  const options = objectsAt(element, 'options').map((option): Child => {
    const value = stringAt(option, 'value') ?? '';
    const description = textAt(option, 'description');
    return h(
      'label',
      { class: 'choice' },
      h('input', {
        type: isRadio ? 'radio' : 'checkbox',
        name: key,
        value,
        ...(isRadio && { 'aria-invalid': context.isInvalid ? 'true' : undefined }),
        defaultChecked: chosen.includes(value),
        onchange: ({ target }) => {
          if (!(target instanceof HTMLInputElement)) return;
          if (isRadio) void page.act({ kind: 'choose', field, option: value });
          else void page.act({ kind: 'tick', field, option: value, ticked: target.checked });
        },
      }),
      h('span', {}, textAt(option, 'text') ?? '', description !== undefined && h('small', {}, description)),
    );
  });
  return h(
    'div',
    {
      key,
      id: key,
      class: 'choices',
      role: isRadio ? 'radiogroup' : 'group',
      'aria-labelledby': `${key}-label`,
      'aria-describedby': context.describedBy || undefined,
      'data-field': String(element.action_id),
    },
    options,
  );
}

function shared({ key, describedBy, isInvalid, element }: FieldContext) {
  return {
    key,
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
