import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { MANY_POSTS } from '../world/start-bot.ts';
import { addList, CONNECTION_FAILED, startMailWorld } from './mail-world.ts';

const ROWS = 30;

test('refused rows of a batch are explained, and a server that refuses them all is soon left alone', async (context) => {
  const accounts = { '*': refuses(VENDOR_ANSWERS.wrongPassword) };
  const mailWorld = await startMailWorld(context, { accounts, slack: MANY_POSTS });
  const { world, mail } = mailWorld;
  const { coldsend, slack, member, channelId } = world;
  const addresses = Array.from({ length: ROWS }, (_each, index) => `row${index}@acme.test`);
  for (const forAddress of addresses) coldsend.answerNext(CONNECTION_FAILED, { forAddress });
  const preview = await addList(mailWorld, addresses);
  assert.equal(preview.submitLabel, `Add ${ROWS} inboxes`, preview.rendered);

  const thread = () => member.in(channelId).flatMap((message) => message.thread);
  await slack.waitFor(() => thread().find(({ rendered }) => rendered.includes('inboxes need you')), 'the summary');
  const said = thread()
    .map(({ rendered }) => rendered)
    .join('\n');
  assert.match(said, /Our check: Sending and reading: The user name or password is wrong\./);
  assert.match(said, /The server refused several logins in a row\./);
  assert.ok(mail.connections() <= 12, `${mail.connections()} logins`);
  assert.deepEqual(slack.problems, []);
});
