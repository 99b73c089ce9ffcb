import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { API_KEY, startWorld, type World } from '../world/start-bot.ts';

const LIMIT = 256 * 1024;

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A command as Slack sends it, for requests that are made by hand. */
function commandBody({ slack, member, channelId }: World, text = ''): string {
  return new URLSearchParams({
    command: '/add-inbox',
    text,
    team_id: slack.workspace.teamId,
    channel_id: channelId,
    user_id: member.userId,
    response_url: `${slack.url}/commands/none`,
    trigger_id: 'made.by.hand',
    api_app_id: slack.app.appId,
  }).toString();
}

/** The warning of a minute about requests that are refused. */
const WARNING = /^.*"message":"(A request has a wrong signature|Slack signed a request over).*\n/gm;

/** Everything that a handler would have done, seen from outside. */
function traces({ bot, slack }: World) {
  return { calls: slack.ledger.calls.length, output: bot.output().replaceAll(WARNING, '') };
}

/** The sum of a metric over its labels. What is told may be a second old. */
async function countOf({ bot }: World, metric: string): Promise<number> {
  const { body } = await getText(`${bot.url}/metrics`);
  const values = body.split('\n').filter((line) => line.startsWith(metric));
  return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function getText(url: string): Promise<{ status: number; body: string; type: string | null }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
}

/** Sends the parts of a body one after the other, not ending it where told so, and resolves with the status. */
function sendParts(
  url: string,
  given: { headers: Record<string, string>; parts: (string | Buffer)[]; leaveOpen?: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', headers: given.headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      outgoing.destroy();
    });
    outgoing.on('error', reject);
    outgoing.flushHeaders();
    for (const part of given.parts) outgoing.write(part);
    if (given.leaveOpen !== true) outgoing.end();
  });
}

test('over HTTP, what is not from Slack runs nothing', async (context) => {
  const world = await startWorld(context, { withKey: false });
  const { slack, member, channelId } = world;
  const url = `${world.bot.url}/slack/events`;
  const text = commandBody(world);

  const refused: { name: string; status: number; send: () => Promise<number> }[] = [
    {
      name: 'signed with another secret',
      status: 401,
      send: () => sendSigned({ signingSecret: '0'.repeat(32) }),
    },
    { name: 'signed 301 s ago', status: 401, send: () => sendSigned({ timestampOffsetSeconds: -301 }) },
    { name: 'signed 302 s ahead', status: 401, send: () => sendSigned({ timestampOffsetSeconds: 302 }) },
    { name: 'without a signature', status: 401, send: () => sendWithout('x-slack-signature') },
    { name: 'without a timestamp', status: 401, send: () => sendWithout('x-slack-request-timestamp') },
    {
      name: 'with a signature of another version',
      status: 401,
      send: () => sendChanged('x-slack-signature', (value) => value.replace('v0=', 'v1=')),
    },
    {
      name: 'with a signature that is cut',
      status: 401,
      send: () => sendChanged('x-slack-signature', (value) => value.slice(0, -2)),
    },
    {
      name: 'with a timestamp that is none',
      status: 401,
      send: () => sendChanged('x-slack-request-timestamp', (value) => `${value}.0`),
    },
    {
      name: 'with a body changed after it was signed',
      status: 401,
      send: async () => (await slack.sendRaw({ body: `${text}x`, headers: { ...FORM, ...slack.sign(text) } })).status,
    },
    {
      name: 'that declares more than 256 KiB',
      status: 413,
      send: () => {
        const body = commandBody(world, 'x'.repeat(LIMIT));
        const headers = { ...FORM, ...slack.sign(body), 'content-length': String(body.length) };
        return sendParts(url, { headers, parts: [], leaveOpen: true });
      },
    },
    {
      name: 'that turns out to be larger than 256 KiB, in chunks',
      status: 413,
      send: () => {
        const body = Buffer.from(commandBody(world, 'x'.repeat(LIMIT))).subarray(0, LIMIT + 1);
        const headers = { ...FORM, ...slack.sign(body), 'transfer-encoding': 'chunked' };
        return sendParts(url, { headers, parts: [body.subarray(0, LIMIT), body.subarray(LIMIT)], leaveOpen: true });
      },
    },
    { name: 'that is no JSON though it says so', status: 400, send: () => sendBody('{"type":', 'application/json') },
    { name: 'that is JSON but no object', status: 400, send: () => sendBody('[1,2]', 'application/json') },
    { name: 'whose payload is no JSON', status: 400, send: () => sendBody('payload=%7Bgarbage') },
    { name: 'to another path', status: 404, send: () => sendTo(`${world.bot.url}/slack/other`, 'POST') },
    { name: 'with GET', status: 404, send: () => sendTo(url, 'GET') },
    { name: 'with PUT', status: 404, send: () => sendTo(url, 'PUT') },
  ];

  for (const { name, status, send } of refused) {
    await context.test(`a request ${name} is answered ${status} and runs nothing`, async () => {
      const before = traces(world);
      assert.equal(await send(), status);
      // A command that runs shows that what came before it has had its turn.
      const after = await member.command('/add-inbox help', { channelId });
      assert.equal(after.status, 'ok');
      assert.deepEqual(traces(world), before, 'no call to Slack, no line in the log');
    });
  }
  const commands = refused.length;
  assert.equal(await countOf(world, 'inbox_bot_ack_seconds_count'), commands, 'nothing but the commands ran');

  const unreadable: { name: string; body: string | Buffer; contentType?: string }[] = [
    { name: 'of bytes that are no text', body: Buffer.from([0xff, 0xfe, 0x00, 0x80]) },
    { name: 'that is empty', body: '' },
    { name: 'of a type that nobody knows', body: '{"type":"x"}', contentType: 'application/json' },
  ];
  for (const { name, body, contentType } of unreadable) {
    await context.test(`a signed request ${name} is answered 404 and runs nothing`, async () => {
      const { calls } = traces(world);
      assert.equal(await sendBody(body, contentType), 404);
      assert.equal(traces(world).calls, calls);
    });
  }

  for (const seconds of [-299, 299]) {
    await context.test(`a command signed ${seconds} s off is taken`, async () => {
      slack.tamperNext({ timestampOffsetSeconds: seconds });
      const { status, ephemeral } = await member.command('/add-inbox help', { channelId });
      assert.equal(status, 'ok');
      assert.match(ephemeral?.text ?? '', /opens a form/);
    });
  }

  await context.test('a body of just 256 KiB is taken', async () => {
    const padding = LIMIT - commandBody(world).length;
    const body = commandBody(world, 'x'.repeat(padding));
    assert.equal(body.length, LIMIT);
    const answered = await slack.sendRaw({ body, headers: { ...FORM, ...slack.sign(body) } });
    assert.equal(answered.status, 200);
    assert.match(answered.body, /did not understand that/);
  });

  await context.test("Slack's own checks of the address are answered", async () => {
    const ssl = 'ssl_check=1&token=x';
    assert.equal((await slack.sendRaw({ body: ssl, headers: { ...FORM, ...slack.sign(ssl) } })).status, 200);

    const asked = JSON.stringify({ type: 'url_verification', challenge: 'prove it', token: 'x' });
    const headers = { 'content-type': 'application/json', ...slack.sign(asked) };
    const answered = await slack.sendRaw({ body: asked, headers });
    assert.equal(answered.status, 200);
    assert.deepEqual(JSON.parse(answered.body), { challenge: 'prove it' });

    const unsigned = await slack.sendRaw({ body: asked, headers: { 'content-type': 'application/json' } });
    assert.equal(unsigned.status, 401);
    assert.doesNotMatch(unsigned.body, /prove it/);
  });

  await context.test('a request from another workspace is refused with words and runs nothing', async () => {
    const stranger = slack.addWorkspace({ name: 'Elsewhere', installed: true });
    const callsBefore = slack.ledger.calls.length;
    const body = commandBody(world).replace(slack.workspace.teamId, stranger.teamId).replace('made.by.hand', 'other');
    const answered = await slack.sendRaw({ body, headers: { ...FORM, ...slack.sign(body) } });
    assert.match(answered.body, /^I'm not installed in this workspace, so I did nothing\./);
    assert.equal(slack.ledger.calls.length, callsBefore);
  });

  assert.deepEqual(slack.problems, []);

  function sendSigned(options: { signingSecret?: string; timestampOffsetSeconds?: number }): Promise<number> {
    return sendHeaders({ ...FORM, ...slack.sign(text, options) });
  }

  function sendWithout(header: string): Promise<number> {
    const headers = { ...FORM, ...slack.sign(text) };
    return sendHeaders(Object.fromEntries(Object.entries(headers).filter(([name]) => name !== header)));
  }

  function sendChanged(header: string, change: (value: string) => string): Promise<number> {
    const headers: Record<string, string> = { ...FORM, ...slack.sign(text) };
    return sendHeaders({ ...headers, [header]: change(headers[header] ?? '') });
  }

  async function sendHeaders(headers: Record<string, string>): Promise<number> {
    return (await slack.sendRaw({ body: text, headers })).status;
  }

  async function sendBody(body: string | Buffer, contentType = FORM['content-type']): Promise<number> {
    return (await slack.sendRaw({ body, headers: { 'content-type': contentType, ...slack.sign(body) } })).status;
  }

  async function sendTo(target: string, method: string): Promise<number> {
    const headers = { ...FORM, ...slack.sign(text) };
    const response = await fetch(target, { method, headers, ...(method === 'GET' ? {} : { body: text }) });
    await response.arrayBuffer();
    return response.status;
  }
});

test('the operator sees health, readiness and counts, and nothing of whom they are about', async (context) => {
  const world = await startWorld(context);
  const { slack, bot, member, channelId, env } = world;
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await slack.waitForCall(({ method, args }) => method === 'views.update' && JSON.stringify(args).includes('ACTIVE'));

  assert.deepEqual(await getText(`${bot.url}/healthz`), {
    status: 200,
    body: 'alive\n',
    type: 'text/plain; charset=utf-8',
  });
  assert.equal((await getText(`${bot.url}/readyz`)).status, 200);
  assert.equal((await fetch(`${bot.url}/healthz`, { method: 'POST' })).status, 404);

  const metrics = await getText(`${bot.url}/metrics`);
  assert.equal(metrics.status, 200);
  assert.match(metrics.type ?? '', /^text\/plain; version=0\.0\.4/);
  assert.match(metrics.body, /^inbox_bot_requests_total\{outcome="added"\} 1$/m);
  assert.match(metrics.body, /^inbox_bot_ack_seconds_count\{listener="\/add-inbox"\} 1$/m);
  assert.match(metrics.body, /^inbox_bot_slack_call_seconds_count\{method="chat\.postMessage",result="ok"\} 2$/m);
  assert.match(metrics.body, /^inbox_bot_coldsend_call_seconds_count\{result="added"\} 1$/m);
  assert.match(metrics.body, /^inbox_bot_unfinished_requests\{state="armed"\} 0$/m);

  const told = [metrics.body, (await getText(`${bot.url}/healthz`)).body, (await getText(`${bot.url}/readyz`)).body];
  const secret = [
    ...Object.values(env).filter((value) => value.length > 8),
    ...[slack.workspace.teamId, slack.workspace.domain, slack.installation.botUserId, member.userId, channelId],
    ...['jane', 'acme.com', 'Jane Doe', GOOGLE_PASSWORD, API_KEY],
  ];
  for (const word of secret) assert.ok(!told.join('\n').includes(word), `${word} is not told`);
});

test('over Socket Mode, a lost connection is replaced and the bot says meanwhile that it is not ready', async (context) => {
  const world = await startWorld(context, { transport: 'socket' });
  const { slack, bot, member, channelId } = world;
  assert.equal((await fetch(`${bot.url}/slack/events`, { method: 'POST' })).status, 404, 'no door beside the socket');

  await context.test('Slack asks for a new connection: it is there, and the form opens over it', async () => {
    const before = slack.ledger.calls.filter(({ method }) => method === 'apps.connections.open').length;
    slack.disconnectSockets('refresh_requested');
    await slack.waitFor(
      () => slack.ledger.calls.filter(({ method }) => method === 'apps.connections.open')[before],
      'the bot to ask for a new connection',
    );
    await slack.waitForSockets();
    await addGoogleInbox(member, { address: 'after-refresh@acme.com', channelId });
    await waitForAdded('after-refresh@acme.com');
  });

  await context.test('the connection is cut: /readyz says 503 until there is another one', async () => {
    slack.failNext('apps.connections.open', { status: 503 }, 1_000);
    const failedBefore = slack.ledger.calls.length;
    slack.cutSockets();
    await slack.waitFor(
      () => slack.ledger.calls.slice(failedBefore).find(({ method }) => method === 'apps.connections.open'),
      'the bot to try again',
    );
    const down = await getText(`${bot.url}/readyz`);
    assert.deepEqual([down.status, down.body], [503, 'the connection to Slack is down\n']);
    assert.equal((await getText(`${bot.url}/healthz`)).status, 200, 'it lives');
    assert.equal((await member.command('/add-inbox', { channelId })).status, 'not_delivered');

    slack.heal();
    await slack.waitForSockets(1);
    await addGoogleInbox(member, { address: 'after-cut@acme.com', channelId });
    await waitForAdded('after-cut@acme.com');
    assert.equal((await getText(`${bot.url}/readyz`)).status, 200);
  });

  assert.deepEqual(slack.problems, []);

  function waitForAdded(address: string) {
    return slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
  }
});
