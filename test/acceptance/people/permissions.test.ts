import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Delivery, JsonObject, ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { listStubbedListeners } from '../../slack/listener-stubs.ts';
import { previewPaste } from '../batches/batch-world.ts';
import { closeAll, HOW_PAGE, NOTICE, openForm, openHowPage, submitInbox, waitForPage } from '../world/fill-form.ts';
import { API_KEY, startWorld, type World } from '../world/start-bot.ts';

const MANY = {
  rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 }, method: { burst: 5_000, perSecond: 5_000 } },
};

const GUEST = /Guests can't add inboxes/;
const DEACTIVATED = /Your account is deactivated/;
const OTHER_WORKSPACE = /You belong to another workspace/;
const ADMINS_ONLY = /Only admins and owners may add inboxes in this workspace/;
const NOT_ADMIN = /Only admins and owners of this workspace can change its keys/;
const NOT_YOURS = /Only the person who added this inbox and admins can do this/;
const NOT_THEIRS = /This form was opened for another person, so I did nothing/;

type View =
  | 'who'
  | 'how'
  | 'key'
  | 'client'
  | 'settings'
  | 'audit'
  | 'many'
  | 'preview'
  | 'test_email'
  | 'remove_inbox';

/**
 * What a listener needs, and who may use it: whoever may add inboxes, who may not and asks, admins, every full member, or no person at all. `says`: to a
 * member, where it is about another person's inbox.
 */
type Row = { for: 'adding' | 'asking' | 'admins' | 'members' | 'nobody'; view?: View; value?: string; says?: RegExp };

/** One for each listener there is; a new one without a row fails below. */
const ROWS: Record<string, Row> = {
  '/add-inbox': { for: 'adding' },
  add_inbox_who: { for: 'adding', view: 'who' },
  add_inbox_how: { for: 'adding', view: 'how' },
  back_to_who: { for: 'adding', view: 'how' },
  edit_servers: { for: 'adding', view: 'how' },
  same_login: { for: 'adding', view: 'how' },
  add_many: { for: 'adding', view: 'who' },
  home_add_many: { for: 'adding' },
  batch_form: { for: 'adding', view: 'many' },
  batch_preview: { for: 'adding', view: 'preview' },
  batch_back: { for: 'adding', view: 'many' },
  try_again: { for: 'adding', value: 'the request' },
  send_anyway: { for: 'adding', value: 'the request' },
  add_another: { for: 'adding', view: 'who', value: 'none' },
  home_add: { for: 'adding' },
  enter_password: { for: 'adding', value: 'the request' },
  open_secure_page: { for: 'nobody' },
  confirm_code: { for: 'adding', value: 'none' },
  deny_code: { for: 'adding', value: 'none' },
  cancel_request: { for: 'adding', value: 'none' },
  inbox_test_email: { for: 'adding', value: 'none' },
  inbox_remove: { for: 'adding', value: 'none' },
  test_email: { for: 'adding', view: 'test_email', says: NOT_YOURS },
  home_inbox_menu: { for: 'adding', value: 'remove none' },
  remove_inbox: { for: 'adding', view: 'remove_inbox', says: NOT_YOURS },
  batch_fix: { for: 'adding', value: 'none' },
  batch_fix_by_file: { for: 'adding', value: 'none' },
  batch_send_anyway: { for: 'adding', value: 'none' },
  batch_skip_row: { for: 'adding', view: 'who' },
  batch_stop: { for: 'adding', value: 'none' },
  batch_results: { for: 'adding', value: 'none' },
  store_key: { for: 'admins', view: 'key' },
  client_key: { for: 'admins', view: 'client' },
  client_presets: { for: 'admins', view: 'client' },
  settings: { for: 'admins', view: 'settings' },
  home_store_key: { for: 'admins' },
  home_remove_key: { for: 'admins' },
  home_add_client: { for: 'admins' },
  home_change_client: { for: 'admins', value: 'Acme' },
  home_presets: { for: 'admins', value: 'Acme' },
  home_remembered: { for: 'admins', value: 'Acme' },
  remembered: { for: 'admins', view: 'client' },
  remembered_previous: { for: 'admins', view: 'client', value: '0' },
  remembered_more: { for: 'admins', view: 'client', value: '20' },
  remembered_forget_domain: { for: 'admins', view: 'client', value: 'acme.com' },
  remembered_forget_owner: { for: 'admins', view: 'client', value: 'all' },
  remembered_forget_everything: { for: 'admins', view: 'client', value: 'everything' },
  home_remove_client: { for: 'admins', value: 'Acme' },
  home_settings: { for: 'admins' },
  home_audit: { for: 'admins' },
  audit_older: { for: 'admins', view: 'audit', value: '1.0' },
  audit_newer: { for: 'admins', view: 'audit', value: '1.0' },
  audit_export: { for: 'admins', view: 'audit' },
  audit_person: { for: 'admins', view: 'audit' },
  audit_topic: { for: 'admins', view: 'audit' },
  audit_period: { for: 'admins', view: 'audit' },
  audit_all: { for: 'admins', view: 'audit' },
  access_request: { for: 'asking', view: 'audit' },
  access_approve: { for: 'admins', value: 'none' },
  access_decline: { for: 'admins', value: 'none' },
  home_previous_clients: { for: 'members', value: '0' },
  home_more_clients: { for: 'members', value: '1' },
  home_filter_client: { for: 'members' },
  home_filter_outcome: { for: 'members' },
  home_older_inboxes: { for: 'members' },
  home_newer_inboxes: { for: 'members' },
  app_home_opened: { for: 'members' },
  app_uninstalled: { for: 'nobody' },
  tokens_revoked: { for: 'nobody' },
};

type Kind = { who: string; userId: string; teamId: string | undefined; says(row: Row): RegExp | undefined };

test('every kind of person against every listener', async (context) => {
  const world = await startWorld(context, { slack: MANY });
  const { slack, coldsend, admin } = world;
  const stage = await setTheStage(world);
  const kinds = createKinds(world);
  const before = await seeAll(world);
  const { commands, submissions, viewActions, actions, events, lifecycle } = listStubbedListeners();
  const all = [commands, submissions, viewActions, actions, events, lifecycle].flatMap((table) => Object.keys(table));

  await context.test('each listener has a row, and each row a listener', () => {
    assert.deepEqual(Object.keys(ROWS).toSorted(), all.toSorted());
  });

  for (const name of all) {
    const row = ROWS[name] ?? { for: 'nobody' };
    for (const kind of kinds) {
      const says = kind.says(row);
      if (row.for === 'nobody' || says === undefined) continue;
      await context.test(`${name}: ${kind.who} is refused`, async () => {
        if (name in commands) return assertSeen(admin, says, () => command(world, kind));
        if (row.view !== undefined && !(name in submissions)) await openModal(admin);
        if (name in events || row.for === 'members')
          return assertHome(world, kind, says, name in events ? undefined : name);
        if (name in submissions) return assertAnswered(await submit(world, stage, name, row, kind), says);
        await assertSeen(admin, says, () => act(world, stage, name, row, kind));
        if (row.view !== undefined)
          assert.equal(admin.modal()?.callbackId, 'audit_trail', 'the page below is as it was');
      });
    }
  }

  await context.test('nothing was done by any of that, and it is in the audit trail', async () => {
    assert.deepEqual(await seeAll(world), before);
    assert.deepEqual(
      slack.problems.filter((problem) => !/user_not_found|user not found/.test(problem)),
      [],
    );
    assert.equal(coldsend.accounts.length, 1, 'the one of the stage');
    await closeAll(admin);
    await admin.openHome();
    await admin.click('home_audit', { in: 'home' });
    const { rendered } = await waitForPage(admin, 'audit_trail');
    assert.match(rendered, /Attempt refused · @gus/);
    assert.match(rendered, /why: a guest/);
  });
});

/** Views as they stand on the admin's screen, a submission of Slack's as it is sent, and a request to try again. */
async function setTheStage(world: World) {
  const { slack, coldsend, admin, channelId } = world;
  const submission = slack.ledger.deliveries.find(({ payload }) => payload.type === 'view_submission');
  assert.ok(submission);
  await admin.openHome();
  await admin.click('home_add_client', { in: 'home' });
  await waitForPage(admin, 'client_key');
  await admin.type('client_label', 'Acme');
  await admin.choose('client_channels', [channelId]);
  await admin.type('api_key', API_KEY);
  const client = seenView(admin.modal());
  assert.equal((await admin.submit()).modal, undefined);

  const views: Record<View, JsonObject> = {
    client,
    who: await openWho(admin, channelId),
    how: await openHow(admin, channelId),
    ...(await openMany(admin, channelId)),
    key: await openFromHome(admin, 'home_store_key', 'store_key'),
    settings: await openFromHome(admin, 'home_settings', 'settings'),
    audit: await openFromHome(admin, 'home_audit', 'audit_trail'),
    test_email: await openTestEmail(world),
    remove_inbox: await openFromHome(admin, 'Remove from ColdSend', 'remove_inbox'),
  };
  coldsend.answerNext({ kind: 'login_failed' });
  await openHowPage(admin, channelId, { address: 'again@acme.com', provider: 'GOOGLE_WORKSPACE' });
  await admin.type('smtp_password', 'x');
  await submitInbox(admin);
  await closeAll(admin);
  const refused = await slack.waitForMessage(({ text, threadTs }) => threadTs !== undefined && /again@/.test(text));
  const requestId = /"value":"([0-9A-Z]{12})"/.exec(JSON.stringify(refused.blocks))?.[1] ?? assert.fail();
  await slack.waitFor(() => admin.in(channelId).find(({ text }) => /refused it/.test(text)), 'the announcement');
  return { views, submission, requestId };
}

type Stage = Awaited<ReturnType<typeof setTheStage>>;

function createKinds({ slack, admin, member, guest, channelId }: World): Kind[] {
  const ours = slack.workspace.teamId;
  const { teamId: theirs } = slack.addWorkspace({ name: 'Globex', installed: false });
  const shared = slack.addChannel({ name: 'shared', members: [admin.userId], withBot: true, sharedWith: [theirs] });
  const add = (record: object) => {
    const { id } = slack.addPerson({ name: 'someone', ...record });
    slack.join(channelId, id);
    return id;
  };
  const stranger = slack.addPerson({ name: 'zoe', teamId: theirs, is_admin: true }).id;
  slack.join(shared.id, stranger);
  const always = (says: RegExp) => () => says;
  return [
    { who: 'a guest', userId: guest.userId, teamId: ours, says: always(GUEST) },
    { who: 'a guest of one channel', userId: add({ is_ultra_restricted: true }), teamId: ours, says: always(GUEST) },
    { who: 'somebody deactivated', userId: add({ deleted: true }), teamId: ours, says: always(DEACTIVATED) },
    { who: 'a stranger', userId: stranger, teamId: theirs, says: always(OTHER_WORKSPACE) },
    { who: 'a stranger of no workspace', userId: stranger, teamId: undefined, says: always(OTHER_WORKSPACE) },
    {
      who: 'a member who is not among those who may',
      userId: member.userId,
      teamId: ours,
      says: (row) => row.says ?? (row.for === 'adding' ? ADMINS_ONLY : row.for === 'admins' ? NOT_ADMIN : undefined),
    },
    {
      who: "another admin, with a form of somebody else's,",
      userId: add({ is_admin: true }),
      teamId: ours,
      says: ({ view, for: whom }) => (view === undefined || whom === 'asking' ? undefined : NOT_THEIRS),
    },
  ];
}

/** All that could have been changed, as an admin sees it; only admins may add inboxes from here on. */
async function seeAll({ slack, coldsend, admin, member }: World) {
  if (!admin.home().rendered.includes('Admins and owners only')) {
    await admin.openHome();
    await admin.click('home_settings', { in: 'home' });
    await waitForPage(admin, 'settings');
    await admin.choose('who_may_add', 'admins');
    assert.equal((await admin.submit()).modal, undefined);
    await member.openHome();
  }
  return {
    home: (await admin.openHome()).rendered,
    asked: coldsend.ledger.length,
    posts: slack.ledger.calls.filter(({ method }) => /^chat\.(?!getPermalink)|^files\./.test(method)).length,
  };
}

function asActor(payload: JsonObject, { userId, teamId }: Kind): JsonObject {
  const user = { id: userId, name: 'x', ...(teamId === undefined ? {} : { team_id: teamId }) };
  const isTheirTeam = payload.type === 'view_submission' && teamId !== undefined;
  return { ...payload, user, ...(isTheirTeam && { team: { id: teamId, domain: 'x' } }) };
}

async function command({ slack, admin, channelId }: World, { userId }: Kind): Promise<void> {
  slack.tamperNext({ payload: (payload) => ({ ...payload, user_id: userId }) });
  await admin.command('/add-inbox', { channelId });
}

async function act({ slack, admin }: World, stage: Stage, name: string, row: Row, kind: Kind): Promise<void> {
  const value = row.value === 'the request' ? stage.requestId : (row.value ?? 'x');
  slack.tamperNext({
    payload: (payload) => ({
      ...asActor(payload, kind),
      ...(row.view && { view: stage.views[row.view] }),
      actions: [{ type: 'button', action_id: name, block_id: 'x', value }],
    }),
  });
  if (row.view === undefined) await admin.click('home_add_client', { in: 'home' });
  else await admin.click('audit_export', { in: 'modal' });
}

/** A modal with buttons, for what is pressed in one. */
async function openModal(admin: Person): Promise<void> {
  if (admin.modal()?.callbackId === 'audit_trail') return;
  await closeAll(admin);
  await admin.click('home_audit', { in: 'home' });
  await waitForPage(admin, 'audit_trail');
}

async function submit({ slack }: World, stage: Stage, name: string, row: Row, kind: Kind): Promise<Delivery> {
  const view = stage.views[row.view ?? assert.fail(`${name} is submitted from no view`)];
  const payload = (sent: JsonObject) => asActor({ ...sent, view }, kind);
  const [delivery] = await slack.redeliver(stage.submission, { payload });
  return delivery ?? assert.fail('not delivered');
}

async function assertSeen(admin: Person, says: RegExp, attempt: () => Promise<void>): Promise<void> {
  await attempt();
  const page = await admin.waitForModal(({ rendered }) => says.test(rendered));
  assert.equal(page.callbackId, NOTICE);
  assert.deepEqual([page.fields, page.submitLabel], [[], undefined]);
  await admin.close();
}

function assertAnswered({ outcome, response }: Delivery, says: RegExp): void {
  assert.equal(outcome, 'ok');
  const answer = JSON.stringify(response);
  assert.match(answer, says);
  assert.match(answer, /"response_action":"push".*"callback_id":"notice"/);
  assert.doesNotMatch(answer.replace(/"actions","block_id":"access".*?"button"/, ''), /"type":"input"|"button"/);
}

async function assertHome(world: World, kind: Kind, says: RegExp, button: string | undefined): Promise<void> {
  const { slack, admin } = world;
  const seen = slack.ledger.calls.length;
  if (button === undefined) {
    await slack.sendEvent(slack.workspace.teamId, { type: 'app_home_opened', user: kind.userId, tab: 'home' });
  } else {
    slack.tamperNext({
      payload: (payload) => ({
        ...asActor(payload, kind),
        actions: [{ type: 'button', action_id: button, value: '1' }],
      }),
    });
    await admin.click('home_add_client', { in: 'home' });
  }
  const published = await slack.waitFor(
    () =>
      slack.ledger.calls
        .slice(seen)
        .find(({ method, args }) => method === 'views.publish' && args.user_id === kind.userId),
    'a Home for them',
  );
  const home = JSON.stringify(published.args.view);
  assert.match(home, says);
  assert.doesNotMatch(home, /4567|@acme\.com|"button"/, 'and nothing of the workspace');
}

function seenView(modal: ModalSeen | undefined): JsonObject {
  assert.ok(modal);
  return { ...modal.view, state: { values: modal.values } };
}

async function openWho(admin: Person, channelId: string): Promise<JsonObject> {
  await openForm(admin, channelId, 'jane@acme.com');
  await admin.type('display_name', 'Jane');
  await admin.choose('inbox_type', 'GOOGLE_WORKSPACE');
  return seenView(admin.modal());
}

async function openHow(admin: Person, channelId: string): Promise<JsonObject> {
  const page = await openHowPage(admin, channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
  assert.equal(page.callbackId, HOW_PAGE);
  await admin.type('smtp_password', 'x');
  const view = seenView(admin.modal());
  await closeAll(admin);
  return view;
}

async function openMany(admin: Person, channelId: string): Promise<Record<'many' | 'preview', JsonObject>> {
  const preview = seenView(await previewPaste(admin, channelId, 'address,password,provider\nmany@acme.com,x,google\n'));
  await admin.close();
  return { many: seenView(admin.modal()), preview };
}

/** The form for a test email from an inbox that the admin has added. */
async function openTestEmail({ slack, admin, channelId }: World): Promise<JsonObject> {
  await openHowPage(admin, channelId, { address: 'added@acme.com', provider: 'GOOGLE_WORKSPACE' });
  await admin.type('smtp_password', 'x');
  await submitInbox(admin);
  await closeAll(admin);
  const reply = await slack.waitForMessage(({ text, threadTs }) => threadTs !== undefined && /added@/.test(text));
  await admin.click('inbox_test_email', { in: reply });
  await waitForPage(admin, 'test_email');
  await admin.type('recipient', 'me@acme.com');
  const view = seenView(admin.modal());
  await closeAll(admin);
  return view;
}

async function openFromHome(admin: Person, button: string, callbackId: string): Promise<JsonObject> {
  await closeAll(admin);
  await admin.openHome();
  await admin.click(button, { in: 'home' });
  const page = await waitForPage(admin, callbackId);
  if (callbackId === 'store_key') await admin.type('api_key', API_KEY);
  const view = seenView(admin.modal() ?? page);
  await closeAll(admin);
  return view;
}
