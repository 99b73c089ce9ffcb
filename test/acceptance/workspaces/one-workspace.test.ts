import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';
import { countStored, isNothing, waitForStored } from './stored-secrets.ts';

test('with one workspace too, removing the app removes its key and what waits; replacing its token does not', async (context) => {
  const { slack, coldsend, bot, member, channelId, databasePath } = await startWorld(context);
  const { teamId } = slack.workspace;
  const at = { databaseUrl: `sqlite:${databasePath}` };
  coldsend.answerAlways({ kind: 'server_error', status: 503, retryAfter: '600' });
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await slack.waitForCall(({ method, args }) => method === 'chat.update' && JSON.stringify(args).includes('jane@'));
  const before = { tokens: 0, keys: 1, settings: 0, passwords: 1, waiting: 1 };
  assert.deepEqual(await countStored(at, teamId), before);

  // Of a time that has passed, and from somebody who only says so: the token works.
  await slack.sendEvent(teamId, { type: 'app_uninstalled' });
  const asked = () => slack.ledger.calls.filter(({ method }) => method === 'auth.test');
  await slack.waitFor(() => asked()[1], 'Slack to be asked, after the start, whether the token still works');
  assert.deepEqual(await countStored(at, teamId), before);

  await slack.revokeToken(teamId);
  await waitForStored(at, teamId, () => bot.output().includes('SLACK_BOT_TOKEN was revoked'));
  assert.deepEqual(await countStored(at, teamId), before);

  await slack.uninstall(teamId);
  await waitForStored(at, teamId, isNothing);
});
