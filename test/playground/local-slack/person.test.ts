import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isObject } from '../../../playground/local-slack/json.ts';
import { ClientRefusal, type JsonObject, type LocalSlackOptions } from '../../../playground/local-slack/local-slack.ts';
import { call, modal, plain, type Received, slackFor, startTestApp, type TestAnswer, textInput } from './test-app.ts';

/** The payload that came as number `index`. */
const nth = (app: { received: Received[] }, index: number): JsonObject => app.received[index]?.payload ?? {};

const option = (value: string) => ({ text: plain(`The ${value}`), value });

/** A member with a form open, and an app that answers what the test says. */
async function withForm(t: TestContext, blocks: JsonObject[], more: JsonObject = {}, options: LocalSlackOptions = {}) {
  const slack = await slackFor(t, options);
  let answer: TestAnswer = {};
  const app = await startTestApp(t, () => answer);
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const channel = slack.addChannel({ name: 'sales', members: [jane.userId], withBot: true });
  await jane.command('/add-inbox', { channelId: channel.id });
  const trigger_id = app.received.at(-1)?.payload.trigger_id;
  const opened = await call(slack, 'views.open', { trigger_id, view: modal(blocks, more) });
  assert.deepEqual(slack.problems, []);
  assert.equal(opened.ok, true);
  app.received.length = 0;
  const answerWith = (given: TestAnswer) => {
    answer = given;
  };
  return { slack, app, jane, channel, answerWith };
}

test('a command is sent as Slack sends it, and shows what it is acknowledged with', async (t) => {
  const slack = await slackFor(t);
  const app = await startTestApp(t, () => ({ body: 'Usage: <this>' }));
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const channel = slack.addChannel({ name: 'sales', members: [jane.userId] });
  const result = await jane.command('/add-inbox a & b', { channelId: channel.id });
  const payload = nth(app, 0);
  assert.equal(payload.command, '/add-inbox');
  assert.equal(payload.text, 'a &amp; b');
  assert.equal(payload.channel_name, 'sales');
  assert.equal(payload.team_id, slack.workspace.teamId);
  assert.equal(result.status, 'ok');
  assert.equal(result.ephemeral?.text, 'Usage: <this>');
  assert.equal(jane.in(channel.id)[0]?.ephemeral, true);
});

test('a command that fails shows the error Slack shows', async (t) => {
  const slack = await slackFor(t, { ackTimeoutMs: 30 });
  const answers: TestAnswer[] = ['hang', { status: 500 }, { status: 404 }];
  const app = await startTestApp(t, () => answers.shift() ?? {});
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const run = () => jane.command('/add-inbox');
  assert.deepEqual(
    [(await run()).status, (await run()).trouble],
    ['not_delivered', '/add-inbox failed with the error "dispatch_failed"'],
  );
  slack.deliverTo('all', app.url);
  assert.equal((await run()).trouble, '/add-inbox failed with the error "operation_timeout"');
  assert.equal((await run()).trouble, '/add-inbox failed with the error "http_service_error"');
  assert.equal((await run()).trouble, '/add-inbox failed with the error "dispatch_failed"');
  assert.deepEqual(slack.problems, [
    'slash_commands was not acknowledged within 30 ms',
    'slash_commands was answered with HTTP 500',
    'slash_commands was answered with HTTP 404',
  ]);
});

test('commands are there only where the app is, and in conversations one is in', async (t) => {
  const slack = await slackFor(t, { app: { commands: ['/add-inbox'] } });
  const elsewhere = slack.addWorkspace({ name: 'Other', installed: false });
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const eve = slack.as(slack.addPerson({ name: 'eve', teamId: elsewhere.teamId }).id);
  const shared = slack.addChannel({ members: [eve.userId], sharedWith: [elsewhere.teamId] });
  assert.equal((await jane.command('/other')).status, 'not_a_command');
  assert.equal((await eve.command('/add-inbox', { channelId: shared.id })).status, 'not_a_command');
  await assert.rejects(jane.command('/add-inbox', { channelId: shared.id }), ClientRefusal);
  await assert.rejects(jane.command('add-inbox'), ClientRefusal);
  slack.setPerson(jane.userId, { deleted: true });
  assert.throws(() => jane.in(shared.id), ClientRefusal);
  assert.equal(slack.ledger.deliveries.length, 0);
});

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

test('buttons of a message: payload, confirm dialog, response_url', async (t) => {
  const slack = await slackFor(t);
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const bob = slack.as(slack.addPerson({ name: 'bob' }).id);
  const channel = slack.addChannel({ kind: 'private', members: [jane.userId], withBot: true });
  const confirm = { title: plain('T'), text: plain('Sure?'), confirm: plain('Yes'), deny: plain('No') };
  const blocks = [
    {
      type: 'actions',
      block_id: 'b',
      elements: [{ type: 'button', action_id: 'again', value: 'v', text: plain('Again'), confirm }],
    },
  ];
  const { ts } = await call(slack, 'chat.postMessage', { channel: channel.id, text: 'Failed', blocks });
  const target = { in: { channelId: channel.id, ts: String(ts) } };
  assert.equal((await jane.click('Again', { ...target, confirm: false })).status, 'cancelled');
  assert.equal(app.received.length, 0);
  assert.equal((await jane.click('again', target)).status, 'ok');
  const payload = nth(app, 0);
  assert.equal(payload.type, 'block_actions');
  assert.deepEqual(payload.container, { type: 'message', message_ts: ts, channel_id: channel.id, is_ephemeral: false });
  assert.equal((payload.message as JsonObject).text, 'Failed');
  assert.equal((payload.actions as JsonObject[])[0]?.value, 'v');
  assert.match(String(payload.response_url), /\/actions\//);
  await assert.rejects(jane.click('Other', target), /no button called Other; there is: again “Again”/);
  await assert.rejects(bob.click('Again', target), /sees no message/);
});

test('somebody of another workspace clicks and submits: the app is called for the workspace it is installed in', async (t) => {
  const slack = await slackFor(t);
  const app = await startTestApp(t);
  slack.deliverTo(slack.workspace.teamId, app.url);
  const other = slack.addWorkspace({ name: 'Other', installed: false });
  const eve = slack.as(slack.addPerson({ name: 'eve', teamId: other.teamId }).id);
  const channel = slack.addChannel({ members: [eve.userId], withBot: true, sharedWith: [other.teamId] });
  const blocks = [{ type: 'actions', elements: [{ type: 'button', action_id: 'again', text: plain('Again') }] }];
  const { ts } = await call(slack, 'chat.postMessage', { channel: channel.id, text: 'Failed', blocks });
  await eve.click('Again', { in: { channelId: channel.id, ts: String(ts) } });
  const click = nth(app, 0);
  assert.equal((click.team as JsonObject).id, slack.workspace.teamId);
  assert.equal((click.user as JsonObject).team_id, other.teamId);
  await call(slack, 'views.open', {
    trigger_id: click.trigger_id,
    view: modal([textInput('a', { initial_value: 'x' })]),
  });
  await eve.submit();
  const submission = nth(app, 1);
  assert.equal((submission.team as JsonObject).id, other.teamId);
  assert.equal((submission.view as JsonObject).app_installed_team_id, slack.workspace.teamId);
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

test('opening the Home sends the event and shows what is published for it', async (t) => {
  const slack = await slackFor(t);
  let count = 0;
  const app = await startTestApp(t, async ({ payload }) => {
    const { user } = payload.event as { user: string };
    count += 1;
    await call(slack, 'views.publish', {
      user_id: user,
      view: {
        type: 'home',
        blocks: [{ type: 'actions', elements: [{ type: 'button', action_id: 'key', text: plain(`Visit ${count}`) }] }],
      },
    });
    return {};
  });
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  assert.equal((await jane.openHome()).rendered, '[ Visit 1 ]');
  assert.equal((await jane.openHome()).rendered, '[ Visit 2 ]');
  const events = app.received.map(({ payload }) => payload.event as JsonObject);
  assert.deepEqual(
    events.map(({ type, tab }) => [type, tab]),
    [
      ['app_home_opened', 'home'],
      ['app_home_opened', 'home'],
    ],
  );
  assert.equal(events[0]?.view, undefined);
  assert.ok(isObject(events[1]?.view));
});

test('menus of people and channels offer what the person can see', async (t) => {
  const { slack, jane } = await withForm(t, [
    {
      type: 'input',
      block_id: 'who',
      label: plain('Who'),
      element: { type: 'multi_users_select', action_id: 'value', max_selected_items: 1 },
    },
    {
      type: 'input',
      block_id: 'where',
      label: plain('Where'),
      element: {
        type: 'conversations_select',
        action_id: 'value',
        default_to_current_conversation: true,
        filter: { include: ['public'] },
      },
    },
  ]);
  const sales = jane.modal()?.fields[1]?.value;
  assert.equal(slack.getChannel(String(sales)).name, 'sales');
  slack.addChannel({ name: 'secret', kind: 'private', members: [jane.userId] });
  await assert.rejects(jane.choose('where', '#secret'), /offers no conversation/);
  slack.addChannel({ name: 'elsewhere', teamId: slack.addWorkspace({ name: 'Other' }).teamId });
  await assert.rejects(jane.choose('where', '#elsewhere'), /offers no conversation/);
  await assert.rejects(jane.choose('who', ['nobody']), /offers no person/);
  await assert.rejects(jane.choose('who', ['jane', 'jane']), /at most 1/);
  await jane.choose('who', ['jane']);
  assert.deepEqual(jane.modal()?.fields[0]?.value, [jane.userId]);
});

test('guests and people outside see only the channels they are in', async (t) => {
  const slack = await slackFor(t);
  const channel = slack.addChannel({ withBot: true });
  await call(slack, 'chat.postMessage', { channel: channel.id, text: 'hi' });
  const member = slack.as(slack.addPerson({ name: 'member' }).id);
  const guest = slack.as(slack.addPerson({ name: 'guest', is_restricted: true }).id);
  assert.equal(member.in(channel.id).length, 1);
  assert.deepEqual([guest.in(channel.id), guest.channels()], [[], []]);
  slack.join(channel.id, guest.userId);
  assert.equal(guest.in(channel.id).length, 1);
});

test('an option of an overflow menu is clicked by its text', async (t) => {
  const { app, jane } = await withForm(t, [
    {
      type: 'section',
      text: plain('Key'),
      accessory: { type: 'overflow', action_id: 'menu', options: [option('remove')] },
    },
  ]);
  await jane.click('The remove');
  const [action] = nth(app, 0).actions as JsonObject[];
  assert.deepEqual([action?.action_id, action?.type, action?.selected_option], ['menu', 'overflow', option('remove')]);
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

test('what was on the screen of somebody who was deactivated can still come in', async (t) => {
  const { slack, app, jane } = await withForm(t, [textInput('a', { initial_value: 'x' })]);
  slack.setPerson(jane.userId, { deleted: true });
  assert.equal((await jane.submit()).status, 'ok');
  assert.equal(app.received.length, 1);
  await assert.rejects(jane.command('/add-inbox'), /deactivated/);
  await assert.rejects(jane.openHome(), /deactivated/);
});
