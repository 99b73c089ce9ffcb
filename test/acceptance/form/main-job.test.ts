import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestPassword } from '../../../playground/local-coldsend/ledger.ts';
import { startWorld, type World } from '../world/start-bot.ts';

const PASSWORD = 'abcd efgh ijkl mnop';

/** Fills in both pages for Google and submits; returns what the person sees then. */
async function addGoogleInbox({ member, channelId }: World, address: string) {
  const opened = await member.command('/add-inbox', { channelId });
  assert.equal(opened.status, 'ok');
  await member.waitForModal((modal) => modal.callbackId === 'add_inbox_who');
  await member.type('email_address', address);
  await member.type('display_name', 'Jane Doe');
  await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
  const next = await member.submit();
  assert.deepEqual(next.errors, {});
  await member.type('smtp_password', PASSWORD);
  return member.submit();
}

for (const transport of ['http', 'socket'] as const) {
  test(`over ${transport}, an inbox is added and its overall_status stands in the thread`, async (context) => {
    const world = await startWorld(context, { transport });
    const { slack, coldsend, channelId } = world;
    const submitted = await addGoogleInbox(world, 'jane@acme.com');
    assert.equal(submitted.status, 'ok');

    const reply = await slack.waitForMessage((message) => message.threadTs !== undefined);
    assert.equal(reply.channelId, channelId);
    assert.match(reply.text, /ACTIVE/);
    await slack.waitForCall((call) => call.method === 'views.update' && JSON.stringify(call.args).includes('ACTIVE'));

    const posts = coldsend.ledger.filter(({ body }) => Object.keys(body ?? {}).length > 0);
    assert.equal(posts.length, 1);
    assert.deepEqual(posts[0]?.contractErrors, []);
    assert.equal(posts[0]?.passwordDigests.smtp_password, digestPassword('abcdefghijklmnop'));
    assert.deepEqual(slack.problems, []);
  });
}
