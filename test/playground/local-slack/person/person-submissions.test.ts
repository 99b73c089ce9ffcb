import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientRefusal, type JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { call, modal, plain, type TestAnswer, textInput } from '../test-app.ts';
import { nth, option, withForm } from './person-world.ts';

test('the client keeps back what Slack would not send', async (t) => {
  const { app, jane } = await withForm(t, [
    textInput('short', { max_length: 3 }),
    textInput('missing'),
    textInput('may be empty', {}, { optional: true }),
    {
      type: 'input',
      block_id: 'port',
      label: plain('Port'),
      element: {
        type: 'number_input',
        action_id: 'value',
        is_decimal_allowed: false,
        min_value: '1',
        max_value: '65535',
      },
    },
    {
      type: 'input',
      block_id: 'tick',
      label: plain('Tick'),
      element: { type: 'checkboxes', action_id: 'value', options: [option('on')] },
    },
  ]);
  await jane.type('short', 'four');
  await jane.type('port', '70000');
  const first = await jane.submit();
  assert.equal(first.status, 'kept_back');
  assert.deepEqual(Object.keys(first.errors), ['short', 'missing', 'port', 'tick']);
  await jane.type('port', '12.5');
  assert.match((await jane.submit()).errors.port ?? '', /whole number/);
  assert.equal(app.received.length, 0);
  await assert.rejects(jane.type('short', 'a\nb'), /single-line/);
  await assert.rejects(jane.type('tick', 'x'), /nothing can be typed/);
  await assert.rejects(jane.type('no such field', 'x'), /there is no field/);
  await assert.rejects(jane.tick('tick', 'off'), /there is no option/);
  await jane.type('Label of short', 'abc');
  await jane.type('missing', 'here');
  await jane.type('port', '587');
  await jane.tick('Tick', 'The on');
  assert.equal((await jane.submit()).status, 'ok');
});

test('a submission carries the state of every field and closes the modal when it is taken', async (t) => {
  const { app, jane } = await withForm(
    t,
    [
      textInput('name', { initial_value: 'Jane' }),
      textInput('empty', {}, { optional: true }),
      {
        type: 'input',
        block_id: 'provider',
        label: plain('Provider'),
        element: { type: 'static_select', action_id: 'value', options: [option('g'), option('m')] },
      },
      {
        type: 'input',
        block_id: 'flags',
        optional: true,
        label: plain('Flags'),
        element: {
          type: 'checkboxes',
          action_id: 'value',
          options: [option('a'), option('b')],
          initial_options: [option('b')],
        },
      },
    ],
    { private_metadata: 'carried', callback_id: 'form' },
  );
  await jane.choose('Provider', 'The m');
  await jane.tick('flags', 'a');
  await jane.tick('flags', 'b', false);
  const result = await jane.submit();
  assert.deepEqual([result.status, result.modal, jane.modal()], ['ok', undefined, undefined]);
  const { type, user, view } = nth(app, 0) as { type: string; user: JsonObject; view: JsonObject };
  assert.equal(type, 'view_submission');
  assert.equal(user.id, jane.userId);
  assert.equal(view.private_metadata, 'carried');
  assert.equal(view.callback_id, 'form');
  assert.deepEqual(view.state, {
    values: {
      name: { value: { type: 'plain_text_input', value: 'Jane' } },
      empty: { value: { type: 'plain_text_input', value: null } },
      provider: { value: { type: 'static_select', selected_option: option('m') } },
      flags: { value: { type: 'checkboxes', selected_options: [option('a')] } },
    },
  });
});

test('answers to a submission: errors stand under fields, update and push show, clear closes all', async (t) => {
  const { slack, jane, answerWith } = await withForm(t, [textInput('a')]);
  await jane.type('a', 'x');
  answerWith({ body: { response_action: 'errors', errors: { a: 'Not this.' } } });
  const refused = await jane.submit();
  assert.deepEqual(refused.errors, { a: 'Not this.' });
  assert.equal(refused.modal?.fields[0]?.value, 'x');
  assert.match(refused.modal?.rendered ?? '', /✗ Not this\./);
  await call(slack, 'views.update', { view_id: refused.modal?.viewId, view: modal([textInput('a')]) });
  assert.deepEqual(jane.modal()?.errors, {});
  answerWith({
    body: {
      response_action: 'update',
      view: modal([textInput('a'), textInput('b', {}, { optional: true })], { title: plain('Page 2') }),
    },
  });
  const updated = await jane.submit();
  assert.deepEqual([updated.modal?.title, updated.modal?.fields[0]?.value, updated.errors], ['Page 2', 'x', {}]);
  answerWith({
    body: {
      response_action: 'push',
      view: modal([textInput('c', {}, { optional: true })], { title: plain('On top') }),
    },
  });
  assert.equal((await jane.submit()).modal?.title, 'On top');
  assert.equal(jane.modals().length, 2);
  answerWith({ body: { response_action: 'clear' } });
  assert.equal((await jane.submit()).modal, undefined);
  assert.deepEqual(slack.problems, []);
});

test('an answer Slack cannot use shows trouble and keeps what was typed', async (t) => {
  const { slack, jane, answerWith } = await withForm(t, [
    textInput('a'),
    { type: 'section', block_id: 's', text: plain('text') },
  ]);
  await jane.type('a', 'x');
  const answers: TestAnswer[] = [
    { body: { response_action: 'errors', errors: { s: 'not an input' } } },
    { body: { response_action: 'errors', errors: {} } },
    { body: { response_action: 'nonsense' } },
    { body: { response_action: 'update', view: modal([], { title: plain('x'.repeat(25)) }) } },
    { body: 'ok' },
    { status: 500 },
  ];
  for (const answer of answers) {
    answerWith(answer);
    const result = await jane.submit();
    assert.equal(result.trouble, 'We had some trouble connecting. Try again?', JSON.stringify(answer));
    assert.equal(result.modal?.fields[0]?.value, 'x');
  }
  assert.equal(slack.problems.length, answers.length);
});

test('a submission that is not acknowledged in time can be submitted again', async (t) => {
  const { slack, app, jane, answerWith } = await withForm(
    t,
    [textInput('a', { initial_value: 'x' })],
    {},
    { ackTimeoutMs: 30 },
  );
  answerWith('hang');
  const late = await jane.submit();
  assert.deepEqual([late.status, late.trouble], ['operation_timeout', 'We had some trouble connecting. Try again?']);
  answerWith({});
  assert.deepEqual([(await jane.submit()).status, jane.modal()], ['ok', undefined]);
  const ids = app.received.map(({ payload }) => (payload.view as JsonObject).id);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
  assert.deepEqual(slack.problems, ['interactive was not acknowledged within 30 ms']);
});

test('choosing in an input sends an action only where it dispatches; typing by its configuration', async (t) => {
  const select = { type: 'static_select', action_id: 'value', options: [option('g'), option('m')] };
  const { app, jane } = await withForm(t, [
    { type: 'input', block_id: 'quiet', label: plain('Quiet'), element: select },
    { type: 'input', block_id: 'loud', label: plain('Loud'), element: select, dispatch_action: true },
    textInput(
      'each',
      { dispatch_action_config: { trigger_actions_on: ['on_character_entered'] } },
      { dispatch_action: true },
    ),
    textInput('enter', {}, { dispatch_action: true }),
  ]);
  await jane.choose('quiet', 'g');
  await jane.type('enter', 'x');
  assert.equal(app.received.length, 0);
  await jane.choose('loud', 'm');
  await jane.type('each', 'x');
  await jane.pressEnter('enter');
  const actions = app.received.map(({ payload }) => (payload.actions as JsonObject[])[0]);
  assert.deepEqual(
    actions.map((action) => [action?.block_id, action?.type]),
    [
      ['loud', 'static_select'],
      ['each', 'plain_text_input'],
      ['enter', 'plain_text_input'],
    ],
  );
  assert.deepEqual(actions[0]?.selected_option, option('m'));
  assert.equal(actions[1]?.value, 'x');
});

test('closing tells the app only where it asked to know', async (t) => {
  const quiet = await withForm(t, [textInput('a')]);
  await quiet.jane.close();
  assert.equal(quiet.app.received.length, 0);
  const told = await withForm(t, [textInput('a')], { notify_on_close: true });
  await told.jane.close();
  const payload = nth(told.app, 0);
  assert.deepEqual([payload.type, payload.is_cleared], ['view_closed', false]);
  await assert.rejects(told.jane.submit(), ClientRefusal);
});

test('a secret in an answer is noted', async (t) => {
  const { slack, jane, answerWith } = await withForm(t, [textInput('a', { initial_value: 'hunter2' })]);
  slack.watchSecret('hunter2');
  answerWith({ body: { response_action: 'errors', errors: { a: 'Not hunter2.' } } });
  await jane.submit();
  answerWith({ body: 'your password is hunter2' });
  await jane.command('/add-inbox');
  assert.deepEqual(slack.problems, [
    'answer to view_submission: a secret was sent to Slack',
    'acknowledgement of a command: a secret was sent to Slack',
  ]);
});
