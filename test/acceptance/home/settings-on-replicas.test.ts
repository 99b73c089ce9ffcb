import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ModalSeen, Person } from '../../../playground/local-slack/local-slack.ts';
import { sharePostgres } from '../../storage/postgres/start-postgres.ts';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { additionsIn, closeAll, fieldOf, NOTICE, openForm, openHowPage, waitForPage } from '../world/fill-form.ts';
import { deliverTo, startReplica } from '../world/replicas.ts';
import { OTHER_KEY, startWorld, storeKey } from '../world/start-bot.ts';

const MANY = {
  rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 }, method: { burst: 5_000, perSecond: 5_000 } },
};
const ACME_KEY = 'cs_live_acme0acme0acme0acme0acme0acme0acme0acm1';

const postgres = await sharePostgres();
after(() => postgres.stop());

test('what an admin sets through one replica holds at once on another, and is in the Home of others there', async (context) => {
  const world = await startWorld(context, { slack: MANY, env: { DATABASE_URL: await postgres.createDatabase() } });
  const { slack, coldsend, admin, member, channelId } = world;
  const [first, second] = [world.bot, await startReplica(context, world)];
  coldsend.addKey(ACME_KEY, { name: 'acme' });
  coldsend.addKey(OTHER_KEY, { name: 'other' });
  const everyone = [admin.userId, member.userId];
  const acme = slack.addChannel({ name: 'acme', members: everyone, withBot: true }).id;
  const results = slack.addChannel({ name: 'results', members: everyone, withBot: true }).id;

  async function throughTheFirst(change: () => Promise<void>): Promise<void> {
    deliverTo(world, first);
    await change();
    deliverTo(world, second);
  }

  /** Adds one through the replica that is delivered to; resolves with where it is told, and the key it came with. */
  async function add(address: string, where = channelId) {
    await closeAll(member);
    assert.equal((await addGoogleInbox(member, { address, channelId: where })).modal?.callbackId, NOTICE);
    const reply = await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
    const sent = additionsIn(coldsend).find(({ body }) => JSON.stringify(body).includes(address));
    await closeAll(member);
    return { channelId: reply.channelId, key: sent?.key };
  }

  await context.test('the second has read and used all of it as it was before', async () => {
    deliverTo(world, second);
    const { rendered } = await member.openHome();
    assert.match(rendered, /Who may add inboxes: Everyone except guests/);
    assert.match(rendered, /Default daily limit: 30 a day/);
    assert.match(rendered, /The key ends in 4567/);
    assert.deepEqual(await add('before@acme.com'), { channelId, key: 'key 1' });
    assert.deepEqual(await add('before@acme-client.com', acme), { channelId: acme, key: 'key 1' });
  });

  await context.test('the default daily limit', async () => {
    await throughTheFirst(() => changeSettings(admin, () => admin.type('default_daily_limit', '40')));
    const page = await openHowPage(member, channelId, { address: 'a@acme.com', provider: 'GOOGLE_WORKSPACE' });
    assert.equal(fieldOf(page, 'daily_limit').value, '40');
    assert.match((await member.openHome()).rendered, /Default daily limit: 40 a day/);
  });

  await context.test('who may add, also where the form is open there already', async () => {
    await closeAll(member);
    await fillInGoogleInbox(member, { address: 'late@acme.com', channelId });
    await throughTheFirst(() => changeSettings(admin, () => admin.choose('who_may_add', 'admins')));
    const { modal } = await member.submit();
    assert.match(modal?.rendered ?? '', /Only admins and owners may add inboxes in this workspace/);
    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    assert.match((await waitForPage(member, NOTICE)).rendered, /Only admins and owners may add inboxes/);
    const { rendered } = await member.openHome();
    assert.match(rendered, /Who may add inboxes: Admins and owners only/);
    assert.match(rendered, /Ask one of them to add yours/);

    await throughTheFirst(() =>
      changeSettings(admin, async () => {
        await admin.choose('who_may_add', 'chosen');
        await admin.choose('chosen_people', [member.userId]);
      }),
    );
    await openForm(member, channelId);
    assert.match((await member.openHome()).rendered, /Who may add inboxes: @mel, and admins and owners/);
  });

  await context.test('where results go', async () => {
    await throughTheFirst(() => changeSettings(admin, () => admin.choose('results_channel', results)));
    assert.match((await member.openHome()).rendered, /Results go to: #results/);
    assert.deepEqual(await add('told@acme.com'), { channelId: results, key: 'key 1' });
    await throughTheFirst(() => changeSettings(admin, () => admin.choose('results_channel', undefined)));
    assert.match((await member.openHome()).rendered, /Results go to: a thread in the channel where/);
    assert.deepEqual(await add('back@acme.com'), { channelId, key: 'key 1' });
  });

  await context.test('the key of a client that is bound to a channel', async () => {
    await throughTheFirst(async () => {
      const form = await openFromHome(admin, 'home_add_client', 'client_key');
      assert.equal(form.callbackId, 'client_key');
      await admin.type('client_label', 'Acme');
      await admin.choose('client_channels', [acme]);
      await admin.type('api_key', ACME_KEY);
      await save(admin);
    });
    assert.match((await openForm(member, acme)).rendered, /This inbox is for Acme, the client of this channel/);
    assert.match((await member.openHome()).rendered, /Acme: the key ends in acm1\..*\n#acme/);
    assert.deepEqual(await add('client@acme.com', acme), { channelId: acme, key: 'acme' });
  });

  await context.test('nowhere without a client', async () => {
    await throughTheFirst(() => changeSettings(admin, () => admin.choose('elsewhere', 'nothing')));
    await member.command('/add-inbox', { channelId });
    assert.match((await waitForPage(member, NOTICE)).rendered, /because it has no client.*\n#acme/);
    assert.match((await member.openHome()).rendered, /In channels without a client: nobody can add inboxes/);
    await closeAll(member);
    await openForm(member, acme);
    await throughTheFirst(() => changeSettings(admin, () => admin.choose('elsewhere', 'workspace_key')));
    await openForm(member, channelId);
  });

  await context.test("the workspace's own key, replaced and removed, and the client's, removed", async () => {
    await throughTheFirst(() => storeKey(admin, OTHER_KEY));
    assert.match((await member.openHome()).rendered, /The key ends in ano1/);
    assert.deepEqual(await add('replaced@acme.com'), { channelId, key: 'other' });

    await throughTheFirst(async () => {
      await admin.openHome();
      await admin.click('home_remove_client', { in: 'home' });
      await slack.waitFor(() => !admin.home().rendered.includes('Acme:') || undefined, 'the key to be gone');
    });
    assert.doesNotMatch((await openForm(member, acme)).rendered, /Acme/);
    assert.doesNotMatch((await member.openHome()).rendered, /Acme:/);

    await throughTheFirst(async () => {
      await admin.click('home_remove_key', { in: 'home' });
      await slack.waitFor(
        () => /This workspace has no key yet/.test(admin.home().rendered) || undefined,
        'the key to be gone',
      );
    });
    await closeAll(member);
    await member.command('/add-inbox', { channelId });
    assert.match((await waitForPage(member, NOTICE)).rendered, /This workspace has no ColdSend API key/);
    assert.match((await member.openHome()).rendered, /This workspace has no key yet/);
  });

  await context.test("breaks no rule of Slack's", () => assert.deepEqual(slack.problems, []));
});

async function changeSettings(admin: Person, change: () => Promise<unknown>): Promise<void> {
  await openFromHome(admin, 'home_settings', 'settings');
  await change();
  await save(admin);
}

async function openFromHome(admin: Person, button: string, callbackId: string): Promise<ModalSeen> {
  await admin.openHome();
  await admin.click(button, { in: 'home' });
  return waitForPage(admin, callbackId);
}

async function save(admin: Person): Promise<void> {
  const { status, errors, modal } = await admin.submit();
  assert.deepEqual({ status, errors, modal }, { status: 'ok', errors: {}, modal: undefined });
}
