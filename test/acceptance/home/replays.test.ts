import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, type TestContext, test } from 'node:test';
import { z } from 'zod';
import type { Delivery, JsonObject, Person } from '../../../playground/local-slack/local-slack.ts';
import { sharePostgres } from '../../storage/postgres/start-postgres.ts';
import { closeAll, fieldOf, openForm, openHowPage, submitInbox, waitForPage } from '../world/fill-form.ts';
import { deliverTo, startReplica } from '../world/replicas.ts';
import { API_KEY, OTHER_KEY, startWorld, type World } from '../world/start-bot.ts';

const MANY = {
  rateLimits: { postMessage: { burst: 1_000, perSecond: 1_000 }, method: { burst: 5_000, perSecond: 5_000 } },
};
const THIRD_KEY = 'cs_live_third0third0third0third0third0third3';

const postgres = await sharePostgres();
after(() => postgres.stop());

const WORLDS: Record<string, (context: TestContext) => Promise<World>> = {
  'one process': (context) => startWorld(context, { slack: MANY }),
  'two replicas': async (context) => {
    const world = await startWorld(context, { slack: MANY, env: { DATABASE_URL: await postgres.createDatabase() } });
    deliverTo(world, world.bot, await startReplica(context, world));
    return world;
  },
};

for (const [where, start] of Object.entries(WORLDS)) {
  test(`presses that come late or again, ${where}`, async (context) => {
    const world = await start(context);
    const { slack, coldsend, admin, member, channelId } = world;
    coldsend.addKey(OTHER_KEY, { name: 'other' });
    coldsend.addKey(THIRD_KEY, { name: 'third' });
    const other = slack.as(slack.addPerson({ name: 'olga', is_admin: true }).id);
    const everyone = [admin.userId, other.userId, member.userId];
    const acme = slack.addChannel({ name: 'acme', members: everyone }).id;
    const acmeOps = slack.addChannel({ name: 'acme-ops', members: everyone }).id;
    /** Everything that was pressed or submitted so far, to be sent again after each change. */
    const pressed: Delivery[] = [];

    /** Does something, and then finds that all that was sent before and with it changes nothing when it comes again. */
    async function change(work: () => Promise<unknown>, holds: RegExp): Promise<void> {
      const from = slack.ledger.deliveries.length;
      await work();
      await waitForHome(member, holds);
      pressed.push(...slack.ledger.deliveries.slice(from).filter(({ type }) => type === 'interactive'));
      const before = (await member.openHome()).rendered;
      const told = countMessages(world, [acme, acmeOps]);
      for (const delivery of pressed) {
        await slack.redeliver(delivery);
        // With a trigger that is not known to be a copy's: what holds it back is what it was made for.
        await slack.redeliver(delivery, {
          payload: (payload) => ({ ...payload, trigger_id: `1.2.${randomUUID()}` }),
        });
      }
      assert.equal((await member.openHome()).rendered, before);
      assert.deepEqual(countMessages(world, [acme, acmeOps]), told, 'and no channel is told again');
    }

    await context.test('ten copies of one command or press open one form, and say nothing ten times', async () => {
      const said = () => slack.messages(channelId).filter(({ onlyFor }) => onlyFor !== undefined).length;
      for (const act of [
        () => member.command('/add-inbox', { channelId }),
        async () => {
          await admin.openHome();
          slack.tamperNext({ copies: 10 });
          await admin.click('home_settings', { in: 'home' });
        },
      ]) {
        const opened = () =>
          slack.ledger.calls.filter(({ method, response }) => method === 'views.open' && response?.ok);
        const [before, words] = [opened().length, said()];
        slack.tamperNext({ copies: 10 });
        await act();
        await slack.waitFor(() => opened().length > before || undefined, 'the form');
        for (const delivery of slack.ledger.deliveries.slice(-10)) await slack.redeliver(delivery);
        assert.equal(opened().length, before + 1);
        assert.equal(said(), words);
      }
      assert.equal(admin.botDm() === undefined ? 0 : slack.messages(admin.botDm() ?? '').length, 0);
      assert.doesNotMatch(world.bot.output(), /"level":50|A listener failed/);
      await closeAll(member);
      await closeAll(admin);
    });

    await context.test('that Slack opens nothing is said once for all copies', async () => {
      slack.failNext('views.open', { error: 'expired_trigger_id' }, 20);
      slack.tamperNext({ copies: 10, to: [world.bot.url].map((url) => `${url}/slack/events`) });
      await member.command('/add-inbox', { channelId });
      const said = () => slack.messages(channelId).filter(({ onlyFor }) => onlyFor === member.userId).length;
      await slack.waitFor(() => said() > 0 || undefined, 'the apology');
      await slack.waitFor(
        () => slack.ledger.deliveries.slice(-10).every(({ httpStatus }) => httpStatus === 200) || undefined,
        'all copies to be answered',
      );
      slack.heal();
      assert.equal(said(), 1);
    });

    await context.test('an earlier press or form that comes again undoes nothing', async () => {
      await change(() => remove(admin), /This workspace has no key yet/);
      await change(() => store(admin, API_KEY), /The key ends in 4567/);
      await change(() => remove(other), /This workspace has no key yet/);
      await change(() => store(other, OTHER_KEY), /The key ends in ano1/);
      await change(() => store(admin, THIRD_KEY), /The key ends in ird3/);
      await change(() => addClient(admin, 'Acme', [acme], OTHER_KEY), /Acme: the key ends in ano1.*\n#acme\n/);
      await change(() => changeChannels(other, [acme, acmeOps]), /\n#acme, #acme-ops\n/);
      await change(() => changeChannels(admin, [acme]), /\n#acme\n/);
      await change(() => click(other, 'home_remove_client'), /^(?!.*Acme:)/s);
      await change(() => setLimit(admin, '40'), /Default daily limit: 40 a day/);
      await change(() => setLimit(other, '50'), /Default daily limit: 50 a day/);
      await change(() => setLimit(admin, '40'), /Default daily limit: 40 a day/);
    });

    await context.test('a Home that was open while another admin changed the key removes nothing', async () => {
      await admin.openHome();
      const shown = findRemovalStamp(world, admin);
      await store(other, API_KEY);
      // A Home that an earlier press refreshes may come only now: what is pressed is the button from before.
      slack.tamperNext({ payload: (payload) => withValue(payload, shown) });
      await admin.click('home_remove_key', { in: 'home' });
      const { rendered } = await waitForPage(admin, 'notice');
      assert.match(rendered, /has changed since you opened this, so I saved nothing\. Now:\nThe key ends in 4567/);
      await slack.waitFor(() => admin.home().rendered.includes('The key ends in 4567') || undefined, 'the Home of now');
      await closeAll(admin);
      await admin.click('home_remove_key', { in: 'home' });
      await slack.waitFor(
        () => admin.home().rendered.includes('This workspace has no key yet') || undefined,
        'the key to go',
      );
    });

    await context.test('a form that was open meanwhile stores nothing, and says what holds now', async () => {
      const forms = [admin, other];
      for (const person of forms) {
        await person.openHome();
        await person.click('home_store_key', { in: 'home' });
        await waitForPage(person, 'store_key');
      }
      await admin.type('api_key', API_KEY);
      assert.equal((await admin.submit()).modal, undefined);
      await other.type('api_key', OTHER_KEY);
      const asked = coldsend.ledger.length;
      const { modal } = await other.submit();
      assert.match(modal?.rendered ?? '', /I saved nothing\. Now:\nThe key ends in 4567/);
      assert.equal(coldsend.ledger.length, asked, 'ColdSend is not asked about it either');
      await closeAll(other);
    });

    await context.test('asked for the key by the command, it goes on with the one there is by now', async () => {
      await remove(admin);
      await waitForHome(member, /This workspace has no key yet/);
      await admin.command('/add-inbox kate@acme.com', { channelId });
      await waitForPage(admin, 'store_key');
      await store(other, API_KEY);
      await admin.type('api_key', OTHER_KEY);
      const { modal } = await admin.submit();
      assert.match(modal?.rendered ?? '', /A key ending in 4567 was saved in the meantime, so I kept that one/);
      assert.equal(fieldOf(modal, 'email_address').value, 'kate@acme.com');
      await closeAll(admin);
      await waitForHome(member, /The key ends in 4567/);
    });

    await context.test('of two submissions at once for the same, one counts', async () => {
      for (const person of [admin, other]) {
        await person.openHome();
        await person.click('home_store_key', { in: 'home' });
        await waitForPage(person, 'store_key');
      }
      await admin.type('api_key', OTHER_KEY);
      await other.type('api_key', THIRD_KEY);
      const answers = await Promise.all([admin.submit(), other.submit()]);
      const refused = answers.filter(({ modal }) => /I saved nothing/.test(modal?.rendered ?? ''));
      assert.equal(refused.length, 1);
      const stored = answers[0]?.modal === undefined ? 'ano1' : 'ird3';
      assert.match((await member.openHome()).rendered, new RegExp(`The key ends in ${stored}`));
      await closeAll(admin);
      await closeAll(other);
    });

    await context.test('and the bot works as before', async () => {
      await openForm(member, channelId);
      await closeAll(member);
      await openHowPage(member, channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
      await member.type('smtp_password', 'x');
      await submitInbox(member);
      await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
    });
  });
}

async function store(person: Person, apiKey: string): Promise<void> {
  await click(person, 'home_store_key');
  await waitForPage(person, 'store_key');
  await person.type('api_key', apiKey);
  assert.equal((await person.submit()).modal, undefined);
}

function remove(person: Person): Promise<void> {
  return click(person, 'home_remove_key');
}

async function addClient(person: Person, label: string, channelIds: string[], apiKey: string): Promise<void> {
  await click(person, 'home_add_client');
  await waitForPage(person, 'client_key');
  await person.type('client_label', label);
  await person.choose('client_channels', channelIds);
  await person.type('api_key', apiKey);
  assert.equal((await person.submit()).modal, undefined);
}

async function changeChannels(person: Person, channelIds: string[]): Promise<void> {
  await click(person, 'home_change_client');
  await waitForPage(person, 'client_key');
  await person.choose('client_channels', channelIds);
  assert.equal((await person.submit()).modal, undefined);
}

async function setLimit(person: Person, limit: string): Promise<void> {
  await click(person, 'home_settings');
  await waitForPage(person, 'settings');
  await person.type('default_daily_limit', limit);
  assert.equal((await person.submit()).modal, undefined);
}

async function click(person: Person, button: string): Promise<void> {
  await closeAll(person);
  await person.openHome();
  await person.click(button, { in: 'home' });
}

async function waitForHome(person: Person, holds: RegExp): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) if (holds.test((await person.openHome()).rendered)) return;
  assert.fail(`the Home never said ${holds}`);
}

function countMessages({ slack }: World, channelIds: string[]): number[] {
  return channelIds.map((id) => slack.messages(id).length);
}

/** What the button that removes the key carries in the Home that was shown last. */
function findRemovalStamp({ slack }: World, { userId }: Person): string {
  const shown = slack.ledger.calls.findLast(
    ({ method, args, response }) => method === 'views.publish' && args.user_id === userId && response?.ok === true,
  );
  const { blocks } = home.parse(shown?.args.view);
  const buttons = blocks.flatMap(({ elements }) => elements ?? []);
  return buttons.find(({ action_id }) => action_id === 'home_remove_key')?.value ?? assert.fail('no button');
}

function withValue(payload: JsonObject, value: string): JsonObject {
  const changed = press.parse(payload);
  for (const action of changed.actions) action.value = value;
  return changed;
}

const home = z.object({
  blocks: z.array(
    z.object({
      elements: z.array(z.object({ action_id: z.string().optional(), value: z.string().optional() })).optional(),
    }),
  ),
});

const press = z.looseObject({ actions: z.array(z.looseObject({ value: z.string() })) });
