import { isObject, type JsonObject, objectAt, objectsAt, stringAt } from '../json.ts';
import type { Ids } from './ids.ts';
import type { Block } from './records.ts';

/** An interactive element and the block it stands in. */
export type PlacedElement = { block: Block; element: JsonObject; blockId: string; actionId: string; type: string };

/** Types without an action of their own. */
const NOT_INTERACTIVE = new Set(['image', 'mrkdwn', 'plain_text']);

/** Every interactive element of the blocks, in reading order. */
export function placedElements(blocks: Block[]): PlacedElement[] {
  return blocks.flatMap((block) =>
    elementsOf(block)
      .filter((element) => !NOT_INTERACTIVE.has(stringAt(element, 'type') ?? ''))
      .map((element) => ({
        block,
        element,
        blockId: block.block_id ?? '',
        actionId: stringAt(element, 'action_id') ?? '',
        type: stringAt(element, 'type') ?? '',
      })),
  );
}

/** Slack gives every block and interactive element an id where it came without one. */
export function withIds(blocks: Block[], ids: Ids): Block[] {
  return blocks.map((block) => {
    const copy: Block = { ...block, block_id: block.block_id ?? ids.secret(5) };
    if (isObject(block.accessory)) copy.accessory = withActionId(block.accessory, ids);
    if (isObject(block.element)) copy.element = withActionId(block.element, ids);
    const list = listOf(block);
    if (list !== undefined) copy[list] = objectsAt(block, list).map((element) => withActionId(element, ids));
    return copy;
  });
}

function withActionId(element: JsonObject, ids: Ids): JsonObject {
  if (element.action_id !== undefined || NOT_INTERACTIVE.has(stringAt(element, 'type') ?? '')) return element;
  return { ...element, action_id: ids.secret(5) };
}

function elementsOf(block: Block): JsonObject[] {
  const list = listOf(block);
  if (list !== undefined) return objectsAt(block, list);
  const single = objectAt(block, 'element') ?? objectAt(block, 'accessory');
  return single === undefined ? [] : [single];
}

/** Where a block keeps several elements. */
function listOf({ type }: Block): 'elements' | 'actions' | undefined {
  if (type === 'card') return 'actions';
  return type === 'actions' ? 'elements' : undefined;
}
