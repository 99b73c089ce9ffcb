import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { Person } from '../../../playground/local-slack/local-slack.ts';
import {
  additionsIn,
  closeAll,
  fieldOf,
  HOW_PAGE,
  NOTICE,
  openForm,
  openHowPage,
  submitInbox,
  WHO_PAGE,
  waitForPage,
  waitForSent,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import {
  addPerson,
  assertRefused,
  clickAs,
  DEACTIVATED,
  DEMOTIONS,
  GUEST,
  OTHER_WORKSPACE,
  waitForRefusedRequest,
} from './people-world.ts';

test('who may add inboxes', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, channelId } = world;

  for (const [who, record] of [
    ['a member', {}],
    ['an admin', { is_admin: true }],
    ['an owner', { is_owner: true }],
  ] as const) {
    await context.test(`${who} adds one`, async () => {
      const person = addPerson(world, record);
      const address = `${who.slice(-5).trim()}@acme.com`;
      await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
      await person.type('smtp_password', 'x');
      await submitInbox(person);
      await waitForSent(coldsend, address);
    });
  }

  const tried = additionsIn(coldsend).length;
  for (const [who, record] of [
    ['a guest of several channels', { is_restricted: true }],
    ['a guest of one channel', { is_restricted: true, is_ultra_restricted: true }],
  ] as const) {
    await context.test(`${who} is refused, with nothing to type into`, async () => {
      const person = addPerson(world, record);
      await person.command('/add-inbox jane@acme.com', { channelId });
      assertRefused(await waitForPage(person, NOTICE), /One moment/);
      assertRefused(await person.waitForModal(({ rendered }) => GUEST.test(rendered)), GUEST);
      const home = await person.openHome();
      assert.match(home.rendered, GUEST);
      assert.doesNotMatch(home.rendered, /4567|@acme\.com/, 'nothing of the workspace either');
    });
  }

  await context.test('a guest who becomes a member need not wait', async () => {
    const person = addPerson(world, { is_restricted: true });
    await person.command('/add-inbox', { channelId });
    await person.waitForModal(({ rendered }) => GUEST.test(rendered));
    slack.setPerson(person.userId, { is_restricted: false });
    await openForm(person, channelId);
  });

  await context.test('nobody sees the Home of the workspace whom Slack does not know at the moment', async () => {
    const person = addPerson(world, {});
    slack.failNext('users.info', { status: 500 });
    const home = await person.openHome();
    assert.match(home.rendered, /could not check your account.*Open this tab again/);
    assert.match((await person.openHome()).rendered, /The key ends in 4567/);
  });

  await context.test('a command in the name of somebody deactivated is refused', async () => {
    const gone = slack.addPerson({ name: 'gone', deleted: true }).id;
    const person = addPerson(world, {});
    slack.tamperNext({ payload: (payload) => ({ ...payload, user_id: gone }) });
    await person.command('/add-inbox', { channelId });
    assertRefused(await person.waitForModal(({ rendered }) => DEACTIVATED.test(rendered)), DEACTIVATED);
  });

  for (const error of ['user_not_found', 'user_not_visible']) {
    await context.test(`somebody of whom Slack says ${error} is refused`, async () => {
      const person = addPerson(world, {});
      slack.failNext('users.info', { error });
      await person.command('/add-inbox', { channelId });
      assertRefused(await person.waitForModal(({ rendered }) => OTHER_WORKSPACE.test(rendered)), OTHER_WORKSPACE);
    });
  }

  const steps: [step: string, act: (person: Person) => Promise<unknown>, page: string][] = [
    ['between opening the form and its first page', (person) => person.submit(), WHO_PAGE],
    ['between the pages and the submission', (person) => person.submit(), HOW_PAGE],
    ['before going back', (person) => person.click('Back'), HOW_PAGE],
    ['before editing the servers', (person) => person.click('Edit servers'), HOW_PAGE],
    ['before ticking “Same login”', (person) => clickAs(world, person, { action_id: 'same_login' }), HOW_PAGE],
  ];
  for (const [what, change, says] of DEMOTIONS) {
    for (const [step, act, page] of steps) {
      await context.test(`somebody who is ${what} ${step} is refused there`, async () => {
        const person = addPerson(world, {});
        await openForm(person, channelId, 'jane@acme.com');
        await person.type('display_name', 'Jane');
        await person.choose('inbox_type', 'GOOGLE_WORKSPACE');
        if (page === HOW_PAGE) {
          await person.submit();
          await waitForPage(person, HOW_PAGE);
          await person.type('smtp_password', 'x');
        }
        slack.setPerson(person.userId, change);
        await act(person);
        assertRefused(await waitForPage(person, NOTICE), says);
        await person.close();
        assert.equal(person.modal()?.callbackId, page);
        const [field, typed] = page === HOW_PAGE ? ['smtp_password', 'x'] : ['display_name', 'Jane'];
        assert.equal(fieldOf(person.modal(), field ?? '').value, typed, 'what was typed is still there');
      });
    }

    await context.test(`somebody who is ${what} can not try another's request again`, async () => {
      const person = addPerson(world, {});
      const refused = await waitForRefusedRequest(world);
      slack.setPerson(person.userId, change);
      await person.click('try_again', { in: refused });
      assertRefused(await person.waitForModal(({ rendered }) => says.test(rendered)), says);
    });
  }

  await context.test(
    'somebody made a guest within a minute of a look-up gets no further than the first page',
    async () => {
      const person = addPerson(world, {});
      await openForm(person, channelId);
      slack.setPerson(person.userId, { is_restricted: true });
      await openForm(person, channelId, 'jane@acme.com');
      await person.type('display_name', 'Jane');
      await person.choose('inbox_type', 'GOOGLE_WORKSPACE');
      await person.submit();
      assertRefused(await waitForPage(person, NOTICE), GUEST);
    },
  );

  await context.test('nothing was added for any of them, and no rule of Slack was broken', async () => {
    assert.deepEqual(
      additionsIn(coldsend)
        .slice(tried)
        .map(({ body }) => z.object({ email_address: z.string() }).parse(body)),
      [{ email_address: 'again@acme.com' }],
    );
    assert.deepEqual(slack.problems, []);
    await closeAll(admin);
  });
});
