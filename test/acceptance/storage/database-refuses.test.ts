import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { addGoogleInbox, fillInGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';

test('what the database does not take is not accepted, and nothing typed is lost', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, bot, member, channelId, databasePath } = world;
  await fillInGoogleInbox(member, { address: 'jane@acme.com', channelId });
  const other = new DatabaseSync(databasePath);
  context.after(() => other.close());

  other.exec('begin immediate');
  const { status, errors, modal } = await member.submit();
  assert.equal(status, 'ok', 'answered in time');
  assert.match(Object.values(errors).join(), /did not confirm that it saved this inbox/);
  assert.equal(modal?.callbackId, 'add_inbox_how', 'the form is still there');
  const readiness = await fetch(`${bot.url}/readyz`);
  assert.deepEqual([readiness.status, await readiness.text()], [503, 'the database is not writable\n']);
  assert.equal((await fetch(`${bot.url}/healthz`)).status, 200);

  other.exec('rollback');
  assert.equal((await fetch(`${bot.url}/readyz`)).status, 200);
  await member.submit();
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  assert.equal(coldsend.accounts.length, 1);
  assert.deepEqual(slack.problems, []);
});

test('what ColdSend answered is kept though the database refuses it for a while', async (context) => {
  const world = await startWorld(context);
  const { slack, coldsend, member, channelId, databasePath, bot } = world;
  const other = new DatabaseSync(databasePath);
  context.after(() => other.close());
  const stop = coldsend.onRequest(() => other.exec('begin immediate'));
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await coldsend.waitFor(({ body, answered }) => isAddition(body) && answered !== undefined);
  stop();
  // SQLite holds the bot's thread while it waits: whoever asks now is answered after the first try failed.
  await fetch(`${bot.url}/readyz`);
  other.exec('rollback');
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  const added = coldsend.ledger.filter(({ body }) => isAddition(body));
  assert.equal(added.length, 1, 'asked once');
  assert.equal(slack.messages(channelId).filter(({ threadTs }) => threadTs !== undefined).length, 1, 'told once');
  assert.deepEqual(slack.problems, []);
});

test('an announcement that Slack took is not made again because the database refuses it for a while', async (context) => {
  const world = await startWorld(context);
  const { slack, member, channelId, databasePath, bot } = world;
  const other = new DatabaseSync(databasePath);
  context.after(() => other.close());
  const announced = slack.waitForMessage(({ channelId: at }) => at === channelId);
  const stop = slack.onChange((change) => {
    if (change.kind === 'message' && change.message.channelId === channelId) other.exec('begin immediate');
  });
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await announced;
  stop();
  await fetch(`${bot.url}/readyz`);
  other.exec('rollback');
  await member.waitForModal(({ rendered }) => rendered.includes('✅ Inbox added'));
  assert.equal(slack.messages(channelId).filter(({ threadTs }) => threadTs === undefined).length, 1);
  assert.deepEqual(slack.problems, []);
});

/** A key is tried with an empty body. */
function isAddition(body: unknown): boolean {
  return JSON.stringify(body ?? '').includes('jane@acme.com');
}
