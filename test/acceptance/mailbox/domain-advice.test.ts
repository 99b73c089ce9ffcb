import assert from 'node:assert/strict';
import { test } from 'node:test';
import { previewPaste, waitForFinishedBatches } from '../batches/batch-world.ts';
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
  assert.match((await waitForReply(mailWorld, 'jane@acme.test')).text, /Inbox added/);
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

test('a list has the advice about its domains in its thread, once a day', async (context) => {
  const { world, mail } = await startMailWorld(context);
  const { member, channelId, slack } = world;
  mail.names['acme.test'] = { MX: [{ exchange: HOST, priority: 10 }], TXT: ['v=spf1 +all'] };
  mail.names['_dmarc.acme.test'] = { TXT: ['v=DMARC1; p=reject'] };
  const addMany = async (names: string[]) => {
    const { smtps, imaps } = mail.ports;
    const lines = names.map((name) => [name, 'pl4nted-Secret', HOST, smtps, HOST, imaps].join(','));
    await previewPaste(
      member,
      channelId,
      ['Email,Password,SMTP Host,SMTP Port,IMAP Host,IMAP Port', ...lines].join('\n'),
    );
    await member.submit();
    return slack.waitFor(
      () => member.in(channelId).find(({ rendered }) => rendered.includes(`All ${names.length} inboxes added`)),
      'the card',
    );
  };

  const { ts } = await addMany(['jane@acme.test', 'bob@acme.test', 'sam@other.test']);
  const advice = await slack.waitForMessage(({ threadTs, text }) => threadTs === ts && /DNS records/.test(text));
  assert.match(advice.text, /acme\S+ • SPF: The record lets everybody send/);
  assert.match(advice.text, /other\S+ • MX: There is no record/);

  const again = await addMany(['ann@acme.test', 'cat@acme.test']);
  await waitForFinishedBatches(world);
  const { thread = [] } = member.in(channelId).find(({ ts }) => ts === again.ts) ?? {};
  assert.deepEqual(
    thread.map(({ files }) => files.length),
    [1],
    'only the results',
  );
  assert.deepEqual(slack.problems, []);
});
