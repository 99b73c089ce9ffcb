import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import {
  additionsIn,
  closeAll,
  errorsOf,
  fieldOf,
  fillWho,
  NOTICE,
  openForm,
  openHowPage,
  submitInbox,
  waitForPage,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';

const SETTINGS = 'settings';

test('what the settings are, before and after', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, admin, member, channelId } = world;

  await context.test('everybody sees them in their Home, and admins have the buttons', async () => {
    const asAdmin = (await admin.openHome()).rendered;
    const asMember = (await member.openHome()).rendered;
    for (const home of [asAdmin, asMember]) {
      assert.match(home, /Who may add inboxes: Everyone except guests/);
      assert.match(home, /Results go to: a thread in the channel where \/add-inbox was used/);
      assert.match(home, /Default daily limit: 30 a day/);
      assert.match(home, /In channels without a client: I use the workspace's key/);
    }
    assert.match(asAdmin, /\[ Change the settings \] \[ Audit trail \]/);
    assert.deepEqual(asMember.match(/\[ [^\]]+ \]/g), ['[ Add an inbox ]', '[ Add many ]']);
    assert.match(asMember, /An admin or owner of this workspace can change them here/);
  });

  await context.test('a default daily limit is what the form starts with, and not what a retry has', async () => {
    await openSettings(admin);
    await admin.type('default_daily_limit', '40');
    await save(admin);
    assert.match((await member.openHome()).rendered, /Default daily limit: 40 a day/);
    const page = await openHowPage(member, channelId, { address: 'a@acme.com', provider: 'GOOGLE_WORKSPACE' });
    assert.equal(fieldOf(page, 'daily_limit').value, '40');
    await member.type('daily_limit', '100');
    await member.type('smtp_password', 'x');
    world.coldsend.answerNext({ kind: 'login_failed' });
    await submitInbox(member);
    const refused = await slack.waitForMessage(
      ({ threadTs, text }) => threadTs !== undefined && text.includes('a@acme'),
    );
    await closeAll(member);
    await member.click('try_again', { in: refused });
    await waitForPage(member, 'add_inbox_who');
    assert.equal(fieldOf(await fillWho(member, {}), 'daily_limit').value, '100');
    await closeAll(member);
  });

  await context.test('the form comes up as things are set', async () => {
    const form = await openSettings(admin);
    assert.equal(fieldOf(form, 'default_daily_limit').value, '40');
    assert.equal(fieldOf(form, 'who_may_add').value, 'everyone');
    assert.equal(fieldOf(form, 'elsewhere').value, 'workspace_key');
    assert.equal(fieldOf(form, 'results_channel').value, undefined);
    await admin.type('default_daily_limit', '');
    await save(admin);
    assert.match((await member.openHome()).rendered, /Default daily limit: 30 a day/);
  });

  await context.test('what another admin has changed meanwhile is not overwritten, and it says so', async () => {
    const other = slack.as(slack.addPerson({ name: 'olga', is_admin: true }).id);
    await openSettings(other);
    await openSettings(admin);
    await admin.type('default_daily_limit', '60');
    await save(admin);
    await other.type('default_daily_limit', '7');
    const { modal } = await other.submit();
    assert.match(
      modal?.rendered ?? '',
      /The settings have changed.*I saved nothing\. Now:.*Default daily limit: 60 a day/s,
    );
    await closeAll(other);
    assert.match((await other.openHome()).rendered, /Default daily limit: 60 a day/);
    await openSettings(other);
    await other.type('default_daily_limit', '');
    await save(other);
  });

  await context.test('it is for nobody but admins, whenever they stopped to be one', async () => {
    const other = slack.as(slack.addPerson({ name: 'otto', is_admin: true }).id);
    const form = await openSettings(other);
    assert.equal(form.callbackId, SETTINGS);
    await other.type('default_daily_limit', '7');
    slack.setPerson(other.userId, { is_admin: false });
    const { modal } = await other.submit();
    assert.equal(modal?.callbackId, NOTICE);
    assert.match(modal.rendered, /Only admins and owners/);
    await closeAll(other);
    await other.click('home_settings', { in: 'home' });
    assert.match((await waitForPage(other, NOTICE)).rendered, /Only admins and owners/);
    assert.match((await member.openHome()).rendered, /Default daily limit: 30 a day/);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

test('who may add inboxes', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  const eve = slack.as(slack.addPerson({ name: 'eve' }).id);
  const gil = slack.as(slack.addPerson({ name: 'gil' }).id);
  for (const { userId } of [eve, gil]) slack.join(channelId, userId);
  const group = slack.addUserGroup({ handle: 'outreach', name: 'Outreach', members: [gil.userId] });

  await context.test('admins only, at once, also where the form is open already', async () => {
    const open = await openHowPage(member, channelId, { address: 'late@acme.com', provider: 'GOOGLE_WORKSPACE' });
    assert.ok(open);
    await setWho(admin, 'admins');
    await member.type('smtp_password', 'x');
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /Only admins and owners may add inboxes in this workspace/);
    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    assertOnlySays(await waitForPage(member, NOTICE), /Only admins and owners may add inboxes/);
    await closeAll(member);
    const home = (await member.openHome()).rendered;
    assert.match(home, /Only admins and owners may add inboxes\. Ask/);
    assert.match(home, /Who may add inboxes: Admins and owners only/);
    assert.doesNotMatch((await admin.openHome()).rendered, /Ask one of them to add yours/);
    await openForm(admin, channelId);
    await closeAll(admin);
    assert.equal(additionsIn(coldsend).length, 0);
  });

  await context.test('nobody chosen is nothing to save', async () => {
    await openSettings(admin);
    await admin.choose('who_may_add', 'chosen');
    const { modal } = await admin.submit();
    assert.match(errorsOf(modal).chosen_people ?? '', /Choose at least one person or user group/);
    await closeAll(admin);
  });

  await context.test('chosen people and user groups', async () => {
    await openSettings(admin);
    await admin.choose('who_may_add', 'chosen');
    await admin.choose('chosen_people', [eve.userId]);
    await admin.choose('chosen_user_groups', [group.id]);
    await save(admin);
    for (const may of [eve, gil, admin]) {
      await openForm(may, channelId);
      await closeAll(may);
    }
    await member.command('/add-inbox', { channelId });
    assertOnlySays(
      await member.waitForModal(({ rendered }) => /You are not among the people/.test(rendered)),
      /Ask an admin to add you under “Settings” in my Home tab/,
    );
    assert.match((await member.openHome()).rendered, /You are not among the people/);
    assert.match((await member.openHome()).rendered, /, and admins and owners/);
    const form = await openSettings(admin);
    assert.deepEqual(fieldOf(form, 'chosen_people').value, [eve.userId]);
    assert.deepEqual(fieldOf(form, 'chosen_user_groups').value, [group.id]);
    await closeAll(admin);
  });

  await context.test('where Slack does not list user groups, what is set for them stays', async () => {
    slack.failNext('usergroups.list', { error: 'missing_scope' });
    const form = await openSettings(admin);
    assert.match(form.rendered, /Slack did not list the user groups, so I keep the groups you chose/);
    await admin.type('default_daily_limit', '30');
    await save(admin);
    await openHowPage(gil, channelId, { address: 'gil@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await closeAll(gil);
  });

  await context.test('who is in no chosen group any more is refused at the submission', async () => {
    const late = slack.addUserGroup({ handle: 'late', name: 'Late', members: [member.userId] });
    await openSettings(admin);
    await admin.choose('chosen_user_groups', [group.id, late.id]);
    await save(admin);
    await closeAll(member);
    await openHowPage(member, channelId, { address: 'late@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'x');
    await setWho(admin, 'chosen', [group.id]);
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /You are not among the people/);
    assert.equal(additionsIn(coldsend).length, 0);
  });

  await context.test("breaks no rule of Slack's", () =>
    assert.deepEqual(
      slack.problems.filter((problem) => !problem.includes('missing_scope')),
      [],
    ),
  );
});

test('one channel for all results', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  const results = slack.addChannel({ name: 'results', members: [admin.userId, member.userId] });
  const closed = slack.addChannel({ name: 'closed', kind: 'private', members: [admin.userId] });

  await context.test('a channel that is closed to the bot is not taken, and it says how to let it in', async () => {
    await openSettings(admin);
    await admin.choose('results_channel', closed.id);
    const { modal } = await admin.submit();
    assert.match(errorsOf(modal).results_channel ?? '', /can't post in this channel, so nothing was saved.*\/invite/);
    slack.inviteBot(closed.id);
    slack.failNext('chat.getPermalink', { status: 500 });
    assert.match(
      errorsOf((await admin.submit()).modal).results_channel ?? '',
      /Slack did not say clearly if I can post there/,
    );
    assert.match((await member.openHome()).rendered, /Results go to: a thread in the channel where/);
    await closeAll(admin);
  });

  await context.test('where the post fails once it is saved, the admin is told so, and it stays saved', async () => {
    const quiet = slack.addChannel({ name: 'quiet', members: [admin.userId, member.userId] });
    await openSettings(admin);
    await admin.choose('results_channel', quiet.id);
    slack.failNext('chat.postMessage', { error: 'restricted_action' });
    const { modal } = await admin.submit();
    assert.match(modal?.rendered ?? '', /Your change is saved, but Slack did not confirm.*#quiet/s);
    assert.match((await member.openHome()).rendered, /Results go to: #quiet/);
    await closeAll(admin);
    await openSettings(admin);
    await admin.choose('results_channel', undefined);
    await save(admin);
  });

  await context.test('a channel of another workspace is none, nor is a person', async () => {
    const other = slack.addWorkspace({ name: 'Globex' });
    const foreign = slack.addChannel({ name: 'foreign', teamId: other.teamId });
    for (const id of [foreign.id, member.userId]) {
      await openSettings(admin);
      await admin.choose('results_channel', results.id);
      slack.tamperNext({
        payload: (payload) => JSON.parse(JSON.stringify(payload).replaceAll(results.id, id)),
      });
      assert.match(errorsOf((await admin.submit()).modal).results_channel ?? '', /belongs to this workspace/);
      await closeAll(admin);
    }
    assert.deepEqual(slack.messages(foreign.id), []);
  });

  await context.test('a channel that was taken knows of it, and all threads are there from then on', async () => {
    await openSettings(admin);
    await admin.choose('results_channel', results.id);
    await save(admin);
    assert.match(slack.messages(results.id)[0]?.text ?? '', /chose this channel for all results/);
    assert.match((await member.openHome()).rendered, /Results go to: #results/);
    const page = await addInbox(member, channelId, 'there@acme.com');
    assert.match(page.rendered, /#results/);
    const reply = await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('there@'));
    assert.equal(reply.channelId, results.id);
    assert.deepEqual(slack.messages(channelId), []);
  });

  await context.test('where it closes later it is told in the DM, with how to have it there', async () => {
    slack.archive(results.id);
    await addInbox(member, channelId, 'dm@acme.com');
    const reply = await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('dm@'));
    assert.equal(reply.channelId, member.botDm());
    const [announcement] = member.in(reply.channelId).filter(({ text }) => text.includes('dm@acme.com'));
    assert.match(announcement?.rendered ?? '', /I can't post in #results, so you get this message here/);
    assert.match(member.in(channelId).at(-1)?.rendered ?? '', /I can't post in #results, the channel for all results/);
    assert.equal(additionsIn(coldsend).length, 2);
    assert.deepEqual(slack.problems, []);
  });
});

async function addInbox(person: Person, channelId: string, address: string): Promise<ModalSeen> {
  await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
  await person.type('smtp_password', 'x');
  const page = await submitInbox(person);
  await closeAll(person);
  return page;
}

async function openSettings(admin: Person): Promise<ModalSeen> {
  await closeAll(admin);
  await admin.openHome();
  await admin.click('home_settings', { in: 'home' });
  return waitForPage(admin, SETTINGS);
}

async function save(admin: Person): Promise<void> {
  const { status, errors, modal } = await admin.submit();
  assert.deepEqual({ status, errors, modal }, { status: 'ok', errors: {}, modal: undefined });
}

async function setWho(admin: Person, kind: string, groupIds: string[] = []): Promise<void> {
  await openSettings(admin);
  await admin.choose('who_may_add', kind);
  if (groupIds.length > 0) await admin.choose('chosen_user_groups', groupIds);
  await save(admin);
}

function assertOnlySays(page: ModalSeen, says: RegExp): void {
  assert.match(page.rendered, says);
  assert.deepEqual(page.fields, []);
  assert.equal(page.submitLabel, undefined);
}
