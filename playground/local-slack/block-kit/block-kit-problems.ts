import { type JsonObject, objectAt, objectsAt, stringAt } from '../json.ts';
import type { Surface } from '../ledger/traffic.ts';
import { blockCheck } from './block-kit-blocks.ts';
import { anything, boolean, lengthOf, list, plainText, problem, shape, string } from './block-kit-check.ts';
import { findTableProblems } from './block-kit-tables.ts';

const MESSAGE_TEXT_LIMIT = 40_000;

const viewParts = {
  private_metadata: string({ max: 3000 }),
  callback_id: string({ max: 255 }),
  external_id: string({ max: 255 }),
};

const modalShape = shape(
  {
    required: { title: plainText(24), blocks: list(blockCheck('modal'), { min: 1, max: 100 }) },
    optional: {
      ...viewParts,
      submit: plainText(24),
      close: plainText(24),
      clear_on_close: boolean,
      notify_on_close: boolean,
    },
  },
  'modal',
);

const homeShape = shape(
  { required: { blocks: list(blockCheck('home'), { min: 0, max: 100 }) }, optional: viewParts },
  'home',
);

const messageBlocks = list(blockCheck('message'), { min: 0, max: 50 });

const metadataShape = shape({ required: { event_type: string({ min: 1, max: 255 }), event_payload: anything } });

/**
 * What Slack would refuse in a view or a message, each with a JSON pointer; empty where it takes it.
 * Limits are those of https://docs.slack.dev/reference/block-kit and /reference/views.
 */
export function findBlockKitProblems(surface: Surface, payload: JsonObject): string[] {
  const problems = surface === 'message' ? findMessageProblems(payload) : findViewProblems(surface, payload);
  return [...problems, ...findRepeatedIds(payload)];
}

function findViewProblems(surface: 'modal' | 'home', view: JsonObject): string[] {
  if (view.type !== surface) return problem(`must be a view of type ${surface}`, '/type');
  const hasInput = objectsAt(view, 'blocks').some((block) => block.type === 'input');
  const unsendable =
    surface === 'modal' && hasInput && view.submit === undefined
      ? problem('missing required field: submit (there are input blocks)', '/submit')
      : [];
  const focused = objectsAt(view, 'blocks').filter((block) => objectAt(block, 'element')?.focus_on_load === true);
  const twice = focused.length > 1 ? problem('only one element may have focus_on_load', '/blocks') : [];
  return [...(surface === 'modal' ? modalShape : homeShape)(view, ''), ...unsendable, ...twice];
}

function findMessageProblems({ text, blocks, metadata }: JsonObject): string[] {
  return [
    ...(typeof text === 'string' && lengthOf(text) > MESSAGE_TEXT_LIMIT ? problem('msg_too_long', '/text') : []),
    ...(blocks === undefined ? [] : messageBlocks(blocks, '/blocks')),
    ...findTableProblems(objectsAt({ blocks }, 'blocks')),
    ...findPlanProblems(objectsAt({ blocks }, 'blocks')),
    ...(metadata === undefined ? [] : metadataShape(metadata, '/metadata')),
  ];
}

function findPlanProblems(blocks: JsonObject[]): string[] {
  const types = blocks.map(({ type }) => type);
  return types.includes('plan') && types.includes('task_card')
    ? problem('a message has either a plan or task cards of its own', '/blocks')
    : [];
}

function findRepeatedIds(payload: JsonObject): string[] {
  const seen = new Set<string>();
  return objectsAt(payload, 'blocks').flatMap((block, index) => {
    const blockId = stringAt(block, 'block_id');
    if (blockId === undefined) return [];
    if (seen.has(blockId)) return problem(`block_id already exists: ${blockId}`, `/blocks/${index}/block_id`);
    seen.add(blockId);
    return [];
  });
}
