import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import type { ModalSeen, Person, StoredMessage } from '../../../playground/local-slack/local-slack.ts';
import {
  additionsIn,
  closeAll,
  errorsOf,
  fieldOf,
  HOW_PAGE,
  KEY_FORM,
  NOTICE,
  openForm,
  openHowPage,
  submitInbox,
  WHO_PAGE,
  waitForPage,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';

const CLIENT_FORM = 'client_key';
const ACME_KEY = 'cs_live_acme0acme0acme0acme0acme0acme0acme0acm1';
const GLOBEX_KEY = 'cs_live_globex0globex0globex0globex0globex0glo2';

test('one channel, one client', async (context) => {
  const world = await startWithClients(context);
  const { slack, coldsend, admin, member, channelId, everyone, acme, acmeOps, globex } = world;
  const closed = slack.addChannel({ name: 'closed', kind: 'private', members: everyone }).id;

  await context.test('an admin binds a key to channels, and each of them is told', async () => {
    await openClientForm(admin);
    await fillClient(admin, 'Acme', [acme, acmeOps], ACME_KEY);
    await store(admin);
    for (const id of [acme, acmeOps]) {
      assert.equal(slack.messages(id).length, 1);
      assert.match(slack.messages(id)[0]?.text ?? '', /connected this channel to a client.* Client: Acme\.$/);
    }
    for (const person of [admin, member]) {
      const { rendered } = await person.openHome();
      assert.match(rendered, /Acme: the key ends in acm1\. It worked the last time I used it\.\n#acme, #acme-ops/);
      assert.equal(rendered.includes('[ Change ] [ Presets ] [ Remembered ] [ Remove client… ]'), person === admin);
    }
  });

  await context.test('there the form and the thread say whose it is, and its key is used', async () => {
    const page = await openForm(member, acme);
    assert.match(page.rendered, /This inbox is for Acme, the client of this channel/);
    const how = await openHowPage(member, acme, { address: 'a@acme.com', provider: 'GOOGLE_WORKSPACE' });
    assert.match(how.rendered, /This inbox is for Acme/);
    await member.type('smtp_password', 'x');
    assert.match((await submitInbox(member)).rendered, /Client: Acme/);
    const reply = await waitForReply(world, 'a@acme.com');
    assert.equal(reply.channelId, acme);
    assert.match(reply.text, /Client Acme/);
    const [, announcement] = member.in(acme);
    assert.match(announcement?.rendered ?? '', /a@acme\.com · Jane Doe\nRequested by @mel · Google Workspace · Acme/);
    assert.equal(keyUsedFor(world, 'a@acme.com'), 'acme');
    assert.match((await admin.openHome()).rendered, /a@acme\.com.*\n.*Inbox added.* · Client: Acme/);
  });

  await context.test("elsewhere the workspace's own is used, and no client is named", async () => {
    await addInbox(member, channelId, 'own@acme.com');
    const reply = await waitForReply(world, 'own@acme.com');
    assert.doesNotMatch(reply.text, /Client/);
    assert.equal(keyUsedFor(world, 'own@acme.com'), 'key 1');
  });

  const mistakes: [what: string, label: string, channels: string[], key: string, field: string, says: RegExp][] = [
    [
      'a label that is taken',
      'ACME',
      [globex],
      GLOBEX_KEY,
      'client_label',
      /A client with this name already has a key/,
    ],
    ['a channel of another client', 'Globex', [acme], GLOBEX_KEY, 'client_channels', /already belongs to Acme/],
    ['a closed channel', 'Globex', [closed], GLOBEX_KEY, 'client_channels', /post in this channel.*\/invite/],
    ['no key', 'Globex', [globex], 'nothing', 'api_key', /not a ColdSend API key/],
    ['a refused key', 'Globex', [globex], 'cs_live_unknown', 'api_key', /ColdSend refused this key/],
  ];
  for (const [what, label, channels, key, field, says] of mistakes) {
    await context.test(`${what} is refused, at its field`, async () => {
      await openClientForm(admin);
      await fillClient(admin, label, channels, key);
      const { modal } = await admin.submit();
      assert.match(errorsOf(modal)[field] ?? '', says);
      assert.doesNotMatch((await member.openHome()).rendered, /Globex/);
    });
  }

  await context.test('of several channels it says which are closed, stores nothing, and tells nobody', async () => {
    const alsoClosed = slack.addChannel({ name: 'also-closed', kind: 'private', members: everyone }).id;
    const told = () => [globex, closed, alsoClosed].map((id) => slack.messages(id).length);
    const before = told();
    await openClientForm(admin);
    await fillClient(admin, 'Globex', [globex, alsoClosed, closed], GLOBEX_KEY);
    for (let tries = 0; tries < 3; tries += 1) {
      const { modal } = await admin.submit();
      assert.match(modal?.rendered ?? '', /I can't post in these channels.*\/invite.*\n#also-closed, #closed\n/s);
      assert.equal(fieldOf(modal, 'api_key').value, GLOBEX_KEY, 'it need not be pasted again');
      assert.equal(fieldOf(modal, 'client_label').value, 'Globex');
      assert.deepEqual(fieldOf(modal, 'client_channels').value, [globex, alsoClosed, closed]);
    }
    await admin.choose('client_channels', [globex, acme, acmeOps]);
    assert.match(
      (await admin.submit()).modal?.rendered ?? '',
      /these channels already belong to Acme.*\n#acme, #acme-ops\n/s,
    );
    assert.deepEqual(told(), before);
    assert.doesNotMatch((await member.openHome()).rendered, /Globex/);
    await closeAll(admin);
  });

  await context.test('where a post fails once it is stored, the admin is told so, and it stays stored', async () => {
    const two = ['initech', 'initech-ops'].map((name) => slack.addChannel({ name, members: everyone }).id);
    const [first = '', second = ''] = two;
    for (const fault of [{ error: 'restricted_action' }, { status: 500 }, { status: 429 }]) {
      const counts = () => two.map((id) => slack.messages(id).length);
      const before = counts();
      await openClientForm(admin);
      await fillClient(admin, 'Initech', two, GLOBEX_KEY);
      slack.failNext('chat.postMessage', fault);
      const { modal } = await admin.submit();
      assert.match(modal?.rendered ?? '', /Your change is saved, but Slack did not confirm.*#initech/s);
      assert.deepEqual(
        counts().reduce((sum, count) => sum + count),
        before.reduce((sum, count) => sum + count) + 1,
      );
      assert.match((await admin.openHome()).rendered, /Initech: the key ends in glo2/);
      await openChange(world, 'Initech');
      await store(admin);
      assert.deepEqual(
        counts().reduce((sum, count) => sum + count),
        before.reduce((sum, count) => sum + count) + 1,
      );
      await admin.openHome();
      await clickOf(world, 'Initech', 'home_remove_client');
      await slack.waitFor(() => !admin.home().rendered.includes('Initech:') || undefined, 'the key to be gone');
    }
    assert.ok(slack.messages(first).length + slack.messages(second).length === 3);
  });

  await context.test('whoever filled in the form for another client than it is now has to look again', async () => {
    await openHowPage(member, globex, { address: 'late@globex.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'x');
    await openClientForm(admin);
    await fillClient(admin, 'Globex', [globex], GLOBEX_KEY);
    await store(admin);
    const { modal } = await member.submit();
    assert.equal(modal?.callbackId, NOTICE);
    assert.match(modal.rendered, /changed the ColdSend key of this channel.*I did nothing/s);
    assert.equal(additionsIn(coldsend).filter(({ body }) => JSON.stringify(body).includes('late@')).length, 0);
    await closeAll(member);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

test('the key of a client', async (context) => {
  const world = await startWithClients(context);
  const { slack, coldsend, admin, member, channelId, acme, acmeOps, globex } = world;
  for (const [label, channels, key] of [
    ['Acme', [acme, acmeOps], ACME_KEY],
    ['Globex', [globex], GLOBEX_KEY],
  ] as const) {
    await openClientForm(admin);
    await fillClient(admin, label, [...channels], key);
    await store(admin);
  }

  await context.test('channels are changed without the key, and the key without the channels', async () => {
    await admin.openHome();
    const form = await openChange(world, 'Acme');
    assert.deepEqual(fieldOf(form, 'client_channels').value, [acme, acmeOps]);
    assert.match(form.rendered, /Acme uses the key ending in acm1/);
    await admin.choose('client_channels', [acme]);
    await store(admin);
    assert.match((await member.openHome()).rendered, /Acme: the key ends in acm1\..*\n#acme\n/);
    const other = 'cs_live_acme2acme2acme2acme2acme2acme2acme2acm3';
    coldsend.addKey(other, { name: 'acme 2' });
    await openChange(world, 'Acme');
    await admin.type('api_key', other);
    await store(admin);
    assert.match((await member.openHome()).rendered, /Acme: the key ends in acm3\..*\n#acme\n/);
    await addInbox(member, acme, 'new@acme.com');
    await waitForReply(world, 'new@acme.com');
    assert.equal(keyUsedFor(world, 'new@acme.com'), 'acme 2');
    await addInbox(member, acmeOps, 'ops@acme.com');
    await waitForReply(world, 'ops@acme.com');
    assert.equal(keyUsedFor(world, 'ops@acme.com'), 'key 1', "a channel that was taken out uses the workspace's");
  });

  await context.test('what another admin has changed meanwhile is not overwritten, and it says so', async () => {
    await openChange(world, 'Acme');
    const other = slack.as(slack.addPerson({ name: 'olga', is_admin: true }).id);
    for (const id of [acme, acmeOps]) slack.join(id, other.userId);
    await openChange({ ...world, admin: other }, 'Acme');
    await other.choose('client_channels', [acme, acmeOps]);
    await store(other);
    const { modal } = await admin.submit();
    assert.match(
      modal?.rendered ?? '',
      /This client has changed.*I saved nothing\. Now:\nAcme: the key ends in acm3\.\n#acme, #acme-ops/s,
    );
    await openChange(world, 'Acme');
    await admin.choose('client_channels', [acme]);
    await store(admin);
  });

  await context.test("a client's refused key stops that client only; a new one sets it going again", async () => {
    coldsend.answerNext({ kind: 'key_refused' }, { forAddress: 'revoked@acme.com' });
    await addInbox(member, acme, 'revoked@acme.com');
    assert.match((await waitForReply(world, 'revoked@acme.com')).text, /ColdSend refused the API key/);
    await member.command('/add-inbox', { channelId: acme });
    assert.match(
      (await waitForPage(member, NOTICE)).rendered,
      /refuses the API key of Acme, the client of this channel/,
    );
    await closeAll(member);
    await openForm(member, globex);
    await openForm(member, channelId);
    await closeAll(member);
    await admin.command('/add-inbox', { channelId: acme });
    const form = await waitForPage(admin, KEY_FORM);
    assert.match(form.rendered, /This key is for Acme, the client of this channel/);
    await admin.type('api_key', ACME_KEY);
    assert.equal((await admin.submit()).modal?.callbackId, WHO_PAGE);
    assert.match(admin.modal()?.rendered ?? '', /This inbox is for Acme/);
    await closeAll(admin);
    const home = (await admin.openHome()).rendered;
    assert.match(home, /Acme: the key ends in acm1\. It worked/);
    assert.match(home, /The key ends in 4567/, "the workspace's own is as it was");
  });

  await context.test(
    'where nothing is to be added elsewhere, the command lists the channels where it works',
    async () => {
      await admin.openHome();
      await admin.click('home_settings', { in: 'home' });
      await waitForPage(admin, 'settings');
      await admin.choose('elsewhere', 'nothing');
      await store(admin);
      await member.command('/add-inbox', { channelId });
      const page = await waitForPage(member, NOTICE);
      assert.match(page.rendered, /can't add inboxes in this channel, because it has no client.*\n#acme, #globex/);
      await closeAll(member);
      await openForm(member, acme);
      await closeAll(member);
    },
  );

  await context.test('removing one says what it was used for, and leaves the others', async () => {
    const { view } = await admin.openHome();
    assert.match(JSON.stringify(view?.blocks), /I remove the key ending in acm1 and 1 channel; then/);
    await clickOf(world, 'Acme', 'home_remove_client');
    await slack.waitFor(() => !admin.home().rendered.includes('Acme:') || undefined, 'the key to be gone');
    assert.match((await member.openHome()).rendered, /Globex: the key ends in glo2/);
    await member.command('/add-inbox', { channelId: acme });
    assert.match((await waitForPage(member, NOTICE)).rendered, /it has no client.*\n#globex/);
    await closeAll(member);
    const { rendered } = await admin.openHome();
    assert.doesNotMatch(rendered, /Acme:/);
  });

  await context.test('what another admin removed in between is said to be gone', async () => {
    await openChange(world, 'Globex');
    const other = slack.as(slack.addPerson({ name: 'otto', is_admin: true }).id);
    await other.openHome();
    await clickOf({ ...world, admin: other }, 'Globex', 'home_remove_client');
    await slack.waitFor(() => !other.home().rendered.includes('Globex:') || undefined, 'the key to be gone');
    const { modal } = await admin.submit();
    assert.match(modal?.rendered ?? '', /The key of this client was removed/);
    await closeAll(admin);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

/** A world with the keys and channels of two clients, which nobody has bound to each other yet. */
async function startWithClients(context: TestContext) {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member } = world;
  coldsend.addKey(ACME_KEY, { name: 'acme' });
  coldsend.addKey(GLOBEX_KEY, { name: 'globex' });
  const everyone = [admin.userId, member.userId];
  const acme = slack.addChannel({ name: 'acme', members: everyone, withBot: true }).id;
  const acmeOps = slack.addChannel({ name: 'acme-ops', members: everyone }).id;
  const globex = slack.addChannel({ name: 'globex', members: everyone, withBot: true }).id;
  return { ...world, everyone, acme, acmeOps, globex };
}

async function openClientForm(admin: Person): Promise<ModalSeen> {
  await closeAll(admin);
  await admin.openHome();
  await admin.click('home_add_client', { in: 'home' });
  return waitForPage(admin, CLIENT_FORM);
}

async function fillClient(admin: Person, label: string, channelIds: string[], apiKey: string): Promise<void> {
  await admin.type('client_label', label);
  await admin.choose('client_channels', channelIds);
  await admin.type('api_key', apiKey);
}

async function store(admin: Person): Promise<void> {
  const { status, errors, modal } = await admin.submit();
  assert.deepEqual({ status, errors, modal }, { status: 'ok', errors: {}, modal: undefined });
}

async function addInbox(person: Person, channelId: string, address: string): Promise<void> {
  await openHowPage(person, channelId, { address, provider: 'GOOGLE_WORKSPACE' });
  assert.equal(person.modal()?.callbackId, HOW_PAGE);
  await person.type('smtp_password', 'x');
  await submitInbox(person);
  await closeAll(person);
}

function waitForReply({ slack }: World, address: string): Promise<StoredMessage> {
  return slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
}

/** The name by which the local ColdSend knows the key that this address came with the last time. */
function keyUsedFor({ coldsend }: World, address: string): string | undefined {
  return additionsIn(coldsend).findLast(({ body }) => JSON.stringify(body).includes(address))?.key;
}

async function openChange(world: World, label: string): Promise<ModalSeen> {
  await closeAll(world.admin);
  await world.admin.openHome();
  await clickOf(world, label, 'home_change_client');
  return waitForPage(world.admin, CLIENT_FORM);
}

/** Presses the button of one client: each has buttons of the same name. */
async function clickOf({ slack, admin }: World, label: string, actionId: string): Promise<void> {
  const value = valuesOfButtons(admin.home().view, actionId).find((candidate) => candidate.endsWith(label));
  slack.tamperNext({
    payload: (payload) => ({
      ...payload,
      actions: [{ action_id: actionId, block_id: 'client_buttons.0', value, type: 'button' }],
    }),
  });
  await admin.click('home_add_client', { in: 'home' });
}

const buttons = z.object({
  blocks: z.array(
    z.looseObject({
      elements: z.array(z.looseObject({ action_id: z.string().optional(), value: z.string().optional() })).optional(),
    }),
  ),
});

function valuesOfButtons(view: unknown, actionId: string): string[] {
  const elements = buttons.parse(view).blocks.flatMap((block) => block.elements ?? []);
  return elements.flatMap(({ action_id, value }) => (action_id === actionId && value !== undefined ? [value] : []));
}
