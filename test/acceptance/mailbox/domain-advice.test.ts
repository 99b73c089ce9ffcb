import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addInbox, HOST, startMailWorld, waitForReply } from './mail-world.ts';

test('the thread of an added inbox has advice about its domain, once for each domain', async (context) => {
  const mailWorld = await startMailWorld(context);
  const { world, mail } = mailWorld;
  const { member, channelId, slack } = world;
  mail.names['acme.test'] = { MX: [{ exchange: HOST, priority: 10 }], TXT: ['v=spf1 +all'] };
  mail.names['_dmarc.acme.test'] = { TXT: ['v=DMARC1; p=reject'] };
  const threadOf = (address: string) =>
    member.in(channelId).find(({ rendered }) => rendered.includes(address))?.thread ?? [];

  await addInbox(mailWorld, { address: 'jane@acme.test' });
  assert.match((await waitForReply(mailWorld, 'jane@acme.test')).rendered, /Inbox added/);
  const advice = await slack.waitFor(() => threadOf('jane@acme.test')[1]?.rendered, 'the advice');
  assert.match(advice, /acme\.test: Its DNS records need attention/);
  assert.match(advice, /SPF: The record lets everybody send/);
  assert.match(advice, /DKIM: Not found under the usual selectors/);
  assert.doesNotMatch(advice, /MX:|DMARC:/);

  await addInbox(mailWorld, { address: 'bob@acme.test' });
  await waitForReply(mailWorld, 'bob@acme.test');
  await addInbox(mailWorld, { address: 'jane@other.test' });
  const other = await slack.waitFor(() => threadOf('jane@other.test')[1]?.rendered, 'the other advice');
  assert.match(other, /other\.test: .*\n.*MX: There is no record/);
  assert.equal(threadOf('bob@acme.test').length, 1);
  assert.equal(mail.connections(), 0, 'nobody logged in');
  assert.deepEqual(slack.problems, []);
});
