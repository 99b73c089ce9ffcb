import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../playground/local-slack/local-slack.ts';
import {
  additionsIn,
  closeAll,
  HOW_PAGE,
  KEY_FORM,
  NOTICE,
  openForm,
  openHowPage,
  submitInbox,
  WHO_PAGE,
  waitForPage,
} from '../world/fill-form.ts';
import { API_KEY, MANY_POSTS, startWorld, storeKey } from '../world/start-bot.ts';
import { addPerson, assertRefused, OTHER_WORKSPACE, waitForRefusedRequest } from './people-world.ts';

test('a person of another workspace', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member } = world;
  const { teamId: otherTeam } = slack.addWorkspace({ name: 'Globex', installed: false });
  const record = slack.addPerson({ name: 'zoe', teamId: otherTeam, is_admin: true });
  const stranger = slack.as(record.id);
  const { id: channelId } = slack.addChannel({
    name: 'shared',
    members: [admin.userId, member.userId, stranger.userId],
    withBot: true,
    sharedWith: [otherTeam],
  });
  const shared = { ...world, channelId };
  /** What Slack sends when it is them who act in the view of somebody else's screen. */
  const asStranger = (payload: JsonObject): JsonObject => ({
    ...payload,
    user: { id: stranger.userId, username: 'zoe', name: 'zoe', team_id: otherTeam },
    ...(payload.type === 'view_submission' ? { team: { id: otherTeam, domain: 'globex' } } : {}),
  });

  await context.test('is refused where Slack lets them type the command', async () => {
    await stranger.command('/add-inbox', { channelId, throughTeamId: slack.workspace.teamId });
    assertRefused(await stranger.waitForModal(({ rendered }) => OTHER_WORKSPACE.test(rendered)), OTHER_WORKSPACE);
    await closeAll(stranger);
  });

  await context.test('is refused at once when they press a button in a shared channel', async () => {
    const refused = await waitForRefusedRequest(shared);
    const lookUps = slack.ledger.calls.filter(({ method }) => method === 'users.info').length;
    await stranger.click('try_again', { in: refused });
    assertRefused(await waitForPage(stranger, NOTICE), OTHER_WORKSPACE);
    assert.equal(slack.ledger.calls.filter(({ method }) => method === 'users.info').length, lookUps);
    await closeAll(stranger);
  });

  await context.test('is refused also where the payload names no workspace of theirs', async () => {
    const refused = await waitForRefusedRequest(shared);
    slack.tamperNext({ payload: (payload) => ({ ...payload, user: { id: stranger.userId, name: 'zoe' } }) });
    await stranger.click('try_again', { in: refused });
    assertRefused(await stranger.waitForModal(({ rendered }) => OTHER_WORKSPACE.test(rendered)), OTHER_WORKSPACE);
    await closeAll(stranger);
  });

  const tried = additionsIn(coldsend).length;
  for (const [step, page, act] of [
    ['submitting the first page', WHO_PAGE, () => member.submit()],
    ['submitting the second page', HOW_PAGE, () => member.submit()],
    ['going back', HOW_PAGE, () => member.click('Back')],
    ['editing the servers', HOW_PAGE, () => member.click('Edit servers')],
  ] as const) {
    await context.test(`is refused at ${step}`, async () => {
      await openForm(member, channelId, 'jane@acme.com');
      await member.type('display_name', 'Jane');
      await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
      if (page === HOW_PAGE) {
        await member.submit();
        await member.type('smtp_password', 'x');
      }
      slack.tamperNext({ payload: asStranger });
      await act();
      assertRefused(await waitForPage(member, NOTICE), OTHER_WORKSPACE);
    });
  }

  await context.test('stores no key, though an admin at home', async () => {
    await admin.openHome();
    await admin.click('home_store_key', { in: 'home' });
    await waitForPage(admin, KEY_FORM);
    await admin.type('api_key', API_KEY);
    const asked = coldsend.ledger.length;
    slack.tamperNext({ payload: asStranger });
    const { modal } = await admin.submit();
    assert.ok(modal);
    assertRefused(modal, OTHER_WORKSPACE);
    assert.equal(coldsend.ledger.length, asked);
    await closeAll(admin);
    for (const button of ['home_store_key', 'home_remove_key']) {
      slack.tamperNext({ payload: asStranger });
      await admin.click(button, { in: 'home' });
      assertRefused(await waitForPage(admin, NOTICE), OTHER_WORKSPACE);
      await closeAll(admin);
    }
    assert.match((await admin.openHome()).rendered, /The key ends in 4567/);
  });

  await context.test('adds nothing by any of this', () => {
    assert.equal(additionsIn(coldsend).length, tried);
    assert.deepEqual(slack.problems, []);
  });
});

test('people of an organization (Enterprise Grid)', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, channelId } = world;
  const ours = slack.workspace.teamId;

  for (const [who, teamId] of [
    ['whose payloads name another workspace', 'T0SISTER'],
    ['whose payloads name the organization', 'E0LOCAL'],
  ] as const) {
    await context.test(`an admin ${who} does all that an admin does`, async () => {
      const person = addPerson(world, { is_admin: true, organization: { teamId, teams: ['T0SISTER', ours] } });
      await storeKey(person, API_KEY);
      assert.match((await person.openHome()).rendered, /The key ends in 4567/);
      coldsend.answerNext({ kind: 'login_failed' });
      const address = `${teamId.toLowerCase()}@acme.com`;
      await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
      await person.click('Edit servers');
      await person.type('smtp_password', 'x');
      await submitInbox(person);
      await closeAll(person);
      const reply = await slack.waitForMessage(
        ({ text, threadTs }) => threadTs !== undefined && text.includes(address) && /refused/.test(text),
      );
      await person.click('try_again', { in: reply });
      await waitForPage(person, WHO_PAGE);
      await person.submit();
      await person.type('smtp_password', 'y');
      await submitInbox(person);
      await slack.waitForMessage(({ text }) => text.includes(address) && /Inbox added/.test(text));
    });
  }

  await context.test('somebody whose organization does not have ours is a stranger', async () => {
    const person = addPerson(world, { organization: { teamId: 'T0SISTER', teams: ['T0SISTER'] } });
    await person.command('/add-inbox', { channelId });
    assertRefused(await person.waitForModal(({ rendered }) => OTHER_WORKSPACE.test(rendered)), OTHER_WORKSPACE);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});
