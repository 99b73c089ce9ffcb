import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type {
  JsonObject,
  NewPerson,
  Person,
  PersonRecord,
  StoredMessage,
} from '../../../playground/local-slack/local-slack.ts';
import {
  additionsIn,
  closeAll,
  fieldOf,
  HOW_PAGE,
  KEY_FORM,
  NOTICE,
  openForm,
  openHowPage,
  submitInbox,
  typeAll,
  WHO_PAGE,
  waitForPage,
  waitForSent,
} from '../world/fill-form.ts';
import { API_KEY, startWorld, storeKey, type World } from '../world/start-bot.ts';

const MANY_POSTS = { rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 } } };

const GUEST = /^Guests can't add inboxes\. Ask a full member of this workspace to add yours\.$/m;
const DEACTIVATED = /^Your account is deactivated, so you can't add inboxes\. Ask an admin of this workspace\.$/m;
const OTHER_WORKSPACE = /^You belong to another workspace, so you can't add inboxes here\./m;
const NOT_AN_ADMIN = /^Only admins and owners of this workspace can change its keys and settings/m;

type Change = Partial<Omit<PersonRecord, 'id' | 'teamId'>>;

const DEMOTIONS: [what: string, change: Change, says: RegExp][] = [
  ['made a guest', { is_restricted: true }, GUEST],
  ['made a guest of one channel', { is_restricted: true, is_ultra_restricted: true }, GUEST],
  ['deactivated', { deleted: true }, DEACTIVATED],
];

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

test('who may set the key', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey('cs_live_other');
  const asked = coldsend.ledger.length;

  const forgeries = [{ action_id: 'home_store_key' }, { action_id: 'home_remove_key' }];
  for (const forged of forgeries) {
    await context.test(`a member who forges the button ${forged.action_id} is refused`, async () => {
      await openHowPage(member, channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
      const home = (await admin.openHome()).view;
      assert.ok(home);
      await clickAs(world, member, forged, { ...home });
      assertRefused(await member.waitForModal(({ rendered }) => NOT_AN_ADMIN.test(rendered)), NOT_AN_ADMIN);
      await closeAll(member);
    });
  }

  await context.test('a member who forges the key form is refused', async () => {
    await openForm(member, channelId);
    await typeAll(member, { email_address: 'jane@acme.com', display_name: 'Jane' });
    await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
    slack.tamperNext({
      payload: (payload) => {
        const { view, ...rest } = z.looseObject({ view: z.looseObject({}) }).parse(payload);
        const values = { 'api_key.0': { api_key: { type: 'plain_text_input', value: 'cs_live_other' } } };
        return { ...rest, view: { ...view, callback_id: KEY_FORM, private_metadata: '', state: { values } } };
      },
    });
    const { modal } = await member.submit();
    assert.ok(modal);
    assertRefused(modal, NOT_AN_ADMIN);
    await closeAll(member);
  });

  for (const [what, change, says] of [['made a member', { is_admin: false }, NOT_AN_ADMIN], ...DEMOTIONS] as const) {
    await context.test(`an admin who is ${what} while they type the key can not store it`, async () => {
      const person = addPerson(world, { is_admin: true });
      await person.openHome();
      await person.click('home_store_key', { in: 'home' });
      await waitForPage(person, KEY_FORM);
      await person.type('api_key', 'cs_live_other');
      slack.setPerson(person.userId, change);
      const { modal } = await person.submit();
      assert.ok(modal);
      assertRefused(modal, says);
    });

    for (const button of ['home_store_key', 'home_remove_key']) {
      await context.test(`an admin who is ${what} is refused at the button ${button} of the Home`, async () => {
        const person = addPerson(world, { is_admin: true });
        await person.openHome();
        slack.setPerson(person.userId, change);
        await person.click(button, { in: 'home' });
        assertRefused(await waitForPage(person, NOTICE), says);
      });
    }
  }

  await context.test('the key is as it was, and no other was tried', async () => {
    assert.match((await member.openHome()).rendered, /The key ends in 4567/);
    assert.equal(coldsend.ledger.length, asked);
    assert.deepEqual(slack.problems, []);
  });

  await context.test('an owner replaces it', async () => {
    await storeKey(addPerson(world, { is_owner: true }), 'cs_live_other');
    await openForm(member, channelId);
    assert.equal(fieldOf(member.modal(), 'email_address').value, undefined);
  });
});

function addPerson({ slack, channelId }: World, record: Partial<NewPerson>): Person {
  const { id } = slack.addPerson({ name: 'someone', ...record });
  slack.join(channelId, id);
  return slack.as(id);
}

/** A refusal in a thread, with its button; made by a member. */
async function waitForRefusedRequest(world: World): Promise<StoredMessage> {
  const { slack, coldsend, member, channelId } = world;
  const isIt = ({ threadTs, text, channelId: place }: StoredMessage) =>
    threadTs !== undefined && place === channelId && text.includes('again@acme.com');
  const before = slack.messages(channelId).find(isIt);
  if (before !== undefined) return before;
  coldsend.answerNext({ kind: 'login_failed' }, { forAddress: 'again@acme.com' });
  await openHowPage(member, channelId, { address: 'again@acme.com', provider: 'GOOGLE_WORKSPACE' });
  await member.type('smtp_password', 'x');
  await submitInbox(member);
  await closeAll(member);
  return slack.waitForMessage(isIt);
}

/** Presses “Back” on the second page, but what is sent says that it was this button, in that view. */
async function clickAs({ slack }: World, person: Person, forged: { action_id: string }, view?: JsonObject) {
  slack.tamperNext({
    payload: (payload) => {
      const [action] = z.array(z.looseObject({})).parse(payload.actions);
      return { ...payload, ...(view && { view }), actions: [{ ...action, ...forged }] };
    },
  });
  return person.click('Back');
}

/** A clear no: a sentence, and nothing to type into or to press but the button that closes it. */
function assertRefused(page: NonNullable<ReturnType<Person['modal']>>, says: RegExp): void {
  assert.match(page.rendered, says);
  assert.equal(page.callbackId, NOTICE);
  assert.deepEqual(page.fields, []);
  assert.equal(page.submitLabel, undefined);
  assert.doesNotMatch(JSON.stringify(page.view.blocks), /"button"/);
}
