import { type JsonObject, objectsAt, stringAt } from '../json.ts';
import type { Surface } from '../ledger/traffic.ts';
import {
  anything,
  boolean,
  byType,
  type Check,
  list,
  oneOf,
  plainText,
  problem,
  type Shape,
  shape,
  string,
  text,
  withRule,
} from './block-kit-check.ts';
import { accessory, actionElement, button, image, inputElement, modalInputElement } from './block-kit-elements.ts';
import { dataTable, richText, table } from './block-kit-tables.ts';

/* https://docs.slack.dev/reference/block-kit/blocks */

const section = withRule(
  block('section', {
    optional: { text: text({ max: 3000 }), fields: list(text({ max: 2000 }), { max: 10 }), accessory, expand: boolean },
  }),
  (value, path) =>
    value.text === undefined && value.fields === undefined ? problem('must define either text or fields', path) : [],
);

const actions = withRule(
  block('actions', { required: { elements: list(actionElement, { max: 25 }) } }),
  actionIdsDiffer,
);

const context = block('context', {
  required: {
    elements: list((value, path) => (isImage(value) ? image(value, path) : text({ max: 3000 })(value, path)), {
      max: 10,
    }),
  },
});

const imageBlock = withRule(
  block('image', {
    required: { alt_text: string({ min: 1, max: 2000 }) },
    optional: { image_url: string({ min: 1, max: 3000 }), slack_file: anything, title: plainText(2000) },
  }),
  (value, path) =>
    (value.image_url === undefined) === (value.slack_file === undefined)
      ? problem('must define either image_url or slack_file', path)
      : [],
);

const everywhere: { [type: string]: Check } = {
  section,
  actions,
  context,
  image: imageBlock,
  divider: block('divider', {}),
  header: block('header', { required: { text: plainText(150) } }),
  rich_text: richText,
  card: withRule(
    block('card', {
      optional: {
        hero_image: image,
        icon: image,
        title: text({ max: 150 }),
        subtitle: text({ max: 150 }),
        body: text({ max: 200 }),
        actions: list(button, { max: 25 }),
      },
    }),
    (value, path) =>
      ['hero_image', 'title', 'actions', 'body'].every((name) => value[name] === undefined)
        ? problem('must define one of hero_image, title, actions or body', path)
        : [],
  ),
};

const input = (element: Check) =>
  block('input', {
    required: { label: plainText(2000), element },
    optional: { hint: plainText(2000), optional: boolean, dispatch_action: boolean },
  });

const alert = block('alert', {
  required: { text: text({ max: 200 }) },
  optional: { level: oneOf('default', 'info', 'warning', 'error', 'success') },
});

const markdown = block('markdown', { required: { text: string({ min: 1, max: 12_000 }) } });

const taskCard = block('task_card', {
  required: {
    task_id: string({ min: 1, max: 255 }),
    title: string({ min: 1, max: 3000 }),
    status: oneOf('pending', 'in_progress', 'complete', 'error'),
  },
  optional: { details: richText, output: richText, sources: list(anything, { max: 100 }) },
});

const plan = block('plan', {
  required: { title: string({ min: 1, max: 3000 }) },
  optional: { tasks: list(byType('task', { task_card: taskCard }), { min: 0, max: 100 }) },
});

const shapes: Record<Surface, { [type: string]: Check }> = {
  modal: { ...everywhere, input: input(modalInputElement), alert },
  home: { ...everywhere, input: input(inputElement) },
  message: {
    ...everywhere,
    markdown,
    table: block('table', table),
    data_table: block('data_table', dataTable),
    plan,
    task_card: taskCard,
  },
};

/** Checks one block where it stands: `input` has no place in a message. */
export function blockCheck(surface: Surface): Check {
  return byType('block', shapes[surface]);
}

function block(type: string, { required = {}, optional = {} }: Shape): Check {
  return shape({ required, optional: { ...optional, block_id: string({ min: 1, max: 255 }) } }, type);
}

function isImage(value: unknown): boolean {
  return stringAt(value, 'type') === 'image';
}

function actionIdsDiffer(value: JsonObject, path: string): string[] {
  const seen = new Set<string>();
  return objectsAt(value, 'elements').flatMap((element, index) => {
    const actionId = stringAt(element, 'action_id');
    if (actionId === undefined) return [];
    if (seen.has(actionId))
      return problem(`action_id already exists: ${actionId}`, `${path}/elements/${index}/action_id`);
    seen.add(actionId);
    return [];
  });
}
