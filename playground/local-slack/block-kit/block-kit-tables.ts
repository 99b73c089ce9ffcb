import { type JsonObject, objectsAt, stringAt } from '../json.ts';
import {
  anything,
  boolean,
  byType,
  type Check,
  list,
  oneOf,
  problem,
  type Shape,
  shape,
  string,
  wholeNumber,
} from './block-kit-check.ts';

/* https://docs.slack.dev/reference/block-kit/blocks/table-block and data-table-block */

const MAX_ROWS = 100;
const MAX_COLUMNS = 20;

/** Over all cells of all tables of a message. */
const MAX_CHARACTERS = 10_000;

const number: Check = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? [] : problem('must be a number', path);

const content = string({ min: 1, max: MAX_CHARACTERS });

export const richText = shape(
  {
    required: { elements: list(anything, { min: 0, max: 1000 }) },
    optional: { block_id: string({ min: 1, max: 255 }) },
  },
  'rich_text',
);

const plainCells = {
  raw_text: shape({ required: { text: content } }, 'raw_text'),
  raw_number: shape({ required: { value: number, text: content } }, 'raw_number'),
};

const headerCell = byType('table cell', plainCells);
const cell = byType('table cell', { ...plainCells, rich_text: richText });

const rows = list(list(cell, { max: MAX_COLUMNS }), { max: MAX_ROWS });

/** The first row of a `data_table` takes no markup. */
const dataRows: Check = (value, path) => {
  const wrong = rows(value, path);
  if (wrong.length > 0 || !Array.isArray(value)) return wrong;
  return list(headerCell, { max: MAX_COLUMNS })(value[0], `${path}/0`);
};

const column = shape({ optional: { align: oneOf('left', 'center', 'right'), is_wrapped: boolean } });

export const table: Shape = {
  required: { rows },
  optional: { column_settings: list(column, { max: MAX_COLUMNS }) },
};

export const dataTable: Shape = {
  required: { rows: dataRows, caption: string({ min: 1, max: 255 }) },
  optional: {
    page_size: wholeNumber({ min: 1, max: 100 }),
    row_header_column_index: wholeNumber({ min: 0, max: MAX_COLUMNS - 1 }),
  },
};

/** What is wrong with all tables of a message together. */
export function findTableProblems(blocks: JsonObject[]): string[] {
  const cells = blocks
    .filter(({ type }) => type === 'table' || type === 'data_table')
    .flatMap(({ rows }) => (Array.isArray(rows) ? rows.flat() : []));
  const characters = cells.reduce((sum: number, given) => sum + charactersOf(given), 0);
  return characters > MAX_CHARACTERS
    ? problem(`tables hold more than ${MAX_CHARACTERS} characters: ${characters}`, '/blocks')
    : [];
}

function charactersOf(node: unknown): number {
  const inner = objectsAt(node, 'elements').reduce((sum, element) => sum + charactersOf(element), 0);
  return (stringAt(node, 'text') ?? '').length + inner;
}
