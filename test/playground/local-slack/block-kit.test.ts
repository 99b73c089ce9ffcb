import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBlockKitProblems, type JsonObject, type Surface } from '../../../playground/local-slack/local-slack.ts';
import { modal, plain, textInput } from './test-app.ts';

const markup = (text: string) => ({ type: 'mrkdwn', text });
const option = (value: string, more: JsonObject = {}) => ({ text: plain(value), value, ...more });
const options = (count: number) => Array.from({ length: count }, (_, index) => option(`o${index}`));
const long = (length: number) => 'x'.repeat(length);
const input = (element: JsonObject, more: JsonObject = {}) => ({ type: 'input', label: plain('L'), element, ...more });
const action = (element: JsonObject) => ({ type: 'actions', elements: [element] });
const button = (more: JsonObject = {}) => ({ type: 'button', text: plain('Go'), ...more });
const section = (text: JsonObject, more: JsonObject = {}) => ({ type: 'section', text, ...more });
const dividers = (count: number) => Array.from({ length: count }, () => ({ type: 'divider' }));
const confirm = { title: plain('T'), text: plain('Sure?'), confirm: plain('Yes'), deny: plain('No') };
const withBlock = (block: JsonObject) => modal([block]);

const taken: [string, Surface, JsonObject][] = [
  [
    'a modal at its limits',
    'modal',
    modal(dividers(100), {
      title: plain(long(24)),
      submit: plain(long(24)),
      close: plain(long(24)),
      private_metadata: long(3000),
      callback_id: long(255),
    }),
  ],
  ['a modal without inputs and without submit', 'modal', { type: 'modal', title: plain('T'), blocks: dividers(1) }],
  [
    'a home',
    'home',
    { type: 'home', blocks: [{ type: 'header', text: plain(long(150)) }, input({ type: 'plain_text_input' })] },
  ],
  ['a message at its limits', 'message', { text: long(40_000), blocks: dividers(50) }],
  [
    'text inputs at their limits',
    'modal',
    withBlock(
      textInput(
        'b',
        { max_length: 3000, min_length: 0, initial_value: long(3000), placeholder: plain(long(150)) },
        { hint: plain(long(2000)) },
      ),
    ),
  ],
  [
    'a select of a hundred',
    'modal',
    withBlock(input({ type: 'static_select', options: options(100), initial_option: option('o99') })),
  ],
  [
    'groups of options',
    'modal',
    withBlock(
      input({
        type: 'static_select',
        option_groups: [{ label: plain('G'), options: options(2) }],
        initial_option: option('o1'),
      }),
    ),
  ],
  [
    'ten checkboxes',
    'modal',
    withBlock(input({ type: 'checkboxes', options: options(10), initial_options: [option('o0')] }, { optional: true })),
  ],
  [
    'a number with bounds',
    'modal',
    withBlock(
      input({
        type: 'number_input',
        is_decimal_allowed: false,
        min_value: '1',
        max_value: '65535',
        initial_value: '587',
      }),
    ),
  ],
  [
    'a button that asks first',
    'message',
    { text: 't', blocks: [action(button({ confirm, style: 'danger', value: long(2000), action_id: long(255) }))] },
  ],
  [
    'ten fields and an accessory',
    'message',
    {
      text: 't',
      blocks: [{ type: 'section', fields: Array.from({ length: 10 }, () => markup(long(2000))), accessory: button() }],
    },
  ],
  [
    'a context',
    'message',
    {
      text: 't',
      blocks: [
        {
          type: 'context',
          elements: [markup('a'), { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'i' }],
        },
      ],
    },
  ],
  [
    'pickers of people and conversations',
    'home',
    {
      type: 'home',
      blocks: [
        action({ type: 'multi_users_select', action_id: 'a' }),
        action({ type: 'conversations_select', action_id: 'b', filter: { include: ['public'] } }),
      ],
    },
  ],
  ['metadata', 'message', { text: 't', metadata: { event_type: 'added', event_payload: { id: '1' } } }],
];

for (const [name, surface, payload] of taken) {
  test(`Block Kit takes ${name}`, () => assert.deepEqual(findBlockKitProblems(surface, payload), []));
}

const refused: [string, Surface, JsonObject, RegExp][] = [
  [
    'a title of 25 characters',
    'modal',
    modal(dividers(1), { title: plain(long(25)) }),
    /less than 25 characters.*\/title\/text/,
  ],
  ['a submit label of 25 characters', 'modal', modal(dividers(1), { submit: plain(long(25)) }), /\/submit\/text/],
  ['a close label of 25 characters', 'modal', modal(dividers(1), { close: plain(long(25)) }), /\/close\/text/],
  ['markup in a title', 'modal', modal(dividers(1), { title: markup('T') }), /unsupported type of text: mrkdwn/],
  ['a modal without a title', 'modal', { type: 'modal', blocks: dividers(1) }, /missing required field: title/],
  ['101 blocks in a view', 'modal', modal(dividers(101)), /no more than 100 items.*\/blocks/],
  ['51 blocks in a message', 'message', { text: 't', blocks: dividers(51) }, /no more than 50 items/],
  ['private_metadata of 3001', 'modal', modal(dividers(1), { private_metadata: long(3001) }), /\/private_metadata/],
  ['callback_id of 256', 'modal', modal(dividers(1), { callback_id: long(256) }), /\/callback_id/],
  ['a property that views do not have', 'modal', modal(dividers(1), { color: 'red' }), /additional property: color/],
  ['a home in views.open', 'modal', { type: 'home', blocks: [] }, /must be a view of type modal/],
  [
    'a home with a submit button',
    'home',
    { type: 'home', blocks: [], submit: plain('S') },
    /additional property: submit/,
  ],
  [
    'an input without a submit button',
    'modal',
    { type: 'modal', title: plain('T'), blocks: [textInput('b')] },
    /submit/,
  ],
  ['block_ids that repeat', 'modal', modal([textInput('b'), textInput('b')]), /block_id already exists: b/],
  [
    'action_ids that repeat in a block',
    'message',
    { text: 't', blocks: [{ type: 'actions', elements: [button({ action_id: 'a' }), button({ action_id: 'a' })] }] },
    /action_id already exists: a/,
  ],
  [
    'block_id of 256',
    'message',
    { text: 't', blocks: [{ type: 'divider', block_id: long(256) }] },
    /\/blocks\/0\/block_id/,
  ],
  ['action_id of 256', 'message', { text: 't', blocks: [action(button({ action_id: long(256) }))] }, /action_id/],
  ['an unknown block', 'message', { text: 't', blocks: [{ type: 'fancy' }] }, /unsupported type of block: fancy/],
  [
    'an unknown element',
    'message',
    { text: 't', blocks: [action({ type: 'knob' })] },
    /unsupported type of element: knob/,
  ],
  [
    'an unknown property of a block',
    'message',
    { text: 't', blocks: [{ type: 'divider', text: plain('x') }] },
    /additional property: text/,
  ],
  [
    'an unknown property of an element',
    'message',
    { text: 't', blocks: [action(button({ colour: 'red' }))] },
    /additional property: colour/,
  ],
  ['a block that is no object', 'message', { text: 't', blocks: ['x'] }, /must be an object/],
  ['blocks that are no list', 'message', { text: 't', blocks: {} }, /must be an array/],
  ['an input in a message', 'message', { text: 't', blocks: [textInput('b')] }, /unsupported type of block: input/],
  ['a button in an input', 'modal', withBlock(input(button())), /unsupported type of element: button/],
  ['a section without text', 'message', { text: 't', blocks: [{ type: 'section' }] }, /text or fields/],
  ['empty text', 'message', { text: 't', blocks: [section(markup(''))] }, /more than 0 characters/],
  ['section text of 3001', 'message', { text: 't', blocks: [section(markup(long(3001)))] }, /less than 3001/],
  [
    'a bare string for a text',
    'message',
    { text: 't', blocks: [{ type: 'section', text: 'hi' }] },
    /must be an object.*\/blocks\/0\/text/,
  ],
  [
    '11 fields',
    'message',
    { text: 't', blocks: [{ type: 'section', fields: Array.from({ length: 11 }, () => plain('x')) }] },
    /no more than 10/,
  ],
  [
    'a field of 2001',
    'message',
    { text: 't', blocks: [{ type: 'section', fields: [plain(long(2001))] }] },
    /less than 2001/,
  ],
  ['a header of 151', 'message', { text: 't', blocks: [{ type: 'header', text: plain(long(151)) }] }, /less than 151/],
  ['markup in a header', 'message', { text: 't', blocks: [{ type: 'header', text: markup('x') }] }, /mrkdwn/],
  [
    'a button text of 76',
    'message',
    { text: 't', blocks: [action(button({ text: plain(long(76)) }))] },
    /less than 76/,
  ],
  [
    'a button value of 2001',
    'message',
    { text: 't', blocks: [action(button({ value: long(2001) }))] },
    /less than 2001/,
  ],
  [
    'an unknown button style',
    'message',
    { text: 't', blocks: [action(button({ style: 'green' }))] },
    /one of primary, danger/,
  ],
  [
    '11 elements in a context',
    'message',
    { text: 't', blocks: [{ type: 'context', elements: Array.from({ length: 11 }, () => plain('x')) }] },
    /no more than 10/,
  ],
  ['an empty context', 'message', { text: 't', blocks: [{ type: 'context', elements: [] }] }, /no fewer than 1/],
  [
    '26 actions',
    'message',
    { text: 't', blocks: [{ type: 'actions', elements: Array.from({ length: 26 }, () => button()) }] },
    /no more than 25/,
  ],
  [
    'an image without alt text',
    'message',
    { text: 't', blocks: [{ type: 'image', image_url: 'https://x.example/i.png' }] },
    /alt_text/,
  ],
  ['a label of 2001', 'modal', withBlock(textInput('b', {}, { label: plain(long(2001)) })), /\/label\/text/],
  ['a hint of 2001', 'modal', withBlock(textInput('b', {}, { hint: plain(long(2001)) })), /\/hint\/text/],
  ['markup in a hint', 'modal', withBlock(textInput('b', {}, { hint: markup('x') })), /mrkdwn/],
  ['a placeholder of 151', 'modal', withBlock(textInput('b', { placeholder: plain(long(151)) })), /placeholder/],
  ['max_length of 3001', 'modal', withBlock(textInput('b', { max_length: 3001 })), /\/max_length/],
  [
    'min_length above max_length',
    'modal',
    withBlock(textInput('b', { min_length: 5, max_length: 4 })),
    /min_length must not/,
  ],
  [
    'initial_value beyond max_length',
    'modal',
    withBlock(textInput('b', { max_length: 3, initial_value: 'four' })),
    /\/initial_value/,
  ],
  [
    'number bounds that are numbers',
    'modal',
    withBlock(input({ type: 'number_input', is_decimal_allowed: false, min_value: 1 })),
    /\/min_value/,
  ],
  [
    'a number input that does not say whether decimals go',
    'modal',
    withBlock(input({ type: 'number_input' })),
    /is_decimal_allowed/,
  ],
  [
    'an initial number out of bounds',
    'modal',
    withBlock(input({ type: 'number_input', is_decimal_allowed: false, max_value: '5', initial_value: '6' })),
    /between/,
  ],
  [
    'an initial number that is none',
    'modal',
    withBlock(input({ type: 'number_input', is_decimal_allowed: false, initial_value: '1.5' })),
    /number in a string/,
  ],
  ['101 options', 'modal', withBlock(input({ type: 'static_select', options: options(101) })), /no more than 100/],
  ['no options', 'modal', withBlock(input({ type: 'static_select', options: [] })), /no fewer than 1/],
  ['a select without options', 'modal', withBlock(input({ type: 'static_select' })), /options or option_groups/],
  [
    'an option text of 76',
    'modal',
    withBlock(input({ type: 'static_select', options: [option('a', { text: plain(long(76)) })] })),
    /less than 76/,
  ],
  [
    'an option value of 151',
    'modal',
    withBlock(input({ type: 'static_select', options: [option('a', { value: long(151) })] })),
    /less than 151/,
  ],
  [
    'a description of 76',
    'modal',
    withBlock(input({ type: 'static_select', options: [option('a', { description: plain(long(76)) })] })),
    /description/,
  ],
  [
    'an initial option that is not offered',
    'modal',
    withBlock(input({ type: 'static_select', options: options(2), initial_option: option('o7') })),
    /among the options/,
  ],
  [
    'an initial option with another text',
    'modal',
    withBlock(
      input({ type: 'radio_buttons', options: options(2), initial_option: option('o1', { text: plain('other') }) }),
    ),
    /among the options/,
  ],
  [
    'options with one value',
    'modal',
    withBlock(input({ type: 'radio_buttons', options: [option('a'), option('a')] })),
    /unique/,
  ],
  ['11 radio buttons', 'modal', withBlock(input({ type: 'radio_buttons', options: options(11) })), /no more than 10/],
  ['11 checkboxes', 'modal', withBlock(input({ type: 'checkboxes', options: options(11) })), /no more than 10/],
  [
    'no initial checkboxes as an empty list',
    'modal',
    withBlock(input({ type: 'checkboxes', options: options(1), initial_options: [] })),
    /no fewer than 1/,
  ],
  [
    'a confirm title of 101',
    'message',
    { text: 't', blocks: [action(button({ confirm: { ...confirm, title: plain(long(101)) } }))] },
    /less than 101/,
  ],
  [
    'a confirm label of 31',
    'message',
    { text: 't', blocks: [action(button({ confirm: { ...confirm, deny: plain(long(31)) } }))] },
    /less than 31/,
  ],
  [
    'a confirm without its parts',
    'message',
    { text: 't', blocks: [action(button({ confirm: { text: plain('x') } }))] },
    /missing required field: title/,
  ],
  [
    'two elements that want the focus',
    'modal',
    modal([textInput('a', { focus_on_load: true }), textInput('b', { focus_on_load: true })]),
    /focus_on_load/,
  ],
  ['top-level text of 40,001', 'message', { text: long(40_001) }, /msg_too_long/],
  ['metadata without an event type', 'message', { text: 't', metadata: { event_payload: {} } }, /event_type/],
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
