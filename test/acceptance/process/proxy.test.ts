import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startLocalProxy } from '../../operations/proxy/local-proxy.ts';
import { runAdminCommand } from '../workspaces/run-admin-command.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const PASSWORD = 'prøxy:pass/word-0123456789';
const LOGIN = { user: 'corp\\ada', password: PASSWORD };

function urlOf(port: number): string {
  const [user, password] = [LOGIN.user, LOGIN.password].map(encodeURIComponent);
  return `http://${user}:${password}@127.0.0.1:${port}`;
}

async function waitForReply({ slack, member, channelId }: World, address: string, says: string): Promise<void> {
  const find = () =>
    member
      .in(channelId)
      .find(({ rendered, thread }) => rendered.includes(address) && rendered.includes(says) && thread.length > 0);
  await slack.waitFor(() => (find() === undefined ? undefined : true), `${address} ${says}`);
}

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}, Slack and ColdSend are reached through the proxy, whose login shows up nowhere`, {
    timeout: 60_000,
  }, async (context) => {
    const proxy = await startLocalProxy(context);
    const env = { http_proxy: urlOf(proxy.port), LOG_LEVEL: 'trace' };
    const world = await startWorld(context, { transport, env });
    const { slack, coldsend, member, channelId, bot } = world;
    await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
    await waitForReply(world, 'jane@acme.com', '✅');
    const [slackHost, coldsendHost] = [new URL(slack.apiUrl).host, new URL(coldsend.url).host];
    assert.equal(proxy.asked.filter((host) => host === coldsendHost).length, coldsend.ledger.length);
    // The pool of the Web API has one connection at least, and the WebSocket is another.
    assert.ok(proxy.asked.filter((host) => host === slackHost).length > (transport === 'socket' ? 1 : 0));
    assert.equal(proxy.login, `${LOGIN.user}:${PASSWORD}`);

    const doctor = await runAdminCommand(['doctor'], world.env);
    assert.equal(doctor.status, 0, doctor.output);
    assert.match(doctor.output, new RegExp(`reaches Slack through the proxy http://127.0.0.1:${proxy.port}\\.`));
    proxy.behaviour = 407;
    const refused = await runAdminCommand(['doctor'], world.env);
    assert.equal(refused.status, 1);
    assert.match(refused.output, /ColdSend can't be reached.*the proxy asks for a login.*\(PROXY_HTTP_407\)/);

    if (transport === 'socket') {
      proxy.behaviour = 'pass';
      proxy.cut();
      const isBack = () => slack.ledger.calls.filter(({ method }) => method === 'apps.connections.open').length > 2;
      await slack.waitFor(() => isBack() || undefined, 'a new connection');
      await slack.waitForSockets();
      await addGoogleInbox(member, { address: 'joe@acme.com', channelId });
      await waitForReply(world, 'joe@acme.com', '✅');
    }
    const said = bot.output() + doctor.output + refused.output;
    assert.deepEqual(findSecrets(said, { password: PASSWORD, login: `${LOGIN.user}:${PASSWORD}` }), []);
    assert.deepEqual(slack.problems, []);
  });
}

test('what the proxy refuses is not sent: it waits, or the person is told about the login', {
  timeout: 60_000,
}, async (context) => {
  const proxy = await startLocalProxy(context);
  const world = await startWorld(context);
  const { slack, coldsend, member, channelId } = world;
  await world.bot.stop();
  // Slack is reached directly.
  const noProxy = `127.0.0.1:${new URL(slack.apiUrl).port}`;
  const bot = await world.restart({ HTTP_PROXY: urlOf(proxy.port), NO_PROXY: noProxy });
  const before = coldsend.ledger.length;
  proxy.behaviour = 502;
  await addGoogleInbox(member, { address: 'later@acme.com', channelId });
  await slack.waitFor(() => (proxy.asked.length > 0 ? true : undefined), 'a refused tunnel');
  await slack.waitFor(() => (bot.output().includes('PROXY_HTTP_502') ? true : undefined), 'a line in the log');
  proxy.behaviour = 'pass';
  await waitForReply(world, 'later@acme.com', '✅');
  assert.equal(coldsend.ledger.length, before + 1);

  proxy.behaviour = 407;
  await member.close({ all: true });
  await addGoogleInbox(member, { address: 'login@acme.com', channelId });
  await waitForReply(world, 'login@acme.com', 'asks for a login');
  assert.match(bot.output(), /"level":"warn".*A proxy before ColdSend asks for a login/);
  assert.equal(coldsend.ledger.length, before + 1);
  assert.deepEqual(findSecrets(bot.output(), { password: PASSWORD }), []);
  const { output } = await runAdminCommand(['doctor'], {
    ...world.env,
    HTTP_PROXY: urlOf(proxy.port),
    NO_PROXY: noProxy,
  });
  assert.match(output, /reaches Slack directly, without a proxy\.\n.*reaches ColdSend through the proxy/);
});
