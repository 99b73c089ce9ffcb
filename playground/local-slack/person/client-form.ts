import type { FieldSeen } from '../api.ts';
import { type JsonObject, objectAt, objectsAt, stringAt, stringsAt, textAt } from '../json.ts';
import { type PlacedElement, placedElements } from '../state/elements.ts';
import { attachedNames } from '../state/files.ts';
import type { OpenView } from '../state/views.ts';
import { labelOf } from './payloads.ts';

/** What Slack's client does not let a person do: there is no such field, option or button on the screen. */
export class ClientRefusal extends Error {
  readonly code = 'client_refusal';
  constructor(message: string) {
    super(message);
    this.name = 'ClientRefusal';
  }
}

const BUTTONS = new Set(['button', 'overflow', 'workflow_button']);

/** The fields of a view, as a person sees them, with what they hold now. */
export function fieldsSeen(open: OpenView): FieldSeen[] {
  return placedElements(open.view.blocks)
    .filter(({ type }) => !BUTTONS.has(type))
    .map((placed) => ({
      blockId: placed.blockId,
      actionId: placed.actionId,
      type: placed.type,
      label: labelOf(placed),
      hint: textAt(placed.block, 'hint'),
      placeholder: textAt(placed.element, 'placeholder'),
      optional: placed.block.type !== 'input' || placed.block.optional === true,
      value: shownValue(heldValue(open, placed)),
      options: optionsOf(placed.element).map((option) => ({
        text: textAt(option, 'text') ?? '',
        value: stringAt(option, 'value') ?? '',
      })),
      error: open.errors[placed.blockId],
    }));
}

/** Finds a field by block_id, action_id or label; throws a ClientRefusal where there is none, or more than one. */
export function findField(open: OpenView, name: string): PlacedElement {
  const fields = placedElements(open.view.blocks).filter(({ type }) => !BUTTONS.has(type));
  return onlyOne(fields, name, `field in “${textAt(open.view, 'title') ?? 'Home'}”`);
}

/** Finds a button (or an option of an overflow menu) by `block_id/action_id`, action_id or text. */
export function findButton(blocks: PlacedElement['block'][], name: string): PlacedElement {
  const buttons = placedElements(blocks).filter(({ type }) => BUTTONS.has(type));
  return onlyOne(buttons, name, 'button');
}

function onlyOne(placed: PlacedElement[], name: string, what: string): PlacedElement {
  const ways: ((candidate: PlacedElement) => boolean)[] = [
    ({ blockId, actionId }) => `${blockId}/${actionId}` === name,
    ({ actionId }) => actionId === name,
    ({ blockId }) => blockId === name,
    (candidate) => labelOf(candidate) === name,
    (candidate) => labelOf(candidate).startsWith(name),
  ];
  for (const way of ways) {
    const [found, another] = placed.filter(way);
    if (found !== undefined && another === undefined) return found;
    if (found !== undefined) throw new ClientRefusal(`more than one ${what} is called ${name}`);
  }
  const there = placed.map((candidate) => `${candidate.actionId} “${labelOf(candidate)}”`).join(', ');
  throw new ClientRefusal(`there is no ${what} called ${name}; there is: ${there || 'nothing'}`);
}

export function heldValue(open: OpenView, { blockId, actionId }: PlacedElement): JsonObject {
  return open.values[blockId]?.[actionId] ?? {};
}

export function setValue(open: OpenView, { blockId, actionId }: PlacedElement, value: JsonObject): void {
  open.values[blockId] = { ...open.values[blockId], [actionId]: value };
}

/** What a text field holds after typing; throws where the field takes no typing, or not such. */
export function typedValue({ element, type }: PlacedElement, text: string): JsonObject {
  if (!['plain_text_input', 'number_input', 'email_text_input', 'url_text_input'].includes(type)) {
    throw new ClientRefusal(`nothing can be typed into a ${type}`);
  }
  if (element.multiline !== true && /[\r\n]/.test(text))
    throw new ClientRefusal('a single-line field takes no line break');
  return { type, value: text === '' ? null : text };
}

/** What a menu, group or picker holds after choosing; `undefined` clears it. */
export function chosenValue({ element, type }: PlacedElement, choice: string | string[] | undefined): JsonObject {
  const many = Array.isArray(choice) ? choice : choice === undefined ? [] : [choice];
  const one = many[0] ?? null;
  switch (type) {
    case 'static_select':
    case 'radio_buttons':
      return { type, selected_option: one === null ? null : findOption(element, one) };
    case 'multi_static_select':
    case 'checkboxes':
      return { type, selected_options: many.map((name) => findOption(element, name)) };
    case 'users_select':
      return { type, selected_user: one };
    case 'multi_users_select':
      return { type, selected_users: many };
    case 'channels_select':
      return { type, selected_channel: one };
    case 'multi_channels_select':
      return { type, selected_channels: many };
    case 'conversations_select':
      return { type, selected_conversation: one };
    case 'multi_conversations_select':
      return { type, selected_conversations: many };
    case 'datepicker':
      return { type, selected_date: one };
    case 'timepicker':
      return { type, selected_time: one };
    default:
      throw new ClientRefusal(`nothing can be chosen in a ${type}`);
  }
}

/** What a group of checkboxes holds after one of them was ticked or unticked. */
export function tickedValue(open: OpenView, placed: PlacedElement, name: string, ticked: boolean): JsonObject {
  if (placed.type !== 'checkboxes') throw new ClientRefusal(`nothing can be ticked in a ${placed.type}`);
  const option = findOption(placed.element, name);
  const others = objectsAt(heldValue(open, placed), 'selected_options').filter(({ value }) => value !== option.value);
  const chosen = new Set([...others, ...(ticked ? [option] : [])].map(({ value }) => value));
  const inOrder = optionsOf(placed.element).filter(({ value }) => chosen.has(value));
  return { type: placed.type, selected_options: inOrder };
}

/** What the client says under the fields instead of sending the form; empty where it sends it. */
export function clientErrors(open: OpenView): { [blockId: string]: string } {
  const errors: { [blockId: string]: string } = {};
  for (const placed of placedElements(open.view.blocks)) {
    if (placed.block.type !== 'input') continue;
    const error = clientError(placed, heldValue(open, placed));
    if (error !== undefined) errors[placed.blockId] = error;
  }
  return errors;
}

function clientError({ block, element, type }: PlacedElement, value: JsonObject): string | undefined {
  const shown = shownValue(value);
  if (shown === undefined) return block.optional === true ? undefined : 'Please complete this required field.';
  if (typeof shown !== 'string') return undefined;
  if (type === 'plain_text_input') {
    const min = typeof element.min_length === 'number' ? element.min_length : 0;
    const max = typeof element.max_length === 'number' ? element.max_length : 3000;
    if (shown.length > max) return `This entry is too long (max. ${max} characters).`;
    if (shown.length < min) return `This entry is too short (min. ${min} characters).`;
  }
  if (type === 'number_input') return numberError(element, shown);
  if (type === 'email_text_input' && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(shown))
    return 'Please enter a valid email address.';
  if (type === 'url_text_input' && !URL.canParse(shown)) return 'Please enter a valid URL.';
  return undefined;
}

function numberError(element: JsonObject, shown: string): string | undefined {
  const isDecimal = element.is_decimal_allowed === true;
  if (!(isDecimal ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/).test(shown)) {
    return isDecimal ? 'Please enter a number.' : 'Please enter a whole number.';
  }
  const { min_value: min, max_value: max } = element;
  if (typeof min === 'string' && Number(shown) < Number(min)) return `This number must be at least ${min}.`;
  if (typeof max === 'string' && Number(shown) > Number(max)) return `This number must be at most ${max}.`;
  return undefined;
}

function findOption(element: JsonObject, name: string): JsonObject {
  const options = optionsOf(element);
  const found =
    options.find((option) => option.value === name) ?? options.find((option) => textAt(option, 'text') === name);
  if (found !== undefined) return found;
  throw new ClientRefusal(
    `there is no option ${name}; there is: ${options.map((option) => textAt(option, 'text')).join(', ')}`,
  );
}

export function optionsOf(element: JsonObject): JsonObject[] {
  return [
    ...objectsAt(element, 'options'),
    ...objectsAt(element, 'option_groups').flatMap((group) => objectsAt(group, 'options')),
  ];
}

/** What a person sees in the field: undefined while it is empty. */
export function shownValue(value: JsonObject): string | string[] | undefined {
  const option = stringAt(objectAt(value, 'selected_option'), 'value');
  const lists = [
    objectsAt(value, 'selected_options').map((selected) => stringAt(selected, 'value') ?? ''),
    attachedNames(value),
    ...['selected_users', 'selected_channels', 'selected_conversations'].map((key) => stringsAt(value, key)),
  ];
  const singles = [
    'value',
    'selected_user',
    'selected_channel',
    'selected_conversation',
    'selected_date',
    'selected_time',
  ];
  const single = option ?? singles.map((key) => stringAt(value, key)).find((found) => found !== undefined);
  if (single !== undefined && single !== '') return single;
  return lists.find((list) => list.length > 0);
}
