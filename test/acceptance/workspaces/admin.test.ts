import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { addGoogleInbox, GOOGLE_PASSWORD } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';
import { runAdminCommand, startAdminCommand } from './run-admin-command.ts';
import { startAgency } from './start-agency.ts';
import { isNothing, waitForStored } from './stored-secrets.ts';

test('the operators’ commands, beside a running bot of several workspaces', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-admin-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const setting = { createUrl: async () => `sqlite:${join(folder, 'bot.db')}`, replicas: 1 };
  const agency = await startAgency(context, setting);
  const { slack, coldsend, teams, env } = agency;
  const [acme, blue, coral] = teams;
  const outputs: string[] = [];
  const run = async (args: string[], change: Record<string, string> = {}) => {
    const done = await runAdminCommand(args, { ...env, ...change });
    outputs.push(done.output);
    return done;
  };

  await context.test('help, and what is no command', async () => {
    for (const args of [['help'], ['--help'], [], ['list', '--help']]) {
      const { status, output } = await run(args);
      assert.equal(status, 0);
      for (const name of ['list', 'pending', 'rotate-keys', 'backup FILE', 'restored', 'remove TEAM', 'doctor'])
        assert.ok(output.includes(name));
    }
    const mistakes: [args: string[], says: RegExp][] = [
      [['remvoe', 'T1'], /^There is no command "remvoe"\.$/m],
      [['constructor'], /^There is no command "constructor"\.$/m],
      [['remove'], /^"remove" needs exactly one TEAM\.$/m],
      [['remove', 'T1', 'T2'], /^"remove" needs exactly one TEAM\.$/m],
      [['backup', '--force'], /^"backup" needs exactly one FILE\.$/m],
      [['list', 'more'], /^"list" needs no argument\.$/m],
    ];
    for (const [args, says] of mistakes) {
      const { status, output } = await run(args);
      assert.equal(status, 2, args.join(' '));
      assert.match(output, says);
      assert.match(output, /^Usage: npm run admin -- COMMAND$/m);
    }
  });

  await context.test('list: nobody, then each workspace', async () => {
    assert.match((await run(['list'])).output, /^No workspace has installed the bot yet\.$/m);
    for (const team of [acme, blue]) await agency.setUp(team);
    const { status, output } = await run(['list']);
    assert.equal(status, 0);
    const lines = output.trim().split('\n');
    assert.equal(lines.length, 2);
    assert.match(
      lines[0] ?? '',
      new RegExp(`^${acme.teamId} \\("Acme"\\) was installed by ${acme.admin.userId} at 20`),
    );
  });

  await context.test('pending: what waits, without secrets', async () => {
    assert.match((await run(['pending'])).output, /^No request is pending\.$/m);
    coldsend.answerAlways({ kind: 'server_error', status: 503, retryAfter: '600' });
    await addGoogleInbox(acme.member, { address: 'jane@acme.com', channelId: acme.channelId });
    await slack.waitForCall(({ method, args }) => method === 'chat.update' && JSON.stringify(args).includes('jane@'));
    const { status, output } = await run(['pending']);
    assert.equal(status, 0);
    assert.match(
      output,
      new RegExp(
        `^\\S+: "jane@acme.com", requested by ${acme.member.userId} of ${acme.teamId} at 20\\S+\\. It is announced, waiting \\(unavailable\\) until 20`,
      ),
    );
    coldsend.answerAlways(undefined);
  });

  await context.test('doctor: nothing is wrong', async () => {
    const { status, output } = await run(['doctor']);
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`^✓ ${acme.teamId} has granted all scopes of manifest\\.yml\\.$`, 'm'));
    assert.match(output, /^✓ The clock agrees with Slack's\.$/m);
    assert.match(output, /^✓ ColdSend can be reached\.$/m);
    assert.match(output, /^✓ Slack accepts SLACK_CLIENT_ID and SLACK_CLIENT_SECRET\.$/m);
    assert.match(output, /^Nothing is wrong\.$/m);
  });

  await context.test('doctor: a scope that is optional is named, and nothing is wrong without it', async () => {
    const all = slack.getWorkspace(acme.teamId).installation?.scopes ?? assert.fail();
    slack.setScopes(
      acme.teamId,
      all.filter((scope) => scope !== 'files:read'),
    );
    const { status, output } = await run(['doctor']);
    slack.setScopes(acme.teamId, all);
    assert.equal(status, 0, output);
    assert.match(output, new RegExp(`^✓ ${acme.teamId} has granted all scopes except the optional files:read`, 'm'));
  });

  await context.test('doctor: each thing that is wrong', async () => {
    const cases: { change?: Record<string, string>; before?: () => void; says: RegExp }[] = [
      { change: { SLACK_CLIENT_SECRET: 'x' }, says: /^✗ Slack did not confirm SLACK_CLIENT_ID .*bad_client_secret/m },
      { change: { COLDSEND_API_URL: 'http://127.0.0.1:1/x' }, says: /^✗ ColdSend can't be reached/m },
      {
        change: { COLDSEND_API_URL: `http://127.0.0.1:${await findClosedPort()}` },
        says: /^✗ ColdSend can't be reached at COLDSEND_API_URL: nothing listens there \(ECONNREFUSED\)/m,
      },
      {
        change: { COLDSEND_ADD_PATH: '/elsewhere' },
        says: /^✗ COLDSEND_ADD_PATH is wrong: ColdSend adds no inboxes there \(HTTP_404\)/m,
      },
      { change: { SLACK_API_URL: 'http://127.0.0.1:1/api/' }, says: /^✗ Slack can't be reached at SLACK_API_URL/m },
      { change: { SLACK_STATE_SECRET: '' }, says: /^ {2}- SLACK_STATE_SECRET is missing/m },
      {
        change: { ENCRYPTION_KEYS: `other:${Buffer.alloc(32, 9).toString('base64')}` },
        says: /ENCRYPTION_KEYS can't open this database/,
      },
      // The rest is looked at all the same.
      {
        change: { DATABASE_URL: `sqlite:${join(folder, 'none.db')}` },
        says: /^✗ There is no database .*^✓ ColdSend can/ms,
      },
      {
        before: () => slack.setScopes(blue.teamId, ['commands', 'chat:write']),
        says: new RegExp(`^✗ ${blue.teamId} has not granted .*: .*users:read`, 'm'),
      },
      {
        before: () => void slack.revokeToken(blue.teamId, { silent: true }),
        says: new RegExp(`^✗ ${blue.teamId} can't be used, because Slack answers token_revoked`, 'm'),
      },
    ];
    for (const { change, before, says } of cases) {
      before?.();
      const { status, output } = await run(['doctor'], change);
      assert.equal(status, 1, output);
      assert.match(output, says);
    }
  });

  await context.test('doctor: values of another key are told', async () => {
    const both = { ENCRYPTION_KEYS: `k2:${Buffer.alloc(32, 8).toString('base64')},${env.ENCRYPTION_KEYS}` };
    assert.match((await run(['doctor'], both)).output, /^✓ \d+ values are encrypted with the key "k1"/m);
  });

  await context.test('remove: the workspace is gone here and at Slack, and served no more', async () => {
    for (const bad of ['acme', 'T1; drop', '']) assert.notEqual((await run(['remove', bad])).status, 0);
    const { status, output } = await run(['remove', acme.teamId]);
    assert.equal(status, 0, output);
    assert.match(output, /Slack removed the app from the workspace, too\./);
    await waitForStored(agency, acme.teamId, isNothing);
    assert.equal(slack.getWorkspace(acme.teamId).installation, undefined);
    assert.match((await run(['remove', acme.teamId])).output, /There is no data of \w+ here/);
    assert.match((await run(['remove', coral.teamId])).output, /There is no data of \w+ here/);
  });

  await context.test('remove: where Slack does not take the app out, it says so', async () => {
    const { status, output } = await run(['remove', blue.teamId]);
    assert.equal(status, 1);
    assert.match(output, /Slack did not remove the app from the workspace \(\w+\)\. An admin there can remove it/);
    await waitForStored(agency, blue.teamId, isNothing);
  });

  const secrets = [...Object.values(env).filter((value) => /^(xoxb|the state)|=$/.test(value)), GOOGLE_PASSWORD];
  for (const text of outputs) {
    assert.doesNotMatch(text, /xoxb-|cs_live_|xapp-/);
    for (const secret of secrets) assert.ok(!text.includes(secret));
  }
});

test('doctor: a clock that is wrong is told, with by how much and in which direction', async (context) => {
  let slackIsAheadMs = 0;
  const { env } = await startWorld(context, { withKey: false, slack: { now: () => Date.now() + slackIsAheadMs } });
  // Two minutes are far off, though not so far yet that Slack's signed requests are refused.
  const cases = [
    { aheadMs: 20_000, status: 0, says: /^✓ The clock agrees with Slack's\.$/m },
    { aheadMs: -20_000, status: 0, says: /^✓ The clock agrees with Slack's\.$/m },
    { aheadMs: 120_000, status: 1, says: /^✗ The clock is 1(19|20|21) seconds behind Slack's\. Correct it\.$/m },
    { aheadMs: -120_000, status: 1, says: /^✗ The clock is 1(19|20|21) seconds ahead of Slack's\. Correct it\.$/m },
  ];
  for (const { aheadMs, status, says } of cases) {
    slackIsAheadMs = aheadMs;
    const found = await runAdminCommand(['doctor'], env);
    assert.equal(found.status, status, found.output);
    assert.match(found.output, says);
    assert.match(found.output, status === 0 ? /^Nothing is wrong\.$/m : /^One thing is wrong\.$/m);
  }
});

test('the operators’ commands, for one workspace', async (context) => {
  const { env, slack } = await startWorld(context, { transport: 'socket' });
  assert.deepEqual(
    await startAdminCommand(['list'], env, '/', { reads: false }).exited,
    0,
    'for a reader that has left',
  );
  const list = await runAdminCommand(['list'], env);
  assert.match(list.output, /The bot serves the one workspace of SLACK_BOT_TOKEN/);
  // In processes of their own, which end with the command's status.
  const healthy = await runAdminCommand(['doctor'], env, '/');
  assert.equal(healthy.status, 0, healthy.output);
  assert.match(healthy.output, /✓ Slack accepts SLACK_APP_TOKEN\./);
  const wrong = { ...env, SLACK_APP_TOKEN: 'xapp-wrong', SLACK_BOT_TOKEN: 'xoxb-wrong' };
  const ill = await runAdminCommand(['doctor'], wrong, '/');
  assert.equal(ill.status, 1);
  assert.match(ill.output, /✗ Slack did not confirm SLACK_APP_TOKEN \(invalid_auth\)/);
  assert.match(ill.output, /✗ The workspace of SLACK_BOT_TOKEN can't be used, because Slack answers invalid_auth/);
  assert.match(ill.output, /2 things are wrong/);
  const removed = await runAdminCommand(['remove', slack.workspace.teamId], env);
  assert.equal(removed.status, 0);
  assert.match(removed.output, /are deleted/);
});

async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
