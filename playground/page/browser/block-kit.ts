import { objectAt, objectsAt, stringAt, textAt } from '../../local-slack/json.ts';
import type { Block, JsonObject, StateValues } from '../../local-slack/local-slack.ts';
import type { Act } from '../act.ts';
import { renderField } from './fields.ts';
import { type Child, h, type VNode } from './h.ts';
import { renderMrkdwn } from './mrkdwn.ts';
import { renderRichText } from './rich-text.ts';
import type { Page } from './state.ts';
import { renderPlan, renderTable } from './tables.ts';

/** Where blocks stand. */
export type Surface = {
  page: Page;
  in: Extract<Act, { kind: 'click' }>['in'];
  /** Tells this view or message from every other one. */
  id: string;
  values: StateValues;
  errors: { [blockId: string]: string };
};

/** Blocks as Slack's client shows them. */
export function renderBlocks(blocks: Block[], surface: Surface): VNode[] {
  return blocks.map((block) =>
    h('div', { key: block.block_id, class: `block ${block.type}` }, renderBlock(block, surface)),
  );
}

function renderBlock(block: Block, surface: Surface): Child[] {
  switch (block.type) {
    case 'header':
      return [h('h3', {}, textAt(block, 'text') ?? '')];
    case 'divider':
      return [h('hr', {})];
    case 'section':
      return renderSection(block, surface);
    case 'context':
      return objectsAt(block, 'elements').map((element) => h('span', {}, renderText(element, surface)));
    case 'actions':
      return objectsAt(block, 'elements').map((element) => renderElement(block, element, surface));
    case 'input':
      return renderInput(block, surface);
    case 'markdown':
      return [stringAt(block, 'text') ?? ''];
    case 'rich_text':
      return [renderRichText(block, surface.page.state.snapshot)];
    case 'table':
    case 'data_table':
      return [renderTable(block, surface.page.state.snapshot)];
    case 'plan':
    case 'task_card':
      return renderPlan(block, surface.page.state.snapshot);
    case 'alert':
      return [
        h(
          'p',
          { class: `level level-${stringAt(block, 'level') ?? 'default'}` },
          renderText(objectAt(block, 'text') ?? {}, surface),
        ),
      ];
    case 'card':
      return renderCard(block, surface);
    default:
      return [`(${block.type} can't be shown here)`];
  }
}

function renderSection(block: Block, surface: Surface): Child[] {
  const text = objectAt(block, 'text');
  const fields = objectsAt(block, 'fields');
  const accessory = objectAt(block, 'accessory');
  return [
    h(
      'div',
      { class: 'text' },
      text !== undefined && h('p', {}, renderText(text, surface)),
      fields.length > 0 &&
        h(
          'div',
          { class: 'pairs' },
          fields.map((field) => h('p', {}, renderText(field, surface))),
        ),
    ),
    accessory !== undefined && renderElement(block, accessory, surface),
  ];
}

function renderCard(block: Block, surface: Surface): Child[] {
  const renderPart = (name: string) => {
    const text = objectAt(block, name);
    return text !== undefined && h('p', { class: name }, renderText(text, surface));
  };
  const buttons = objectsAt(block, 'actions').map((element) => renderElement(block, element, surface));
  return [
    ...['title', 'subtitle', 'body'].map(renderPart),
    buttons.length > 0 && h('div', { class: 'actions' }, buttons),
  ];
}

function renderInput(block: Block, surface: Surface): Child[] {
  const element = objectAt(block, 'element') ?? {};
  const key = keyOf(block, element, surface);
  const hint = textAt(block, 'hint');
  const error = surface.errors[block.block_id ?? ''];
  const isGroup = /^radio_buttons$|^checkboxes$|^multi_/.test(String(element.type));
  const describedBy = [error !== undefined && `${key}-error`, hint !== undefined && `${key}-hint`];
  return [
    h(
      isGroup ? 'span' : 'label',
      { class: 'label', id: `${key}-label`, ...(!isGroup && { for: key }) },
      textAt(block, 'label') ?? '',
      block.optional === true && h('span', { class: 'optional' }, ' (optional)'),
    ),
    renderElement(block, element, surface, describedBy.filter(Boolean).join(' ')),
    error !== undefined && h('p', { class: 'error', id: `${key}-error`, role: 'alert' }, error),
    hint !== undefined && h('p', { class: 'hint', id: `${key}-hint` }, hint),
  ];
}

function renderElement(block: Block, element: JsonObject, surface: Surface, describedBy = ''): Child {
  if (element.type === 'button') return renderButton(element, surface);
  if (element.type === 'overflow') return renderOverflow(element, surface);
  const key = keyOf(block, element, surface);
  const held = surface.values[block.block_id ?? '']?.[stringAt(element, 'action_id') ?? ''];
  const isInvalid = surface.errors[block.block_id ?? ''] !== undefined;
  const { page } = surface;
  return (
    renderField({ page, block, element, held, key, describedBy, isInvalid }) ?? `(${element.type} can't be shown here)`
  );
}

function renderButton(element: JsonObject, { page, ...surface }: Surface): VNode {
  const button = stringAt(element, 'action_id') ?? '';
  const confirm = objectAt(element, 'confirm');
  const url = stringAt(element, 'url');
  const click: Act = { kind: 'click', button, in: surface.in };
  return h(
    'button',
    {
      key: button,
      type: 'button',
      class: `button ${stringAt(element, 'style') ?? ''}`,
      'aria-label': stringAt(element, 'accessibility_label'),
      onclick: () => {
        if (url !== undefined) window.open(url, '_blank', 'noopener');
        if (confirm === undefined) void page.act(click);
        else page.set({ question: { confirm, act: click } });
      },
    },
    textAt(element, 'text') ?? '',
  );
}

/** Three dots that open a menu. A choice is told apart by its value. */
function renderOverflow(element: JsonObject, { page, ...surface }: Surface): VNode {
  return h(
    'select',
    {
      key: `overflow ${stringAt(element, 'action_id') ?? ''}`,
      class: 'overflow',
      'aria-label': 'More actions',
      value: '',
      onchange: ({ target }) => {
        if (target instanceof HTMLSelectElement) void page.act({ kind: 'click', button: target.value, in: surface.in });
      },
    },
    h('option', { value: '' }, '⋯'),
    objectsAt(element, 'options').map((option) =>
      h('option', { value: stringAt(option, 'value') ?? '' }, textAt(option, 'text') ?? ''),
    ),
  );
}

function renderText(object: JsonObject, { page }: Surface): Child {
  const text = stringAt(object, 'text') ?? stringAt(object, 'alt_text') ?? '';
  return object.type === 'mrkdwn' ? renderMrkdwn(text, page.state.snapshot) : text;
}

function keyOf(block: Block, element: JsonObject, { id }: Surface): string {
  return `${id}-${block.block_id ?? ''}-${stringAt(element, 'action_id') ?? ''}-${String(element.type)}`;
}
