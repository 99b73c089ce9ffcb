import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { runAdminCommand } from './run-admin-command.ts';
import { startAgency } from './start-agency.ts';
import { isNothing, waitForStored } from './stored-secrets.ts';

test('a workspace whose stored installation cannot be read', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-unreadable-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'bot.db');
  const agency = await startAgency(context, { createUrl: async () => `sqlite:${path}`, replicas: 1 });
  const { slack, coldsend, teams, env } = agency;
  const [acme, blue, coral] = teams;
  for (const team of teams) await agency.setUp(team);
  coldsend.answerAlways({ kind: 'server_error', status: 503, retryAfter: '600' });
  await addGoogleInbox(acme.member, { address: 'jane@acme.com', channelId: acme.channelId });
  await slack.waitForCall(({ method, args }) => method === 'chat.update' && JSON.stringify(args).includes('jane@'));
  coldsend.answerAlways(undefined);

  const database = new DatabaseSync(path, { timeout: 5_000 });
  context.after(() => database.close());
  const edit = (sql: string, ...values: string[]) => void database.prepare(sql).run(...values);
  edit("update installations set sealed_token = 'rubbish' where team_id = ?", acme.teamId);
  edit("update installations set scopes = '{oops', installed_at = 9007199254740993 where team_id = ?", coral.teamId);
  await agency.restart();

  await context.test('keeps no other workspace waiting, and is named by the commands', async () => {
    edit('update requests set not_before = 0');
    await addGoogleInbox(blue.member, { address: 'bob@blue.com', channelId: blue.channelId });
    await replyAbout('bob@blue.com');
    const list = await runAdminCommand(['list'], env);
    assert.equal(list.status, 0, list.output);
    assert.match(list.output, new RegExp(`^${coral.teamId} has installed the bot, but its row can't be read`, 'm'));
    const doctor = await runAdminCommand(['doctor'], env);
    assert.match(doctor.output, new RegExp(`^✗ The token of ${acme.teamId} can't be opened. Ask an admin`, 'm'));
    assert.match(doctor.output, new RegExp(`^✓ ${blue.teamId} has granted`, 'm'));
    const told = agency.bots[0]?.output().split('"table":"installations"').length;
    assert.equal(told, 2, 'the log names it once');
  });

  await context.test('hears of what waited once it has installed the app again', async () => {
    assert.equal((await agency.install(acme)).status, 200);
    edit('update requests set not_before = 0');
    await replyAbout('jane@acme.com');
    assert.equal(coldsend.accounts.filter(({ email_address }) => email_address === 'jane@acme.com').length, 1);
  });

  await context.test('can be removed, and can leave', async () => {
    edit("update installations set sealed_token = 'rubbish' where team_id = ?", acme.teamId);
    const { status, output } = await runAdminCommand(['remove', acme.teamId], env);
    assert.equal(status, 1, 'the app is still in the workspace');
    assert.match(output, /Its token can't be opened, so the app is still in the workspace/);
    await waitForStored(agency, acme.teamId, isNothing);
    await slack.uninstall(coral.teamId);
    await waitForStored(agency, coral.teamId, isNothing);
  });

  async function replyAbout(address: string): Promise<void> {
    const isReply = ({ threadTs, text }: { threadTs: string | undefined; text: string }) =>
      threadTs !== undefined && text.includes(address);
    await slack.waitFor(
      () => teams.flatMap(({ channelId }) => slack.messages(channelId)).find(isReply),
      `the reply about ${address}`,
    );
  }
});
