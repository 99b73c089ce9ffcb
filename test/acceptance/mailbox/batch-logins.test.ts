import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { previewFile } from '../batches/batch-world.ts';
import { MANY_POSTS } from '../world/start-bot.ts';
import { CONNECTION_FAILED, HOST, startMailWorld } from './mail-world.ts';

const ROWS = 30;

test('refused rows of a batch are explained, and a server that refuses them all is soon left alone', async (context) => {
  const accounts = { '*': refuses(VENDOR_ANSWERS.wrongPassword) };
  const { world, mail } = await startMailWorld(context, { accounts, slack: MANY_POSTS });
  const { coldsend, slack, member, channelId } = world;
  const addresses = Array.from({ length: ROWS }, (_each, index) => `row${index}@acme.test`);
  for (const forAddress of addresses) coldsend.answerNext(CONNECTION_FAILED, { forAddress });
  const { smtps, imaps } = mail.ports;
  const lines = addresses.map((address) =>
    [address, 'Jane Doe', 'CUSTOM_SMTP', HOST, smtps, address, 'pl4nted-Secret', HOST, imaps].join(','),
  );
  const header =
    'email_address,display_name,inbox_type,smtp_host,smtp_port,smtp_username,smtp_password,imap_host,imap_port';
  const content = [header, ...lines].join('\n');
  const preview = await previewFile(member, channelId, { name: 'rows.csv', content });
  assert.equal(preview.submitLabel, `Add ${ROWS} inboxes`, preview.rendered);
  const { modal } = await member.submit();
  assert.equal(modal?.callbackId, 'notice', modal?.rendered);

  const thread = () => member.in(channelId).flatMap((message) => message.thread);
  await slack.waitFor(() => thread().find(({ rendered }) => rendered.includes('inboxes need you')), 'the summary', {
    timeoutMs: 30_000,
  });
  const said = thread()
    .map(({ rendered }) => rendered)
    .join('\n');
  assert.match(said, /Our check: Sending \(SMTP\): The user name or password is wrong\./);
  assert.match(said, /The server refused several logins in a row\./);
  assert.ok(mail.connections() <= 12, `${mail.connections()} logins`);
  assert.deepEqual(slack.problems, []);
});
