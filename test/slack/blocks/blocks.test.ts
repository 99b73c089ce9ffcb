import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  renderActions,
  renderButton,
  renderContext,
  renderDangerButton,
  renderHeader,
  renderInputFrame,
  renderRadioButtons,
  renderSection,
} from '../../../src/slack/blocks/blocks.ts';
import { mrkdwn } from '../../../src/slack/blocks/text-objects.ts';
import { HOSTILE } from '../examples.ts';
import { assertView, textsOf } from './block-kit.ts';

const LONG = 'x'.repeat(5_000);

test('words as long as can be are cut to what Slack takes', () => {
  const confirm = { title: LONG, text: LONG, confirm: LONG, deny: LONG };
  const input = {
    ...renderInputFrame('input', LONG, LONG),
    element: renderRadioButtons('radio', [{ value: 'a', text: LONG, description: LONG }], 'a'),
  };
  const buttons = [renderButton('click', LONG, 'b'), renderDangerButton('danger', LONG, 'd', confirm)];
  const blocks = [renderHeader('head', LONG), renderSection('section', LONG), renderActions('actions', buttons)];
  assertView({ type: 'home', blocks: [...blocks, renderContext('context', LONG), input] });
});

test('a string is plain text, and markup is what was given as that', () => {
  const blocks = [renderSection('a', HOSTILE), renderContext('b', HOSTILE, mrkdwn('*bold*'))];
  assert.deepEqual(textsOf(blocks, 'plain_text'), [HOSTILE, HOSTILE]);
  assert.deepEqual(textsOf(blocks, 'mrkdwn'), ['*bold*']);
});

test('of several choices the chosen one is ticked, and none where none of them was chosen', () => {
  const choices = ['a', 'b'].map((value) => ({ value, text: value, description: value }));
  assert.equal(renderRadioButtons('radio', choices, 'b').initial_option?.value, 'b');
  assert.equal(renderRadioButtons('radio', choices, 'c').initial_option, undefined);
});
