import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { FetchFunction } from '@slack/web-api';
import { createSdkLogger } from '../../src/slack/web-api/sdk-logger.ts';
import { createSlackApis } from '../../src/slack/web-api/slack-api.ts';
import { createInstallRoutes } from '../../src/web/install-routes.ts';
import { createInstallState } from '../../src/web/install-state.ts';

const GRANTED = {
  ok: true,
  access_token: 'xoxb-granted-secret',
  token_type: 'bot',
  scope: 'commands,chat:write',
  bot_user_id: 'U0BOT',
  app_id: 'A1',
  team: { id: 'T1', name: '<b>Acme</b> & "Co"' },
  enterprise: null,
  authed_user: { id: 'U1' },
  is_enterprise_install: false,
};

const IDENTITY = { ok: true, team_id: 'T1', user_id: 'U0BOT', bot_id: 'B1', url: 'https://acme.slack.com/' };

type Answers = Record<string, unknown>;

async function setUp(context: TestContext, answers: Answers = {}) {
  const calls: { method: string; token: string | undefined }[] = [];
  const logged: unknown[] = [];
  const log = (message: string, fields?: unknown) => void logged.push([message, fields]);
  const logger = createSdkLogger({ debug: log, info: log, warn: log, error: log });
  const fetch: FetchFunction = async (url, init) => {
    const method = new URL(url).pathname.replace('/api/', '');
    const authorization = Object.entries(init?.headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
    calls.push({ method, token: authorization?.[1]?.replace('Bearer ', '') });
    const given = { 'oauth.v2.access': GRANTED, 'auth.test': IDENTITY, 'auth.revoke': { ok: true }, ...answers }[
      method
    ];
    if (given === undefined) throw new Error('no connection');
    const response = new Response(JSON.stringify(given));
    return { ...copyOf(response), url: String(url) };
  };
  const slackApiUrl = 'https://slack.test/api/';
  const used = new Set<string>();
  const isDatabaseAway = { now: false };
  const clock = { now: Date.now() };
  const saved: { teamId: string; botToken: string }[] = [];
  const installed: { teamId: string; again: boolean }[] = [];
  const refused: string[] = [];
  const failures: unknown[] = [];
  const apiOf = createSlackApis({ apiUrl: slackApiUrl, fetch, onCall: () => {} });
  const routes = await createInstallRoutes({
    clientId: '1.2',
    clientSecret: 'client-secret',
    authorizeUrl: 'https://slack.test/oauth/v2/authorize',
    publicUrl: 'https://bot.example.com/base',
    slackApiUrl,
    fetch,
    logger,
    state: createInstallState({
      secret: 's'.repeat(32),
      used: {
        use: async (state) => !used.has(state) && used.add(state).has(state),
        has: async (state) => {
          if (isDatabaseAway.now) throw new Error('the database is away');
          return used.has(state);
        },
      },
      now: () => clock.now,
    }),
    find: async (teamId) => saved.find((each) => each.teamId === teamId),
    save: async (installation) => {
      if (installation.botToken === 'xoxb-database-away') throw new Error('the database is away');
      saved.push(installation);
    },
    revoke: (token) => apiOf(token).revoke(),
    onInstalled: ({ teamId }, again) => installed.push({ teamId, again }),
    onRefused: (why) => void refused.push(why),
    onFailure: (error) => `ref-${failures.push(error)}`,
  });
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    void (path === '/slack/install' ? routes['GET /slack/install'] : routes['GET /slack/oauth_redirect'])(
      request,
      response,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function begin() {
    const page = await globalThis.fetch(`${base}/slack/install`);
    const text = await page.text();
    const href = /href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const cookie = page.headers.get('set-cookie') ?? '';
    return { page, text, authorize: new URL(href), cookie, sent: cookie.split(';', 1)[0] ?? '' };
  }

  async function comeBack(query: Record<string, string>, cookie = '') {
    const url = `${base}/slack/oauth_redirect?${new URLSearchParams(query)}`;
    const page = await globalThis.fetch(url, { headers: { cookie } });
    const text = await page.text();
    return { page, text, title: /<h1>(.*)<\/h1>/.exec(text)?.[1] };
  }

  async function finish() {
    const { authorize, sent } = await begin();
    return comeBack({ code: 'a-code', state: authorize.searchParams.get('state') ?? '' }, sent);
  }

  return {
    base,
    used,
    begin,
    comeBack,
    finish,
    calls,
    saved,
    installed,
    refused,
    failures,
    logged,
    clock,
    isDatabaseAway,
  };
}

function copyOf(response: Response) {
  return {
    ok: response.ok,
    status: response.status,
    statusText: '',
    headers: { get: (name: string) => response.headers.get(name), entries: () => response.headers.entries() },
    arrayBuffer: () => response.arrayBuffer(),
    json: () => response.json(),
    text: () => response.text(),
  };
}

function assertStrict(page: Response): void {
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
  assert.equal(page.headers.get('cache-control'), 'no-store');
  assert.match(page.headers.get('content-type') ?? '', /^text\/html; charset=utf-8$/);
}

test('the page leads to Slack, with our scopes, our address and a state bound to the browser', async (context) => {
  const { begin } = await setUp(context);
  const { page, text, authorize, cookie, sent } = await begin();
  assert.equal(page.status, 200);
  assertStrict(page);
  assert.equal(authorize.origin + authorize.pathname, 'https://slack.test/oauth/v2/authorize');
  assert.equal(authorize.searchParams.get('redirect_uri'), 'https://bot.example.com/base/slack/oauth_redirect');
  assert.match(authorize.searchParams.get('scope') ?? '', /^commands,chat:write/);
  assert.equal(authorize.searchParams.get('client_id'), '1.2');
  assert.equal(sent, `__Host-inbox-bot-install=${authorize.searchParams.get('state')}`);
  assert.match(cookie, /; Secure; HttpOnly; SameSite=Lax; Path=\/; Max-Age=600$/);
  assert.doesNotMatch(text, /src=|@import|url\(/);
  assert.ok(!text.includes('client-secret'));
});

test('a workspace is installed, told what to do next, and installed again', async (context) => {
  const { finish, saved, installed } = await setUp(context);
  const first = await finish();
  assert.equal(first.page.status, 200);
  assertStrict(first.page);
  assert.equal(first.title, 'Inbox Bot is installed');
  assert.match(first.text, /&lt;b&gt;Acme&lt;\/b&gt; &amp; &quot;Co&quot;/);
  assert.match(first.text, /Add a ColdSend API key/);
  assert.match(first.page.headers.get('set-cookie') ?? '', /=deleted;/);
  assert.ok(!first.text.includes('xoxb-'));
  assert.deepEqual(saved, [
    {
      teamId: 'T1',
      teamName: '<b>Acme</b> & "Co"',
      enterpriseId: undefined,
      botToken: 'xoxb-granted-secret',
      botId: 'B1',
      botUserId: 'U0BOT',
      appId: 'A1',
      scopes: ['commands', 'chat:write'],
      installedBy: 'U1',
    },
  ]);
  const second = await finish();
  assert.equal(second.title, 'Inbox Bot is installed again');
  assert.match(second.text, /did not change/);
  assert.deepEqual(installed, [
    { teamId: 'T1', again: false },
    { teamId: 'T1', again: true },
  ]);
});

test('a state that is missing, made up, of another browser, used or old is refused, before Slack is asked', async (context) => {
  const { begin, comeBack, calls, saved, clock } = await setUp(context);
  const refused = async (query: Record<string, string>, cookie: string, title: RegExp) => {
    const { page, ...given } = await comeBack(query, cookie);
    assert.equal(page.status, 400);
    assertStrict(page);
    assert.match(given.title ?? '', title);
    assert.match(given.text, /href="install"/);
  };
  const { authorize, sent } = await begin();
  const state = authorize.searchParams.get('state') ?? '';
  const other = await begin();
  await refused({ code: 'c' }, sent, /incomplete/);
  await refused({ state }, sent, /incomplete/);
  await refused({}, '', /incomplete/);
  await refused({ code: 'c', state }, '', /another browser/);
  await refused({ code: 'c', state }, other.sent, /another browser/);
  await refused({ code: 'c', state: 'made-up' }, '__Host-inbox-bot-install=made-up', /started somewhere else/);
  await refused({ error: 'access_denied', state }, sent, /: cancelled/);
  assert.deepEqual(calls, []);
  assert.equal((await comeBack({ code: 'c', state }, sent)).page.status, 200, 'and still works where it belongs');
  await refused({ code: 'c', state }, sent, /You used this page before/);
  clock.now += 10 * 60_000;
  const old = other.authorize.searchParams.get('state') ?? '';
  await refused({ code: 'c', state: old }, other.sent, /too long/);
  assert.equal(saved.length, 1);
});

test('who loads the page again, or is late, is told so, though the browser has no cookie any more', async (context) => {
  const { begin, comeBack, clock, isDatabaseAway } = await setUp(context);
  const done = await begin();
  const state = done.authorize.searchParams.get('state') ?? '';
  const open = (await begin()).authorize.searchParams.get('state') ?? '';
  assert.equal((await comeBack({ code: 'c', state }, done.sent)).page.status, 200);
  assert.match((await comeBack({ code: 'c', state })).title ?? '', /You used this page before/);
  isDatabaseAway.now = true;
  assert.match((await comeBack({ code: 'c', state })).title ?? '', /another browser/);
  isDatabaseAway.now = false;
  assert.match((await comeBack({ code: 'c', state: open })).title ?? '', /another browser/);
  assert.match((await comeBack({ code: 'c', state: 'made-up' })).title ?? '', /started somewhere else/);
  clock.now += 10 * 60_000;
  const late = await comeBack({ code: 'c', state: open });
  assert.match(late.title ?? '', /too long/);
  assert.equal(late.page.status, 400);
  assertStrict(late.page);
});

const GIVEN_BACK: { name: string; granted: unknown; title: RegExp }[] = [
  {
    name: 'a whole organization',
    granted: { ...GRANTED, team: null, enterprise: { id: 'E1', name: 'Org' }, is_enterprise_install: true },
    title: /whole organization/,
  },
  {
    name: 'with token rotation',
    granted: { ...GRANTED, refresh_token: 'xoxe-1', expires_in: 43_200 },
    title: /token rotation is on/,
  },
];
for (const { name, granted, title } of GIVEN_BACK) {
  test(`an installation for ${name} is given back and not kept`, async (context) => {
    const { finish, calls, saved, installed } = await setUp(context, { 'oauth.v2.access': granted });
    const refused = await finish();
    assert.equal(refused.page.status, 400);
    assert.match(refused.title ?? '', title);
    assert.deepEqual([saved, installed], [[], []]);
    assert.deepEqual(calls.at(-1), { method: 'auth.revoke', token: 'xoxb-granted-secret' });
  });
}

test('an organization’s token that Slack does not take back is not kept all the same', async (context) => {
  const granted = { ...GRANTED, team: null, enterprise: { id: 'E1' }, is_enterprise_install: true };
  const { finish, saved } = await setUp(context, { 'oauth.v2.access': granted, 'auth.revoke': undefined });
  assert.match((await finish()).title ?? '', /whole organization/);
  assert.deepEqual(saved, []);
});

const FAILING: { name: string; answers: Answers; status: number; title: RegExp }[] = [
  {
    name: 'Slack refusing the app',
    answers: { 'oauth.v2.access': { ok: false, error: 'bad_client_secret' } },
    status: 502,
    title: /did not confirm/,
  },
  { name: 'Slack not answering', answers: { 'oauth.v2.access': undefined }, status: 502, title: /did not answer/ },
  {
    name: 'Slack answering nonsense',
    answers: { 'oauth.v2.access': { ok: true, surprising: true } },
    status: 500,
    title: /went wrong/,
  },
  {
    name: 'the token not working',
    answers: { 'auth.test': { ok: false, error: 'invalid_auth' } },
    status: 502,
    title: /did not confirm/,
  },
  {
    name: 'the database being away',
    answers: { 'oauth.v2.access': { ...GRANTED, access_token: 'xoxb-database-away' } },
    status: 500,
    title: /went wrong/,
  },
];
for (const { name, answers, status, title } of FAILING) {
  test(`${name} is told with a reference, and nothing secret is logged`, async (context) => {
    const { finish, saved, failures, logged } = await setUp(context, answers);
    const failed = await finish();
    assert.equal(failed.page.status, status);
    assertStrict(failed.page);
    assert.match(failed.title ?? '', title);
    assert.match(failed.text, /Support code: ref-1/);
    assert.equal(failures.length, 1);
    assert.deepEqual(saved, []);
    assert.doesNotMatch(JSON.stringify(logged), /xoxb|a-code|client-secret|bad_client_secret/);
    assert.doesNotMatch(failed.text, /xoxb|a-code|bad_client/);
  });
}

test('the page for installing stores nothing', async (context) => {
  const { begin, comeBack, finish, used } = await setUp(context);
  await begin();
  await comeBack({ code: 'c', state: 'made-up' }, '__Host-inbox-bot-install=made-up');
  assert.equal(used.size, 0);
  await finish();
  assert.equal(used.size, 1);
});

test('whatever a stranger asks for is refused and counted, and is no failure', async (context) => {
  const answers = { 'oauth.v2.access': { ok: false, error: 'invalid_code' } };
  const { base, begin, comeBack, finish, refused, failures, logged } = await setUp(context, answers);
  const { sent } = await begin();
  await comeBack({ code: 'x', state: 'y' });
  await comeBack({ code: 'x', state: '%00' }, sent);
  await comeBack({ error: 'what_is_this' }, '=;__Host-inbox-bot-install=;;%E0%A4%A');
  await comeBack({ code: 'x'.repeat(4_000), state: 'y' }, '__Host-inbox-bot-install=y');
  for (const host of ['<>', 'a b', '[', '%', 'x:99999', ''])
    assert.equal(await statusOf(`${base}/slack/oauth_redirect?code=x&state=y`, { host }), 400, host);
  const madeUp = await finish();
  assert.equal(madeUp.page.status, 400, 'also a code that Slack did not give');
  assert.match(madeUp.title ?? '', /did not confirm/);
  assert.equal(refused.length, 11);
  assert.equal(refused.at(-1), 'code_refused');
  assert.deepEqual([failures, logged], [[], []]);
});

/** `fetch` sends no Host of ours. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
}

test('no page shows what stands in its address', async (context) => {
  const { comeBack } = await setUp(context);
  const { text } = await comeBack({ error: '<script>alert(1)</script>', state: '"><img src=x>' });
  assert.doesNotMatch(text, /script|img/);
});
