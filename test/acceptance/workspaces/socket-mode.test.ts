import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startAgency } from './start-agency.ts';
import { isNothing, waitForStored } from './stored-secrets.ts';

test('over Socket Mode too, workspaces install the bot on its pages, use it, and leave', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-socket-agency-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const agency = await startAgency(context, {
    createUrl: async () => `sqlite:${join(folder, 'bot.db')}`,
    replicas: 1,
    transport: 'socket',
  });
  const { slack, coldsend, teams } = agency;
  const [acme, blue] = teams;
  for (const team of [acme, blue]) {
    await agency.setUp(team);
    const address = `jane@${team.name.toLowerCase()}.com`;
    await addGoogleInbox(team.member, { address, channelId: team.channelId });
    await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
    assert.equal(coldsend.ledger.at(-1)?.key, team.name);
  }
  await slack.uninstall(acme.teamId);
  await waitForStored(agency, acme.teamId, isNothing);
  assert.deepEqual(slack.problems, []);
});
