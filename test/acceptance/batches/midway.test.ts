import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { additionsIn, closeAll, NOTICE, waitForPage } from '../world/fill-form.ts';
import { MANY_POSTS, OTHER_KEY, startWorld, type World } from '../world/start-bot.ts';
import { MANY_FORM, PREVIEW } from './batch-world.ts';
import { confirmBatch, PASSWORD } from './confirm-batch.ts';

const ALL = ['ann@acme.com', 'bob@acme.com', 'cat@acme.com', 'dan@acme.com'];

function sentFor({ coldsend }: World, address: string): number {
  return additionsIn(coldsend).filter(({ body }) => JSON.stringify(body).includes(address)).length;
}

function count({ databasePath }: World, what: string): unknown {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    return database.prepare(`select count(*) as count from ${what}`).get()?.count;
  } finally {
    database.close();
  }
}

test('a key that is refused midway makes the batch wait, with one message, and a new key lets it go on', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member, channelId } = world;
  await confirmBatch(world, ALL, 'list.csv');
  for (const forAddress of ALL) coldsend.answerNext({ kind: 'key_refused' }, { forAddress });
  await world.restart();
  await slack.waitFor(
    () => member.in(channelId).find(({ rendered }) => /API key/.test(rendered)),
    'the card to say that a key is missing',
  );
  assert.equal(member.in(channelId).length, 1);
  assert.deepEqual(member.in(channelId)[0]?.thread, []);

  coldsend.addKey(OTHER_KEY);
  await admin.openHome();
  await admin.click('home_store_key', { in: 'home' });
  await waitForPage(admin, 'store_key');
  await admin.type('api_key', OTHER_KEY);
  await admin.submit();
  await slack.waitFor(
    () => member.in(channelId).find(({ rendered }) => /All 4 inboxes added/.test(rendered)),
    'the rows to be added with the new key',
  );
  assert.equal(member.in(channelId).length, 1);
  // At most once with each key: a row may not have been under way when the first one was refused.
  for (const address of ALL) assert.ok([1, 2].includes(sentFor(world, address)), address);
});

test('a workspace that leaves midway keeps no password, and nothing more is sent for it', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member } = world;
  await confirmBatch(world, ALL, 'list.csv');
  for (const forAddress of ALL) {
    coldsend.answerNext({ kind: 'refused', status: 503, detail: 'down' }, { forAddress });
  }
  await world.restart();
  await slack.waitFor(() => ALL.every((address) => sentFor(world, address) > 0) || undefined, 'the rows');
  await slack.uninstall(member.teamId);
  await slack.waitFor(() => count(world, 'request_passwords') === 0 || undefined, 'the passwords to go');
  await slack.waitFor(() => count(world, "batches where state <> 'finished'") === 0 || undefined, 'the batch to end');
  assert.equal(count(world, "requests where state <> 'told'"), 0);
});

test('a corrected file adds only what failed before, to the same batch', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, member, channelId } = world;
  await confirmBatch(world, ALL, 'list.csv');
  for (const forAddress of ALL.slice(0, 2)) coldsend.answerNext({ kind: 'login_failed' }, { forAddress });
  await world.restart();
  await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && /2 inboxes need you/.test(text));
  const summary = member.in(channelId)[0]?.thread.at(-1) ?? assert.fail('no summary');
  await closeAll(member);
  await member.click('batch_fix_by_file', { in: summary });
  await waitForPage(member, MANY_FORM);
  const rows = [...ALL.slice(0, 3), 'new@acme.com'].map((address) => `${address},${PASSWORD},google`);
  await member.type('rows', ['Email,Password,Provider', ...rows].join('\n'));
  const { modal } = await member.submit();
  assert.equal(modal?.callbackId, PREVIEW);
  assert.match(modal.rendered, /✅ 2 ready/);
  assert.match(modal.rendered, /\[ Add 2 inboxes \]/);
  assert.equal((await member.submit()).modal?.callbackId, NOTICE);
  await slack.waitFor(
    () => member.in(channelId).find(({ rendered }) => /All 4 inboxes added/.test(rendered)),
    'the card to count the corrected rows',
  );
  assert.deepEqual(
    [...ALL, 'new@acme.com'].map((address) => sentFor(world, address)),
    [2, 2, 1, 1, 0],
  );
  await slack.waitFor(
    () => member.in(channelId)[0]?.thread.find(({ rendered }) => /All fixed/.test(rendered)),
    'the summary to say so',
  );
});
