import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '../../../../playground/local-slack/local-slack.ts';
import { call, slackFor } from '../test-app.ts';

const REDIRECT = 'https://bot.example.com/slack/oauth_redirect';

async function withApp(t: TestContext, now: () => number = Date.now) {
  const slack = await slackFor(t, { now, app: { scopes: ['commands', 'chat:write'], redirectUrls: [REDIRECT] } });
  const client = slack.addWorkspace({ name: 'Client', installed: false });
  const boss = slack.addPerson({ name: 'boss', teamId: client.teamId, is_admin: true });
  const visit = async (change: { [name: string]: string } = {}) => {
    const query = {
      client_id: slack.app.clientId,
      scope: 'commands,chat:write',
      state: 's1',
      redirect_uri: REDIRECT,
      ...change,
    };
    const page = await fetch(`${slack.authorizeUrl}?${new URLSearchParams(query)}`, { redirect: 'manual' });
    const location = page.headers.get('location');
    return location === null ? { text: await page.text() } : Object.fromEntries(new URL(location).searchParams);
  };
  const exchange = (change: JsonObject) =>
    call(
      slack,
      'oauth.v2.access',
      { client_id: slack.app.clientId, client_secret: slack.app.clientSecret, redirect_uri: REDIRECT, ...change },
      null,
    );
  return { slack, client, boss, visit, exchange };
}

test('a person allows the app: code, state and a token that works', async (t) => {
  const { slack, client, boss, visit, exchange } = await withApp(t);
  slack.authorizeNextAs({ userId: boss.id });
  const { code = '', state } = await visit();
  assert.equal(state, 's1');
  const granted = await exchange({ code });
  assert.deepEqual([granted.team, granted.scope], [{ id: client.teamId, name: 'Client' }, 'commands,chat:write']);
  assert.deepEqual(granted.authed_user, { id: boss.id });
  const who = await call(slack, 'auth.test', {}, String(granted.access_token));
  assert.deepEqual([who.team_id, who.user_id], [client.teamId, granted.bot_user_id]);
  assert.ok(!JSON.stringify(slack.ledger.calls).includes(slack.app.clientSecret));
  assert.deepEqual(slack.problems, []);
});

test('a person allows it for their whole organization: no workspace, and a token that can be given back', async (t) => {
  const { slack, client, boss, visit, exchange } = await withApp(t);
  slack.authorizeNextAs({ userId: boss.id, orgWide: true });
  const granted = await exchange({ code: (await visit()).code });
  assert.deepEqual([granted.team, granted.is_enterprise_install], [null, true]);
  assert.match(JSON.stringify(granted.enterprise), /"id":"E/);
  const token = String(granted.access_token);
  assert.equal((await call(slack, 'auth.revoke', {}, token)).revoked, true);
  assert.equal((await call(slack, 'auth.test', {}, token)).error, 'token_revoked');
  assert.equal(slack.getWorkspace(client.teamId).installation, undefined);
  slack.authorizeNextAs({ userId: boss.id });
  assert.equal((await exchange({ code: (await visit()).code })).is_enterprise_install, false);
});

test('a code works once, for ten minutes, with the right secret and address', async (t) => {
  let now = 1_700_000_000_000;
  const { visit, exchange } = await withApp(t, () => now);
  const { code = '' } = await visit();
  assert.equal((await exchange({ code, client_secret: 'wrong' })).error, 'bad_client_secret');
  assert.equal((await exchange({ code, client_id: 'wrong' })).error, 'invalid_client_id');
  assert.equal((await exchange({ code })).ok, true);
  assert.equal((await exchange({ code })).error, 'invalid_code');
  const second = await visit();
  assert.equal((await exchange({ code: second.code, redirect_uri: 'https://evil.example' })).error, 'bad_redirect_uri');
  const third = await visit();
  now += 10 * 60 * 1000 + 1;
  assert.equal((await exchange({ code: third.code })).error, 'invalid_code');
});

test('who denies, and what the app may not ask', async (t) => {
  const { slack, visit } = await withApp(t);
  slack.authorizeNextAs('deny');
  assert.deepEqual(await visit(), { state: 's1', error: 'access_denied' });
  assert.match((await visit({ client_id: 'x' })).text ?? '', /invalid_client_id/);
  assert.match((await visit({ scope: 'admin' })).text ?? '', /invalid_scope/);
  assert.match((await visit({ redirect_uri: 'https://evil.example' })).text ?? '', /bad_redirect_uri/);
});

test('who installs may decline what is optional, and nothing else', async (t) => {
  const { slack, boss, visit, exchange } = await withApp(t);
  slack.app.optionalScopes = ['chat:write'];
  slack.authorizeNextAs({ userId: boss.id, declined: ['chat:write', 'commands'] });
  assert.equal((await exchange({ code: (await visit()).code })).scope, 'commands');
  assert.equal((await exchange({ code: (await visit()).code })).scope, 'commands,chat:write');
});

test('installing again keeps the token and adds scopes; after leaving, it is a new one', async (t) => {
  const { slack, client, visit, exchange } = await withApp(t);
  const install = async (scope: string) => exchange({ code: (await visit({ scope })).code });
  const first = await install('commands');
  const second = await install('chat:write');
  assert.equal(second.access_token, first.access_token);
  assert.equal(second.scope, 'commands,chat:write');
  const left = { client_id: slack.app.clientId, client_secret: slack.app.clientSecret };
  assert.equal((await call(slack, 'apps.uninstall', left, String(first.access_token))).ok, true);
  assert.equal((await call(slack, 'auth.test', {}, String(first.access_token))).error, 'account_inactive');
  const third = await install('commands');
  assert.notEqual(third.access_token, first.access_token);
  assert.equal(third.bot_user_id, first.bot_user_id);
  assert.equal((await call(slack, 'auth.revoke', {}, String(third.access_token))).revoked, true);
  assert.equal((await call(slack, 'auth.test', {}, String(third.access_token))).error, 'token_revoked');
  assert.equal(client.installation?.botToken, third.access_token);
});
