import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { JsonObject } from '../../../playground/local-slack/local-slack.ts';
import { API_KEY, startWorld, storeKey, type World } from '../world/start-bot.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const STRANGER = 'T0STRANGER';

/** What Slack answers to the token of an org-wide installation. */
const ORG_WIDE = JSON.stringify({
  ok: true,
  team: 'Starship',
  team_id: 'E0STARSHIP',
  enterprise_id: 'E0STARSHIP',
  user_id: 'W0BOT',
  bot_id: 'B0BOT',
  is_enterprise_install: true,
});

test('whoever uses the bot where it is not installed is told so, and nothing is done', async (context) => {
  const world = await startWorld(context, { withKey: false });
  const calls = () => world.slack.ledger.calls.length;
  const before = calls();

  await context.test('with a command', async () => {
    const { status, body } = await sendCommand(world, { team_id: STRANGER });
    assert.equal(status, 200);
    assert.match(body, /^I'm not installed in this workspace, so I did nothing\. Ask the person who runs this bot/);
  });

  await context.test('with a command of an org-wide installation', async () => {
    const { status, body } = await sendCommand(world, { is_enterprise_install: 'true' });
    assert.equal(status, 200);
    assert.match(body, /^I'm installed for a whole organization, but I only work in single workspaces\./);
  });

  await context.test('with a form', async () => {
    const view = { id: 'V1', callback_id: 'add_inbox_who', type: 'modal', state: { values: {} } };
    const { status, body } = await sendInteraction(world, { type: 'view_submission', view });
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).response_action, 'push');
    assert.match(body, /I'm not installed in this workspace/);
  });

  await context.test('with a button in a message, where the message is', async () => {
    const { url, received } = await startHost(context, 200);
    const origin = new URL(world.slack.apiUrl).origin;
    const use = (response_url: string) => sendInteraction(world, { ...button('try_again'), response_url });
    assert.equal((await use(`${origin}/actions/none`)).status, 200);
    assert.equal((await use(url)).status, 200);
    assert.deepEqual(received, [], 'only to Slack');
  });

  await context.test(
    'with a button in a Home or a modal: there is no way to tell, and it is acknowledged',
    async () => {
      for (const type of ['home', 'modal']) {
        const view = { id: 'V1', callback_id: 'x', type, private_metadata: '' };
        const { status, body } = await sendInteraction(world, { ...button('home_store_key'), view });
        assert.deepEqual([status, body], [200, '']);
      }
    },
  );

  const made = world.slack.ledger.calls.slice(before);
  assert.deepEqual(
    made.map(({ method }) => method),
    ['response_url'],
    'no call with a token',
  );
  assert.match(JSON.stringify(made[0]?.args), /I'm not installed in this workspace/);
  assert.deepEqual(world.bot.output().match(/"level":"?(error|50)/g), null, 'nothing of it is an error');
});

test('with an org-wide token the bot says what is wrong, in the log and to each person', async (context) => {
  const world = await startWorld(context, { withKey: false });
  await world.bot.stop('SIGTERM');
  world.slack.failNext('auth.test', { text: ORG_WIDE });
  const bot = await world.restart();
  assert.match(bot.output(), /SLACK_BOT_TOKEN belongs to an org-wide installation/);
  for (const changes of [{}, { is_enterprise_install: 'true' }]) {
    const { status, body } = await sendCommand(world, changes);
    assert.equal(status, 200);
    assert.match(body, /^I'm installed for a whole organization.*Ask the person who runs this bot/);
  }
});

test('nothing is said at an address that is not Slack’s', async (context) => {
  const world = await startWorld(context);
  const { slack } = world;
  await storeKey(world.admin, API_KEY).catch(() => {});
  const foreign = await startHost(context, 200);
  for (const response_url of [foreign.url, `${foreign.url}#hooks.slack.com`, 'no url', '']) {
    slack.failNext('views.open', { error: 'expired_trigger_id' });
    const before = world.bot.output().length;
    assert.equal((await sendCommand(world, { response_url })).status, 200);
    // Said in the DM instead.
    await slack.waitFor(
      () => (world.bot.output().slice(before).includes('A listener failed') ? true : undefined),
      'the failure to be noted',
    );
    await slack.waitForCall(
      ({ method, args }) => method === 'chat.postMessage' && args.channel === world.member.userId,
    );
  }
  assert.deepEqual(foreign.received, []);
});

function button(action_id: string): JsonObject {
  return {
    type: 'block_actions',
    trigger_id: randomUUID(),
    actions: [{ action_id, block_id: 'b', type: 'button', value: 'x' }],
  };
}

function sendCommand(world: World, changes: Record<string, string>) {
  const body = new URLSearchParams({
    command: '/add-inbox',
    text: '',
    team_id: world.slack.workspace.teamId,
    channel_id: world.channelId,
    user_id: world.member.userId,
    response_url: `${new URL(world.slack.apiUrl).origin}/commands/none`,
    trigger_id: randomUUID(),
    ...changes,
  }).toString();
  return world.slack.sendRaw({ body, headers: { ...FORM, ...world.slack.sign(body) } });
}

function sendInteraction(world: World, interaction: JsonObject) {
  const payload = { team: { id: STRANGER }, user: { id: 'U0STRANGER', team_id: STRANGER }, ...interaction };
  const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
  return world.slack.sendRaw({ body, headers: { ...FORM, ...world.slack.sign(body) } });
}

/** A server that is not Slack, and what it was asked. */
async function startHost(context: { after(end: () => void): void }, status: number) {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(request.url ?? '');
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/respond`, received };
}
