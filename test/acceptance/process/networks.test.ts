import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import { createAuthority, createCertificate } from '../../../playground/local-mail/certificate.ts';
import { createBrowser, startAgency } from '../workspaces/start-agency.ts';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';

/** Listens and passes everything on to a port of this machine. */
async function forward(context: TestContext, server: Server, host: string, to: string): Promise<number> {
  const sockets = new Set<Socket>();
  const pass = (client: Socket): void => {
    const target = connect(Number(new URL(to).port), '127.0.0.1');
    for (const socket of [client, target]) sockets.add(socket.on('error', () => {}));
    client.pipe(target).pipe(client);
  };
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', pass);
  server.listen(0, host);
  await once(server, 'listening');
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

test('the bot listens on IPv6, reaches ColdSend there, and trusts the authority of NODE_EXTRA_CA_CERTS for Slack', {
  timeout: 60_000,
}, async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, member, channelId } = world;
  await world.bot.stop();
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-networks-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const authority = createAuthority();
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  const tlsServer = createTlsServer(createCertificate(['localhost'], authority));
  const slackPort = await forward(context, tlsServer, 'localhost', slack.apiUrl);
  const coldsendPort = await forward(context, createServer(), '::1', coldsend.url);
  const change = {
    HOST: '::',
    SLACK_API_URL: `https://localhost:${slackPort}/api/`,
    COLDSEND_API_URL: coldsend.url.replace(/\/\/[^/]+/, `//[::1]:${coldsendPort}`),
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  };
  const bot = await world.restart(change);
  for (const host of ['[::1]', '127.0.0.1']) {
    const url = bot.url.replace('127.0.0.1', host);
    assert.equal((await fetch(`${url}/readyz`)).status, 200, host);
  }
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  const isAdded = () => member.in(channelId).some(({ rendered }) => /✅.*jane@acme\.com/s.test(rendered)) || undefined;
  await slack.waitFor(isAdded, 'the result');
  assert.deepEqual(slack.problems, []);
});

test('behind a path, the bot is installed on its pages there, whatever X-Forwarded headers a stranger sends', {
  timeout: 60_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-networks-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const agency = await startAgency(context, { createUrl: async () => `sqlite:${join(folder, 'bot.db')}`, replicas: 1 });
  const { slack, teams } = agency;
  const [acme] = teams;
  const publicUrl = `${agency.env.PUBLIC_URL}/bots/inbox`;
  await agency.restart({ PUBLIC_URL: `${publicUrl}/` });
  slack.deliverTo('all', `${publicUrl}/slack/events`);

  const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-prefix': '/evil' };
  const response = await fetch(`${publicUrl}/slack/install`, { headers: forged });
  assert.match(response.headers.get('set-cookie') ?? '', /^__Host-.*; Secure; .*Path=\/;/);
  const text = await response.text();
  assert.ok(text.includes(encodeURIComponent(`${publicUrl}/slack/oauth_redirect`)));
  assert.ok(!text.includes('evil'));

  assert.equal((await fetch(`${publicUrl}/secure`)).status, 200);
  const look = await fetch(`${publicUrl}/secure/look`, {
    method: 'POST',
    headers: { ...forged, origin: new URL(publicUrl).origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token: 'unknown' }),
  });
  assert.deepEqual(await look.json(), { kind: 'gone' });

  const browser = createBrowser();
  const page = await browser.open(`${publicUrl}/slack/install`);
  slack.authorizeNextAs({ userId: acme.admin.userId });
  const installed = await browser.open(page.link);
  assert.equal(installed.status, 200, installed.title);
  assert.ok(installed.url.startsWith(`${publicUrl}/slack/oauth_redirect`));
  const again = await browser.open(installed.url);
  assert.equal(again.link, `${publicUrl}/slack/install`);
  assert.equal((await acme.member.command('/add-inbox', { channelId: acme.channelId })).status, 'ok');
  assert.deepEqual(slack.problems, []);
});
