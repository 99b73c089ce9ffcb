import { isObject, type JsonObject, objectAt, objectsAt, stringAt, textAt } from '../json.ts';
import { attachedNames } from '../state/files.ts';
import type { StateValues } from '../state/records.ts';
import { initialValue } from '../state/view-state.ts';

/** What a rendering knows beside the blocks: names for ids, what was typed, errors under fields. */
export type RenderOptions = {
  values?: StateValues;
  errors?: { [blockId: string]: string };
  trouble?: string | undefined;
  /** `U…` → a name, `C…` → a channel's name. */
  nameOf?: (id: string) => string | undefined;
};

/**
 * A Block Kit view or message as plain text, the way a person reads it: markup and labels, what the fields hold, hints,
 * errors, buttons in brackets. Without blocks: the text.
 */
export function renderText(given: JsonObject, options: RenderOptions = {}): string {
  const blocks = objectsAt(given, 'blocks');
  const title = textAt(given, 'title');
  const body =
    blocks.length > 0
      ? blocks.flatMap((block) => renderBlock(block, options))
      : renderMarkup(stringAt(given, 'text') ?? '', options).split('\n');
  const closing = ['close', 'submit'].map((key) => textAt(given, key)).filter((label) => label !== undefined);
  const lines = [
    ...(title === undefined ? [] : [`── ${title} ──`]),
    ...body,
    ...(options.trouble === undefined ? [] : [`⚠ ${options.trouble}`]),
    ...(closing.length === 0 ? [] : [closing.map((label) => `[ ${label} ]`).join(' ')]),
  ];
  return lines.join('\n');
}

function renderBlock(block: JsonObject, options: RenderOptions): string[] {
  switch (block.type) {
    case 'header':
      return [`# ${textAt(block, 'text') ?? ''}`];
    case 'divider':
      return ['────'];
    case 'section':
      return renderSection(block, options);
    case 'context':
      return [
        objectsAt(block, 'elements')
          .map((element) => renderObject(element, options))
          .join(' · '),
      ];
    case 'actions':
      return renderActions(block, options);
    case 'input':
      return renderInput(block, options);
    case 'image':
      return [`(image: ${stringAt(block, 'alt_text') ?? ''})`];
    case 'markdown':
      return (stringAt(block, 'text') ?? '').split('\n');
    case 'rich_text':
      return richText(block, options).split('\n');
    case 'alert':
      return [`! ${renderObject(objectAt(block, 'text') ?? {}, options)}`];
    case 'card':
      return renderCard(block, options);
    case 'table':
    case 'data_table':
      return renderTable(block);
    case 'plan':
      return [stringAt(block, 'title') ?? '', ...objectsAt(block, 'tasks').map(renderTask)];
    case 'task_card':
      return [renderTask(block)];
    default:
      return [`(${String(block.type)})`];
  }
}

function renderSection(block: JsonObject, options: RenderOptions): string[] {
  const text = objectAt(block, 'text');
  const fields = objectsAt(block, 'fields').map((field) => renderObject(field, options).replaceAll('\n', ' '));
  const lines = [...(text === undefined ? [] : renderObject(text, options).split('\n')), ...fields];
  const accessory = objectAt(block, 'accessory');
  if (accessory === undefined) return lines;
  const shown = renderElement(accessory, block, options);
  const [only] = shown;
  return lines.length === 1 && shown.length === 1 && only !== undefined
    ? [`${lines[0]}  ${only}`]
    : [...lines, ...shown];
}

function renderActions(block: JsonObject, options: RenderOptions): string[] {
  const shown = objectsAt(block, 'elements').map((element) => renderElement(element, block, options));
  return shown.every((lines) => lines.length === 1) ? [shown.flat().join(' ')] : shown.flat();
}

function renderCard(block: JsonObject, options: RenderOptions): string[] {
  const texts = ['title', 'subtitle', 'body'].map((name) => objectAt(block, name)).filter((text) => text !== undefined);
  const buttons = objectsAt(block, 'actions').flatMap((element) => renderElement(element, block, options));
  return [...texts.map((text) => renderObject(text, options)), ...(buttons.length > 0 ? [buttons.join(' ')] : [])];
}

function renderTable(block: JsonObject): string[] {
  const caption = stringAt(block, 'caption');
  const rows = (Array.isArray(block.rows) ? block.rows : []).map((cells: unknown) =>
    (Array.isArray(cells) ? cells : []).map((cell) => richText(cell)).join(' | '),
  );
  return [...(caption === undefined ? [] : [caption]), ...rows];
}

const TASK_MARKS: { [status: string]: string } = { pending: '○', in_progress: '◐', complete: '✓', error: '✗' };

function renderTask(task: JsonObject): string {
  const words = ['title', 'details', 'output'].map((name) => stringAt(task, name) ?? richText(objectAt(task, name)));
  return [TASK_MARKS[String(task.status)] ?? '○', ...words.filter((text) => text !== '')].join(' ');
}

function renderInput(block: JsonObject, options: RenderOptions): string[] {
  const element = objectAt(block, 'element') ?? {};
  const label = `${textAt(block, 'label') ?? ''}${block.optional === true ? ' (optional)' : ''}`;
  const hint = textAt(block, 'hint');
  const error = options.errors?.[stringAt(block, 'block_id') ?? ''];
  return [
    `${label}:`,
    ...renderElement(element, block, options).map((line) => `  ${line}`),
    ...(error === undefined ? [] : [`  ✗ ${error}`]),
    ...(hint === undefined ? [] : hint.split('\n').map((line) => `  ${line}`)),
  ];
}

function renderElement(element: JsonObject, block: JsonObject, options: RenderOptions): string[] {
  const held =
    options.values?.[stringAt(block, 'block_id') ?? '']?.[stringAt(element, 'action_id') ?? ''] ??
    initialValue(element) ??
    {};
  switch (element.type) {
    case 'button':
      return [`[ ${textAt(element, 'text') ?? ''} ]`];
    case 'overflow':
      return [
        `[ … ${objectsAt(element, 'options')
          .map((option) => textAt(option, 'text'))
          .join(' | ')} ]`,
      ];
    case 'checkboxes':
    case 'radio_buttons':
      return renderChoices(element, held, options);
    case 'image':
      return [renderObject(element, options)];
    default:
      return [`[${heldText(held, options) ?? textAt(element, 'placeholder') ?? ''}]`];
  }
}

function renderChoices(element: JsonObject, held: JsonObject, options: RenderOptions): string[] {
  const isRadio = element.type === 'radio_buttons';
  const single = stringAt(objectAt(held, 'selected_option'), 'value');
  const chosen = new Set([single, ...objectsAt(held, 'selected_options').map((option) => stringAt(option, 'value'))]);
  return objectsAt(element, 'options').flatMap((option) => {
    const isChosen = chosen.has(stringAt(option, 'value'));
    const mark = isRadio ? (isChosen ? '(•)' : '( )') : isChosen ? '[x]' : '[ ]';
    const description = textAt(option, 'description');
    return [
      `${mark} ${renderObject(objectAt(option, 'text') ?? {}, options)}`,
      ...(description === undefined ? [] : [`      ${description}`]),
    ];
  });
}

function heldText(held: JsonObject, { nameOf }: RenderOptions): string | undefined {
  const named = (id: string) => nameOf?.(id) ?? id;
  const option = objectAt(held, 'selected_option');
  if (option !== undefined) return textAt(option, 'text');
  const several = objectsAt(held, 'selected_options').map((selected) => textAt(selected, 'text') ?? '');
  if (several.length > 0) return several.join(', ');
  if (held.type === 'file_input') return attachedNames(held).join(', ') || 'Add files';
  if (typeof held.value === 'string' && held.value !== '') return held.value;
  for (const [key, value] of Object.entries(held)) {
    if (key === 'type' || key === 'value') continue;
    if (typeof value === 'string') return named(value);
    if (Array.isArray(value) && value.length > 0) return value.map((id) => named(String(id))).join(', ');
  }
  return undefined;
}

function renderObject(object: JsonObject, options: RenderOptions): string {
  if (object.type === 'image') return `(image: ${stringAt(object, 'alt_text') ?? ''})`;
  const text = stringAt(object, 'text') ?? '';
  return object.type === 'mrkdwn' ? renderMarkup(text, options) : text;
}

/** Resolves mentions and links, drops emphasis marks, unescapes: what is left is what stands on the screen. */
export function renderMarkup(markup: string, { nameOf }: RenderOptions = {}): string {
  return markup
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_all, id: string) => `@${nameOf?.(id) ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (_all, id: string, label?: string) => `#${label || (nameOf?.(id) ?? id)}`)
    .replace(/<!date\^\d+\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (_all, id: string) => `@${nameOf?.(id) ?? id}`)
    .replace(/<!(\w+)(?:\^[^|>]*)?(?:\|([^>]*))?>/g, (_all, name: string, label?: string) => label ?? `@${name}`)
    .replace(/<([^>|]+)\|([^>]+)>/g, (_all, url: string, label: string) =>
      url === `mailto:${label}` ? label : `${label} (${url})`,
    )
    .replace(/<([^>|]+)>/g, '$1')
    .replace(/(^|[\s(.,:;“"—–-])([*_~])(?=\S)([^\n]*?\S)\2(?=$|[\s).,:;!?”"—–-])/gm, '$1$3')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function richText(node: unknown, options: RenderOptions = {}): string {
  if (!isObject(node)) return '';
  const named = (id: unknown) => options.nameOf?.(String(id)) ?? String(id);
  if (node.type === 'user') return `@${named(node.user_id)}`;
  if (node.type === 'channel') return `#${named(node.channel_id)}`;
  if (typeof node.text === 'string')
    return node.type === 'link' ? `${node.text} (${stringAt(node, 'url')})` : node.text;
  return objectsAt(node, 'elements')
    .map((element) => richText(element, options))
    .join('');
}
