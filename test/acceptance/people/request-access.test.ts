import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageSeen } from '../../../playground/local-slack/local-slack.ts';
import { closeAll, openForm, waitForPage } from '../world/fill-form.ts';
import { startWorld, type World } from '../world/start-bot.ts';

test('a member who may not add inboxes asks, and an admin decides', async (context) => {
  const world = await startWorld(context);
  const { slack, admin, member, guest, channelId } = world;
  await setAdminsOnly(world);

  await context.test('a guest has no such button', async () => {
    await guest.command('/add-inbox', { channelId });
    const page = await guest.waitForModal(({ rendered }) => rendered.includes('Guests'));
    assert.doesNotMatch(page.rendered, /Request access/);
    await closeAll(guest);
  });

  await context.test('the admins known to the bot get one message with what an approval does', async () => {
    const page = await askForAccess(world);
    assert.match(page.rendered, /I asked 1 admin who use this bot/);
    await closeAll(member);
    const asked = await waitForMessage(/@mel asks for permission/, world);
    assert.match(asked.rendered, /changes the setting to “Chosen people”[\s\S]*Approve[\s\S]*Decline/);
    assert.match((await askForAccess(world)).rendered, /You asked within the last 24 hours/);
    await closeAll(member);
  });

  await context.test('only an admin decides', async () => {
    const asked = await waitForMessage(/@mel asks for permission/, world);
    slack.tamperNext({ payload: (payload) => ({ ...payload, user: { id: member.userId, name: 'mel' } }) });
    await admin.click('access_approve', { in: asked });
    const page = await admin.waitForModal(({ callbackId }) => callbackId === 'notice');
    assert.match(page.rendered, /Only admins and owners/);
    await closeAll(admin);
  });

  await context.test('an approval takes effect at once, is told, and counts once', async () => {
    const asked = await waitForMessage(/@mel asks for permission/, world);
    await admin.click('access_approve', { in: asked });
    const decided = await waitForMessage(/@ada approved: @mel may now add inboxes/, world);
    assert.doesNotMatch(decided.rendered, /Decline/);
    await waitForMessage(/@ada approved your request/, world);
    await openForm(member, channelId);
    await closeAll(member);
    const home = await admin.openHome();
    assert.match(home.rendered, /@mel, and admins and owners/);
    await admin.click('home_audit', { in: 'home' });
    const { rendered } = await waitForPage(admin, 'audit_trail');
    assert.match(rendered, /Access approved · @ada[\s\S]*person: @mel/);
    assert.match(rendered, /Setting changed · @ada/);
    assert.match(rendered, /Access requested · @mel/);
    await closeAll(admin);
  });

  await context.test('a decline changes nothing and is told', async () => {
    const otto = slack.as(slack.addPerson({ name: 'otto' }).id);
    slack.join(channelId, otto.userId);
    await askForAccess({ ...world, member: otto });
    await closeAll(otto);
    await admin.click('access_decline', { in: await waitForMessage(/@otto asks/, world) });
    await waitForMessage(/@ada declined your request/, { ...world, member: otto });
    await otto.command('/add-inbox', { channelId });
    await otto.waitForModal(({ rendered }) => rendered.includes('You are not among the people'));
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

test('where no admin can be reached, it says so, and the person can ask again', async (context) => {
  const world = await startWorld(context);
  const { slack, admin, member } = world;
  await setAdminsOnly(world);
  slack.setPerson(admin.userId, { is_admin: false });
  assert.match((await askForAccess(world)).rendered, /I couldn't reach an admin/);
  await closeAll(member);
  slack.setPerson(admin.userId, { is_admin: true });
  assert.match((await askForAccess(world)).rendered, /I asked 1 admin/);
});

async function setAdminsOnly({ admin }: World): Promise<void> {
  await admin.openHome();
  await admin.click('home_settings', { in: 'home' });
  await waitForPage(admin, 'settings');
  await admin.choose('who_may_add', 'admins');
  assert.equal((await admin.submit()).modal, undefined);
}

async function askForAccess({ member, channelId }: Pick<World, 'member' | 'channelId'>) {
  await member.command('/add-inbox', { channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('Request access'));
  await member.click('access_request', { in: 'modal' });
  return member.waitForModal(({ rendered }) => !rendered.includes('[ Request access ]'));
}

/** A message that anybody got, as the admin or the member sees it. */
async function waitForMessage(says: RegExp, { slack, admin, member }: World): Promise<MessageSeen> {
  const seen = () =>
    [admin, member].flatMap((person) =>
      slack.ledger.calls
        .filter(({ method }) => method === 'chat.postMessage')
        .flatMap(({ response }) => (typeof response?.channel === 'string' ? person.in(response.channel) : [])),
    );
  return slack.waitFor(() => seen().find(({ rendered }) => says.test(rendered)), String(says));
}
