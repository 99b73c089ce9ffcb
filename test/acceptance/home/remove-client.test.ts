import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewPaste } from '../batches/batch-world.ts';
import { additionsIn } from '../world/fill-form.ts';
import { MANY_POSTS, startWorld, type World } from '../world/start-bot.ts';
import { ACME_KEY, addInbox, bindClient } from './key-world.ts';

test('what waits for the key of a client is not sent once the client is removed', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS });
  const { slack, coldsend, admin, member } = world;
  coldsend.addKey(ACME_KEY, { name: 'acme' });
  const channel = slack.addChannel({ name: 'acme', members: [admin.userId, member.userId], withBot: true }).id;
  await bindClient(admin, channel);
  await addInbox(member, channel, 'has@acme.com');
  await waitForReply(world, 'has@acme.com');
  coldsend.answerNext({ kind: 'server_error', status: 503 }, { forAddress: 'waits@acme.com' });
  await addInbox(member, channel, 'waits@acme.com');
  await slack.waitFor(
    () => member.in(channel).find(({ rendered }) => /Waiting to add/.test(rendered)),
    'the announcement to say that it waits',
  );

  await context.test('where Slack does not take the file with its inboxes, nothing is removed', async () => {
    slack.failNext('files.getUploadURLExternal', { error: 'internal_error' });
    await admin.openHome();
    await admin.click('home_remove_client', { in: 'home' });
    await waitForDm(world, /so I removed nothing/);
    assert.match((await admin.openHome()).rendered, /Acme:/);
  });

  await context.test('the file has its inboxes, and the thread says that the other one was not sent', async () => {
    await admin.click('home_remove_client', { in: 'home' });
    await waitForDm(world, /Removed, with its key and channels[\s\S]*1 inbox of[\s\S]*stopped 1 waiting inbox/);
    assert.doesNotMatch((await admin.openHome()).rendered, /Acme:/);
    const fileIds = dmsOf(world).flatMap(({ files }) => files);
    const csv = fileIds.map((id) => slack.file(id).content.toString('utf8')).join('\n');
    assert.match(csv, /"has@acme\.com","Jane Doe","added","ACTIVE","[0-9a-f-]{36}","20/);
    assert.doesNotMatch(csv, /waits@/);
    await slack.waitFor(
      () => member.in(channel).find(({ rendered }) => /⏹️ Inbox not added: somebody stopped it/.test(rendered)),
      'the announcement of what was not sent',
    );
    assert.match(
      (await waitForReply(world, 'waits@acme.com')).text,
      /We sent nothing to ColdSend and deleted the passwords/,
    );
    assert.equal(additionsIn(coldsend).filter(({ body }) => JSON.stringify(body).includes('waits@')).length, 1);
  });
  assert.deepEqual(slack.problems, []);
});

function waitForReply({ slack }: World, address: string) {
  return slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes(address));
}

function waitForDm(world: World, says: RegExp) {
  return world.slack.waitFor(() => dmsOf(world).find(({ rendered }) => says.test(rendered)), String(says));
}

/** The messages that the bot sent to the admin directly. */
function dmsOf({ slack, admin }: World) {
  return slack.ledger.calls
    .filter(({ method, args }) => method === 'chat.postMessage' && args.channel === admin.userId)
    .flatMap(({ response }) => (typeof response?.channel === 'string' ? admin.in(response.channel) : []));
}

test('rows of its batch that wait are stopped too, and their card says so', async (context) => {
  const world = await startWorld(context, { slack: MANY_POSTS, env: { COLDSEND_RATE_LIMIT: '1/3600' } });
  const { slack, coldsend, admin, member, channelId } = world;
  coldsend.addKey(ACME_KEY, { name: 'acme' });
  // The check of the key takes the only slot.
  await bindClient(admin, channelId);
  const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@acme.com,x,google`);
  await previewPaste(member, channelId, ['address,password,provider', ...rows, ''].join('\n'));
  assert.match((await member.submit()).modal?.rendered ?? '', /Adding 6 inboxes/);
  await slack.waitFor(() => member.in(channelId).find(({ rendered }) => /0 of 6/.test(rendered)), 'the card');
  await admin.openHome();
  await admin.click('home_remove_client', { in: 'home' });
  await waitForDm(world, /Removed, with its key and channels[\s\S]*I stopped 6 waiting inboxes/);
  await slack.waitFor(
    () => member.in(channelId).find(({ rendered }) => rendered.includes('Stopped: 0 of 6 inboxes added')),
    'the card to say that it was stopped',
  );
  assert.deepEqual(additionsIn(coldsend), []);
  assert.deepEqual(slack.problems, []);
});
