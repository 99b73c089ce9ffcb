import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderMarkup, renderText } from '../../../playground/local-slack/person/render-text.ts';
import { modal, plain, textInput } from './test-app.ts';

const option = (value: string) => ({ text: plain(`The ${value}`), value });

test('a form reads as it looks: labels, what the fields hold, errors, hints, buttons', () => {
  const view = modal(
    [
      { type: 'header', text: plain('Inbox') },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*Hello* &amp; <https://x.example|welcome>' },
        accessory: { type: 'button', text: plain('Edit') },
      },
      textInput(
        'address',
        { placeholder: plain('jane@acme.com') },
        { label: plain('Address'), hint: plain('The full one.') },
      ),
      textInput('name', { initial_value: 'Jane' }, { label: plain('Name'), optional: true }),
      {
        type: 'input',
        block_id: 'p',
        label: plain('Provider'),
        element: { type: 'static_select', action_id: 'v', options: [option('g')], initial_option: option('g') },
      },
      {
        type: 'input',
        block_id: 'c',
        label: plain('Flags'),
        element: { type: 'checkboxes', action_id: 'v', options: [option('a'), option('b')] },
      },
      {
        type: 'input',
        block_id: 'r',
        label: plain('Size'),
        element: {
          type: 'radio_buttons',
          action_id: 'v',
          options: [option('s'), option('l')],
          initial_option: option('l'),
        },
      },
      { type: 'divider' },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('One') },
          { type: 'button', text: plain('Two') },
        ],
      },
      {
        type: 'context',
        elements: [plain('small'), { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'logo' }],
      },
    ],
    { close: plain('Back') },
  );
  const values = { c: { v: { type: 'checkboxes', selected_options: [option('b')] } } };
  const rendered = renderText(view, { values, errors: { address: 'Enter one.' }, trouble: 'Slow.' });
  assert.equal(
    rendered,
    `── Form ──
# Inbox
Hello & welcome (https://x.example)  [ Edit ]
Address:
  [jane@acme.com]
  ✗ Enter one.
  The full one.
Name (optional):
  [Jane]
Provider:
  [The g]
Flags:
  [ ] The a
  [x] The b
Size:
  ( ) The s
  (•) The l
────
[ One ] [ Two ]
small · (image: logo)
⚠ Slow.
[ Back ] [ Add ]`,
  );
});

test('markup: mentions and links are resolved, emphasis goes, escapes come back', () => {
  const nameOf = (id: string) => ({ U01: 'jane', C01: 'sales' })[id];
  const cases: [string, string][] = [
    ['<@U01> in <#C01>', '@jane in #sales'],
    ['<@U99>', '@U99'],
    ['<!channel> <!date^1^{date}|yesterday>', '@channel yesterday'],
    ['<mailto:a@b.c|a@b.c>', 'a@b.c'],
    ['*bold* _italic_ ~gone~', 'bold italic gone'],
    ['snake_case_name 2*3*4', 'snake_case_name 2*3*4'],
    ['&lt;b&gt; &amp;amp;', '<b> &amp;'],
  ];
  for (const [given, expected] of cases) assert.equal(renderMarkup(given, { nameOf }), expected);
});

test('a message without blocks reads as its text; plain text keeps its marks', () => {
  assert.equal(renderText({ text: 'one *two*\nthree' }), 'one two\nthree');
  assert.equal(renderText({ text: 'x', blocks: [{ type: 'section', text: plain('*as is* &amp;') }] }), '*as is* &amp;');
  assert.equal(renderText({}), '');
});
