import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBlockKitProblems, type JsonObject, type Surface } from '../../../playground/local-slack/local-slack.ts';
import { renderText } from '../../../playground/local-slack/person/render-text.ts';
import { modal, plain } from './test-app.ts';

const cell = (text: string) => ({ type: 'raw_text', text });
const rich = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
const rows = (count: number, columns = 1, text = 'x') =>
  Array.from({ length: count }, () => Array.from({ length: columns }, () => cell(text)));
const table = (given: JsonObject[][], more: JsonObject = {}) => ({ type: 'table', rows: given, ...more });
const dataTable = (given: JsonObject[][], more: JsonObject = {}) => ({
  type: 'data_table',
  caption: 'Rows',
  rows: given,
  ...more,
});
const task = (more: JsonObject = {}) => ({
  type: 'task_card',
  task_id: 't',
  title: 'Read',
  status: 'complete',
  ...more,
});
const message = (...blocks: JsonObject[]) => ({ text: 't', blocks });
const alert = (length: number, more: JsonObject = {}) => ({ type: 'alert', text: plain('x'.repeat(length)), ...more });
const button = { type: 'button', action_id: 'go', text: plain('Go') };
const fileInput = (element: JsonObject) => ({
  type: 'input',
  label: plain('File'),
  element: { type: 'file_input', ...element },
});

const taken: [string, Surface, JsonObject][] = [
  ['a table of 100 rows', 'message', message(table(rows(100)))],
  ['a table of 20 columns', 'message', message(table(rows(1, 20), { column_settings: Array(20).fill({}) }))],
  [
    'tables of 10,000 characters',
    'message',
    message(table(rows(100, 1, 'x'.repeat(50))), table(rows(1, 1, 'x'.repeat(5000)))),
  ],
  [
    'numbers, markup and column settings in a table',
    'message',
    message(
      table([[{ type: 'raw_number', value: 4, text: '4' }, rich('four')]], {
        column_settings: [{ align: 'right' }, { is_wrapped: true }],
      }),
    ),
  ],
  [
    'a data table',
    'message',
    message(dataTable([[cell('A')], [rich('b')]], { page_size: 100, row_header_column_index: 0 })),
  ],
  ['a plan', 'message', message({ type: 'plan', title: 'Adding', tasks: [task(), task({ status: 'in_progress' })] })],
  ['a task card with details', 'message', message(task({ details: rich('240 rows') }))],
  ['an alert of 200', 'modal', modal([alert(200, { level: 'warning' })])],
  ['a card', 'modal', modal([{ type: 'card', title: plain('T'), body: plain('x'.repeat(200)), actions: [button] }])],
  ['a file field', 'modal', modal([fileInput({ filetypes: ['csv'], max_files: 1 })])],
];

for (const [name, surface, payload] of taken) {
  test(`Block Kit takes ${name}`, () => assert.deepEqual(findBlockKitProblems(surface, payload), []));
}

const refused: [string, Surface, JsonObject, RegExp][] = [
  ['a table of 101 rows', 'message', message(table(rows(101))), /no more than 100 items.*rows/],
  ['a table of 21 columns', 'message', message(table(rows(1, 21))), /no more than 20 items.*rows\/0/],
  ['a table without rows', 'message', message(table([])), /no fewer than 1/],
  ['an empty cell', 'message', message(table([[cell('')]])), /more than 0 characters.*rows\/0\/0\/text/],
  ['a cell of another kind', 'message', message(table([[plain('x')]])), /unsupported type of table cell/],
  [
    '21 column settings',
    'message',
    message(table(rows(1), { column_settings: Array(21).fill({}) })),
    /no more than 20/,
  ],
  ['another alignment', 'message', message(table(rows(1), { column_settings: [{ align: 'top' }] })), /one of left/],
  [
    '10,001 characters in one table',
    'message',
    message(table(rows(2, 1, 'x'.repeat(5001)))),
    /more than 10000 characters/,
  ],
  [
    '10,001 characters in two tables, markup counted',
    'message',
    message(table(rows(1, 1, 'x'.repeat(6000))), dataTable([[cell('A')], [rich('x'.repeat(4001))]])),
    /more than 10000 characters/,
  ],
  ['a table in a modal', 'modal', modal([table(rows(1))]), /unsupported type of block: table/],
  ['a data table without a caption', 'message', message({ type: 'data_table', rows: rows(1) }), /missing.*caption/],
  [
    'markup in the header of a data table',
    'message',
    message(dataTable([[rich('A')]])),
    /type of table cell: rich_text/,
  ],
  ['pages of 101', 'message', message(dataTable(rows(2), { page_size: 101 })), /from 1 to 100/],
  [
    'a plan beside a task card',
    'message',
    message({ type: 'plan', title: 'P' }, task()),
    /either a plan or task cards/,
  ],
  ['a task that is done', 'message', message(task({ status: 'done' })), /one of pending/],
  ['a task without a status', 'message', message(task({ status: undefined })), /missing required field: status/],
  ['an alert of 201', 'modal', modal([alert(201)]), /less than 201/],
  ['an alert of another level', 'modal', modal([alert(1, { level: 'fatal' })]), /one of default/],
  ['an alert in a message', 'message', message(alert(1)), /unsupported type of block: alert/],
  ['a card of nothing', 'message', message({ type: 'card', subtitle: plain('x') }), /must define one of/],
  ['a card with a title of 151', 'message', message({ type: 'card', title: plain('x'.repeat(151)) }), /less than 151/],
  ['a file field for 11', 'modal', modal([fileInput({ max_files: 11 })]), /from 1 to 10/],
  ['a file field for none', 'modal', modal([fileInput({ max_files: 0 })]), /from 1 to 10/],
  ['a file field in the Home', 'home', { type: 'home', blocks: [fileInput({})] }, /unsupported type of element/],
];

for (const [name, surface, payload, expected] of refused) {
  test(`Block Kit refuses ${name}`, () => {
    const problems = findBlockKitProblems(surface, payload);
    assert.ok(
      problems.some((problem) => expected.test(problem)),
      `expected ${expected} in ${JSON.stringify(problems)}`,
    );
  });
}

test('tables, plans, alerts and cards read as a person reads them', () => {
  const blocks = [
    table([
      [cell('Line'), cell('Address')],
      [{ type: 'raw_number', value: 4, text: '4' }, rich('alex@globex.com')],
    ]),
    dataTable([[cell('A')]]),
    {
      type: 'plan',
      title: 'Adding 40 inboxes',
      tasks: [task(), task({ title: 'Sent', status: 'error', output: rich('no') })],
    },
    alert(1),
    { type: 'card', title: plain('Globex'), body: plain('40 inboxes'), actions: [button] },
    { type: 'input', block_id: 'f', label: plain('File'), element: { type: 'file_input', action_id: 'v' } },
  ];
  const values = { f: { v: { type: 'file_input', files: [{ id: 'F1', name: 'a.csv' }, { id: 'F2' }] } } };
  assert.equal(
    renderText({ blocks }, { values }),
    `Line | Address
4 | alex@globex.com
Rows
A
Adding 40 inboxes
✓ Read
✗ Sent no
! x
Globex
40 inboxes
[ Go ]
File:
  [a.csv, F2]`,
  );
});
