import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addGoogleInbox } from '../world/add-google-inbox.ts';
import { startWorld } from '../world/start-bot.ts';

test('after an inbox is added, "Add another" opens the form in the same window, like the one before', async (context) => {
  const { coldsend, member, channelId, slack } = await startWorld(context);
  await addGoogleInbox(member, { address: 'ann@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('ACTIVE'));
  await member.click('add_another');
  const form = await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  assert.match(form.rendered, /\(•\) Google Workspace/);
  assert.doesNotMatch(form.rendered, /ann@acme/);
  await member.type('email_address', 'bob@acme.com');
  await member.type('display_name', 'Bob');
  await member.submit();
  await member.type('smtp_password', 'abcd efgh ijkl mnop');
  await member.submit();
  await slack.waitForMessage(({ threadTs, text }) => threadTs !== undefined && text.includes('bob@acme.com'));
  assert.deepEqual(
    coldsend.accounts.map(({ email_address }) => email_address),
    ['ann@acme.com', 'bob@acme.com'],
  );
});

test('a refused inbox can be tried again right in the window', async (context) => {
  const { coldsend, member, channelId } = await startWorld(context);
  coldsend.answerNext({ kind: 'login_failed' });
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  const page = await member.waitForModal(({ rendered }) => rendered.includes('refused it'));
  assert.match(page.rendered, /\[ Fix and try again \] \[ Add another \]/);
  await member.click('try_again');
  const form = await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  assert.match(form.rendered, /\[jane@acme\.com\]/);
});

test('/add-inbox last opens the form like the last inbox of the same person', async (context) => {
  const { admin, member, channelId } = await startWorld(context);
  await addGoogleInbox(member, { address: 'jane@acme.com', channelId });
  await member.waitForModal(({ rendered }) => rendered.includes('ACTIVE'));
  await member.close({ all: true });
  await member.command('/add-inbox last', { channelId });
  const form = await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  assert.match(form.rendered, /\(•\) Google Workspace/);
  await admin.command('/add-inbox last', { channelId });
  const empty = await admin.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  assert.doesNotMatch(empty.rendered, /\(•\) Google Workspace/);
});

test('the Home has "Add an inbox", whose result comes as a direct message', async (context) => {
  const { member, slack } = await startWorld(context);
  await member.openHome();
  await member.click('home_add', { in: 'home' });
  await member.waitForModal(({ callbackId }) => callbackId === 'add_inbox_who');
  await member.type('email_address', 'jane@acme.com');
  await member.type('display_name', 'Jane');
  await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
  await member.submit();
  await member.type('smtp_password', 'abcd efgh ijkl mnop');
  await member.submit();
  const reply = await slack.waitForMessage(
    ({ threadTs, text }) => threadTs !== undefined && text.includes('jane@acme'),
  );
  assert.match(reply.channelId, /^D/);
});
