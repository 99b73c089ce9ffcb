import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject } from '../../../../playground/local-slack/json.ts';
import { ClientRefusal, type JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { call, modal, plain, slackFor, startTestApp, type TestAnswer, textInput } from '../test-app.ts';
import { nth, option, withForm } from './person-world.ts';

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

test('what was on the screen of somebody who was deactivated can still come in', async (t) => {
  const { slack, app, jane } = await withForm(t, [textInput('a', { initial_value: 'x' })]);
  slack.setPerson(jane.userId, { deleted: true });
  assert.equal((await jane.submit()).status, 'ok');
  assert.equal(app.received.length, 1);
  await assert.rejects(jane.command('/add-inbox'), /deactivated/);
  await assert.rejects(jane.openHome(), /deactivated/);
});
