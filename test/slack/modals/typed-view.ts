import type { AnyBlock, HomeView, ModalView } from '@slack/types';

export type ViewAtClient = ModalView & { state: { values: Record<string, Record<string, object>> } };

/** A modal as Slack sends it back: what it came up with, changed by what a person typed, chose or ticked, field by field. */
export function typedView(view: ModalView, typed: Record<string, string | boolean> = {}): ViewAtClient {
  const values: Record<string, Record<string, object>> = {};
  const unused = new Set(Object.keys(typed));
  for (const block of view.blocks) {
    if (!isInput(block)) continue;
    const { block_id, element } = block;
    const field = element.action_id;
    unused.delete(field);
    values[block_id] = { [field]: stateOf(element, typed[field]) };
  }
  if (unused.size > 0) throw new TypeError(`not shown: ${[...unused].join(', ')}`);
  return { ...view, state: { values } };
}

/** The fields that a view shows, top to bottom. */
export function fieldsOf(view: ModalView | HomeView): string[] {
  return view.blocks.filter(isInput).map(({ element }) => element.action_id);
}

/** The `initial_value` of each field of text that has one. */
export function initialsOf(view: ModalView): Record<string, string> {
  const texts = view.blocks.filter(isInput).map(({ element }) => [element.action_id, element.initial_value]);
  return Object.fromEntries(texts.filter(([, value]) => value !== undefined));
}

type Element = {
  type: string;
  action_id: string;
  options?: { value: string }[];
  initial_value?: string;
  initial_option?: object;
  initial_options?: object[];
  initial_users?: string[];
  initial_conversation?: string;
  initial_conversations?: string[];
};

function isInput(block: AnyBlock): block is AnyBlock & { type: 'input'; block_id: string; element: Element } {
  return block.type === 'input';
}

function stateOf(element: Element, typed: string | boolean | undefined): object {
  const { type, options = [] } = element;
  if (type === 'checkboxes') {
    const isTicked = typed ?? element.initial_options !== undefined;
    return { type, selected_options: isTicked ? options : [] };
  }
  if (type === 'radio_buttons') {
    const chosen = typed === undefined ? element.initial_option : options.find(({ value }) => value === typed);
    return { type, selected_option: chosen ?? null };
  }
  if (type === 'multi_static_select') return { type, selected_options: element.initial_options ?? [] };
  if (type === 'multi_users_select') return { type, selected_users: element.initial_users ?? [] };
  if (type === 'conversations_select') return { type, selected_conversation: element.initial_conversation ?? null };
  if (type === 'multi_conversations_select') {
    return { type, selected_conversations: element.initial_conversations ?? [] };
  }
  return { type, value: (typed ?? element.initial_value ?? '') || null };
}
