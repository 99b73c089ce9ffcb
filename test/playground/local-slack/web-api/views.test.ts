import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { call, modal, plain, slackFor, startTestApp, textInput } from '../test-app.ts';

/** A member at the command line of an app that acknowledges everything. */
async function atCommand(t: Parameters<typeof slackFor>[0], options: Parameters<typeof slackFor>[1] = {}) {
  const slack = await slackFor(t, options);
  const app = await startTestApp(t);
  slack.deliverTo('all', app.url);
  const jane = slack.as(slack.addPerson({ name: 'jane' }).id);
  const trigger = async () => {
    await jane.command('/add-inbox');
    return String(app.received.at(-1)?.payload.trigger_id);
  };
  return { slack, app, jane, trigger };
}

test('a trigger opens one view, once, within three seconds', async (t) => {
  let now = 1_700_000_000_000;
  const { slack, jane, trigger } = await atCommand(t, { now: () => now });
  const open = async (trigger_id: string) =>
    (await call(slack, 'views.open', { trigger_id, view: modal([textInput('a')]) })).error;
  const first = await trigger();
  assert.equal(await open(first), undefined);
  assert.equal(jane.modal()?.title, 'Form');
  assert.equal(await open(first), 'exchanged_trigger_id');
  assert.equal(await open('1.2.3'), 'invalid_trigger_id');
  const late = await trigger();
  now += 3_001;
  assert.equal(await open(late), 'expired_trigger_id');
  assert.deepEqual(slack.problems, [
    'views.open: exchanged_trigger_id',
    'views.open: invalid_trigger_id',
    'views.open: expired_trigger_id',
  ]);
});

test('a trigger of one workspace is worth nothing with the token of another', async (t) => {
  const { slack, trigger } = await atCommand(t);
  const other = slack.addWorkspace({ name: 'Other' });
  const args = { trigger_id: await trigger(), view: modal([textInput('a')]) };
  assert.equal((await call(slack, 'views.open', args, other.installation?.botToken)).error, 'invalid_trigger_id');
  assert.equal((await call(slack, 'views.open', args)).ok, true);
});

test('a view that breaks a limit is refused with pointers, and does not use up the trigger', async (t) => {
  const { slack, jane, trigger } = await atCommand(t);
  const trigger_id = await trigger();
  const refused = await call(slack, 'views.open', { trigger_id, view: modal([], { title: plain('x'.repeat(25)) }) });
  assert.equal(refused.error, 'invalid_arguments');
  assert.match(JSON.stringify(refused.response_metadata), /json-pointer:\/view\/title\/text/);
  assert.equal(jane.modal(), undefined);
  assert.equal((await call(slack, 'views.open', { trigger_id, view: 'garbage' })).error, 'invalid_arguments');
  assert.equal((await call(slack, 'views.open', { trigger_id, view: modal([textInput('a')]) })).ok, true);
});

test('views stack up to three', async (t) => {
  const { slack, app, jane, trigger } = await atCommand(t);
  const withButton = modal([
    { type: 'actions', elements: [{ type: 'button', action_id: 'more', text: plain('More') }] },
  ]);
  const push = async () => {
    await jane.click('more');
    return call(slack, 'views.push', { trigger_id: app.received.at(-1)?.payload.trigger_id, view: withButton });
  };
  await call(slack, 'views.open', { trigger_id: await trigger(), view: withButton });
  assert.equal((await push()).ok, true);
  const third = await push();
  assert.equal(third.ok, true);
  const bottom = jane.modals()[0];
  assert.equal((third.view as JsonObject).root_view_id, bottom?.viewId);
  assert.equal((await push()).error, 'push_limit_reached');
  assert.equal(jane.modals().length, 3);
  await jane.close();
  assert.equal(jane.modals().length, 2);
  await jane.close({ all: true });
  assert.equal(jane.modal(), undefined);
});

test('views.update finds open views only, and heeds the hash', async (t) => {
  const { slack, jane, trigger } = await atCommand(t);
  const opened = await call(slack, 'views.open', {
    trigger_id: await trigger(),
    view: modal([textInput('a')], { external_id: 'mine' }),
  });
  const { id: view_id, hash } = opened.view as { id: string; hash: string };
  const update = (args: JsonObject) =>
    call(slack, 'views.update', { view: modal([textInput('a')], { title: plain('New') }), ...args });
  assert.equal((await update({ external_id: 'mine', hash })).ok, true);
  assert.equal(jane.modal()?.title, 'New');
  assert.equal((await update({ view_id, hash })).error, 'hash_conflict');
  assert.equal((await update({ view_id })).ok, true);
  assert.equal((await update({ view_id: 'V0' })).error, 'not_found');
  const other = slack.addWorkspace({ name: 'Other' });
  const foreign = await call(
    slack,
    'views.update',
    { view_id, view: modal([textInput('a')]) },
    other.installation?.botToken,
  );
  assert.equal(foreign.error, 'not_found');
  await jane.close();
  assert.equal((await update({ view_id })).error, 'not_found');
});

test('what was typed stays where both ids stay, and starts anew elsewhere', async (t) => {
  const { slack, jane, trigger } = await atCommand(t);
  const page = (password: string) =>
    modal([textInput('address', { initial_value: 'from the app' }), textInput(password, { initial_value: 'fresh' })]);
  const opened = await call(slack, 'views.open', { trigger_id: await trigger(), view: page('password-1') });
  await jane.type('address', 'typed');
  await jane.type('password-1', 'secret');
  const { id: view_id } = opened.view as { id: string };
  const updated = await call(slack, 'views.update', { view_id, view: page('password-2') });
  const fields = jane.modal()?.fields.map(({ blockId, value }) => [blockId, value]);
  assert.deepEqual(fields, [
    ['address', 'typed'],
    ['password-2', 'fresh'],
  ]);
  assert.deepEqual((updated.view as { state: unknown }).state, {
    values: {
      address: { value: { type: 'plain_text_input', value: 'typed' } },
      'password-2': { value: { type: 'plain_text_input', value: 'fresh' } },
    },
  });
  await call(slack, 'views.update', { view_id, view: page('password-1') });
  assert.equal(jane.modal()?.fields[1]?.value, 'fresh');
});

test('the Home is published for people of the workspace, and seen by them', async (t) => {
  const { slack, jane } = await atCommand(t);
  const publish = (args: JsonObject) =>
    call(slack, 'views.publish', {
      user_id: jane.userId,
      view: { type: 'home', blocks: [{ type: 'header', text: plain('Hi') }] },
      ...args,
    });
  const first = await publish({});
  assert.equal(jane.home().rendered, '# Hi');
  assert.equal((await publish({ hash: (first.view as { hash: string }).hash })).ok, true);
  assert.equal((await publish({ hash: (first.view as { hash: string }).hash })).error, 'hash_conflict');
  assert.equal((await publish({ user_id: 'U0NOBODY' })).error, 'invalid_arguments');
  assert.equal((await publish({ view: modal([textInput('a')]) })).error, 'invalid_arguments');
});

test('external ids differ, and a view has a size', async (t) => {
  const { slack, trigger } = await atCommand(t);
  const open = async (view: JsonObject) =>
    (await call(slack, 'views.open', { trigger_id: await trigger(), view })).error;
  assert.equal(await open(modal([textInput('a')], { external_id: 'one' })), undefined);
  assert.equal(await open(modal([textInput('a')], { external_id: 'one' })), 'duplicate_external_id');
  const section = { type: 'section', text: plain('x'.repeat(3000)) };
  assert.equal(await open(modal(Array.from({ length: 100 }, () => section))), 'view_too_large');
});
