import type { JsonObject } from '../json.ts';
import { type PlacedElement, placedElements } from './elements.ts';
import type { Block, StateValues } from './records.ts';

/** What an element holds when it is shown first; undefined for those that hold nothing, like buttons. */
export function initialValue(element: JsonObject, currentConversation?: string): JsonObject | undefined {
  const type = String(element.type);
  switch (type) {
    case 'plain_text_input':
    case 'number_input':
    case 'email_text_input':
    case 'url_text_input':
      return { type, value: element.initial_value ?? null };
    case 'rich_text_input':
      return { type, rich_text_value: element.initial_value ?? null };
    case 'file_input':
      return { type, files: [] };
    case 'static_select':
    case 'external_select':
    case 'radio_buttons':
      return { type, selected_option: element.initial_option ?? null };
    case 'multi_static_select':
    case 'multi_external_select':
    case 'checkboxes':
      return { type, selected_options: element.initial_options ?? [] };
    case 'users_select':
      return { type, selected_user: element.initial_user ?? null };
    case 'multi_users_select':
      return { type, selected_users: element.initial_users ?? [] };
    case 'channels_select':
      return { type, selected_channel: element.initial_channel ?? null };
    case 'multi_channels_select':
      return { type, selected_channels: element.initial_channels ?? [] };
    case 'conversations_select': {
      const current = element.default_to_current_conversation === true ? currentConversation : undefined;
      return { type, selected_conversation: current ?? element.initial_conversation ?? null };
    }
    case 'multi_conversations_select':
      return { type, selected_conversations: element.initial_conversations ?? [] };
    case 'datepicker':
      return { type, selected_date: element.initial_date ?? null };
    case 'timepicker':
      return { type, selected_time: element.initial_time ?? null };
    case 'datetimepicker':
      return { type, selected_date_time: element.initial_date_time ?? null };
    default:
      return undefined;
  }
}

/**
 * `state.values` of a view that is shown first, or that replaces one: as Slack's client does, what was typed stays where
 * both ids (and the kind of element) stay the same; everything else starts from `initial_*`.
 */
export function valuesFor(blocks: Block[], before: StateValues = {}, currentConversation?: string): StateValues {
  const values: StateValues = {};
  for (const placed of placedElements(blocks)) {
    const value = keptValue(placed, before) ?? initialValue(placed.element, currentConversation);
    if (value !== undefined) values[placed.blockId] = { ...values[placed.blockId], [placed.actionId]: value };
  }
  return values;
}

function keptValue(placed: PlacedElement, before: StateValues): JsonObject | undefined {
  const value = before[placed.blockId]?.[placed.actionId];
  return value?.type === placed.type ? value : undefined;
}
