import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addInbox, HOST, startMailWorld, waitForReply } from './mail-world.ts';

test('the reply about an added inbox gets advice about its domain, once for each domain', async (context) => {
  const mailWorld = await startMailWorld(context);
  const { world, mail } = mailWorld;
  const { member, channelId, slack } = world;
  mail.names['acme.test'] = { MX: [{ exchange: HOST, priority: 10 }], TXT: ['v=spf1 +all'] };
  mail.names['_dmarc.acme.test'] = { TXT: ['v=DMARC1; p=reject'] };
  const adviceFor = (address: string) => {
    const thread = member.in(channelId).find(({ rendered }) => rendered.includes(address))?.thread ?? [];
    assert.ok(thread.length <= 1, 'one reply');
    return thread.find(({ rendered }) => rendered.includes('DNS records'))?.rendered;
  };

  await addInbox(mailWorld, { address: 'jane@acme.test' });
  assert.match((await waitForReply(mailWorld, 'jane@acme.test')).rendered, /Inbox added/);
  const advice = await slack.waitFor(() => adviceFor('jane@acme.test'), 'the advice');
  assert.match(advice, /acme\.test: Its DNS records need attention/);
  assert.match(advice, /SPF: The record lets everybody send/);
  assert.match(advice, /DKIM: Not found under the usual selectors/);
  assert.doesNotMatch(advice, /MX:|DMARC:/);

  await addInbox(mailWorld, { address: 'bob@acme.test' });
  await waitForReply(mailWorld, 'bob@acme.test');
  await addInbox(mailWorld, { address: 'jane@other.test' });
  const other = await slack.waitFor(() => adviceFor('jane@other.test'), 'the other advice');
  assert.match(other, /other\.test: .*\n.*MX: There is no record/);
  assert.equal(adviceFor('bob@acme.test'), undefined);
  assert.equal(mail.connections(), 0, 'nobody logged in');
  assert.deepEqual(slack.problems, []);
});
