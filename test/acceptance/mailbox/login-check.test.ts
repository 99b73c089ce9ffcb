import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { addInbox, CONNECTION_FAILED, startMailWorld, waitForReply } from './mail-world.ts';

const LOOK_EVERY_MS = 10;

test('after a refusal, the reply says which half of the login fails and why, and so does everything later', async (context) => {
  const address = 'jane@acme.test';
  const mailWorld = await startMailWorld(context, {
    accounts: { [address]: refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }) },
  });
  const { world, mail } = mailWorld;
  const { bot, coldsend, member, admin, slack } = world;
  coldsend.answerNext(CONNECTION_FAILED);
  await addInbox(mailWorld, { address });
  const reply = await waitForReply(mailWorld, address);
  const said = [
    'ColdSend says: Connection failed: see your provider',
    'Our check:',
    'Sending (SMTP): The login works.',
    'Reading (IMAP): The user name or password is wrong. Check both.',
  ];
  for (const line of said) assert.ok(reply.rendered.includes(line), `${line} in\n${reply.rendered}`);
  assert.equal(mail.connections(), 2);
  const page = await member.waitForModal(({ rendered }) => rendered.includes('ColdSend refused it'));
  for (const line of said) assert.ok(page.rendered.includes(line), `${line} in\n${page.rendered}`);

  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  assert.match(metrics, /inbox_bot_login_check_seconds_count\{half="smtp",result="works"\} 1\n/);
  assert.match(metrics, /inbox_bot_login_check_seconds_count\{half="imap",result="wrong_login"\} 1\n/);
  assert.match(metrics, /inbox_bot_requests_total\{outcome="refused"\} 1\n/);
  assert.match(bot.output(), /"outcome":"smtp works, imap refused","message":"A login was checked"/);
  assert.ok(!bot.output().includes('acme.test'), 'the log names no server');

  await admin.openHome();
  await admin.click('home_audit', { in: 'home' });
  const trail = await admin.waitForModal(({ rendered }) => rendered.includes('Audit trail'));
  assert.match(trail.rendered, /Login checked by the bot/);
  assert.match(trail.rendered, /reading: mail\.acme\.test:\d+ – login refused \(wrong login\)/);
  assert.equal(trail.rendered.match(/Result/g)?.length, 1);
  assert.deepEqual(slack.problems, []);
});

test('what is not about the login is not checked', async (context) => {
  const mailWorld = await startMailWorld(context);
  const { world, mail } = mailWorld;
  world.coldsend.answerNext({ kind: 'not_added', message: 'The plan is full.' });
  await addInbox(mailWorld, { address: 'jane@acme.test' });
  const reply = await waitForReply(mailWorld, 'jane@acme.test');
  assert.ok(!reply.rendered.includes('Our check'));
  assert.equal(mail.connections(), 0);
});

test('with LOGIN_CHECKS=off there is no login and no word of one', async (context) => {
  const mailWorld = await startMailWorld(context, { env: { LOGIN_CHECKS: 'off' } });
  const { world, mail } = mailWorld;
  world.coldsend.answerNext(CONNECTION_FAILED);
  await addInbox(mailWorld, { address: 'jane@acme.test' });
  const reply = await waitForReply(mailWorld, 'jane@acme.test');
  assert.match(reply.rendered, /ColdSend says: Connection failed/);
  assert.ok(!reply.rendered.includes('Our check'));
  assert.equal(mail.connections(), 0);
});

test('a server of the own network is not asked, and nothing tells if it is there', async (context) => {
  const mailWorld = await startMailWorld(context, { env: { LOGIN_CHECK_NETWORKS: '10.99.0.0/16' } });
  const { world, mail } = mailWorld;
  world.coldsend.answerNext(CONNECTION_FAILED);
  await addInbox(mailWorld, { address: 'jane@acme.test' });
  const reply = await waitForReply(mailWorld, 'jane@acme.test');
  assert.match(reply.rendered, /Our check: We can't test these servers from here\./);
  assert.equal(mail.connections(), 0);
});

test('a mail server that hangs delays neither the outcome nor the end of the bot', async (context) => {
  const address = 'jane@acme.test';
  const mailWorld = await startMailWorld(context, { accounts: { [address]: { smtp: 'hangs', imap: 'hangs' } } });
  const { world, mail } = mailWorld;
  const { bot, coldsend, slack, member, channelId } = world;
  coldsend.answerNext(CONNECTION_FAILED);
  await addInbox(mailWorld, { address });
  while (mail.connections() < 2) await sleep(LOOK_EVERY_MS);
  assert.deepEqual(readRequests(world.databasePath), [{ outcome_kind: 'refused', passwords: 0 }], 'it is committed');

  assert.equal(await bot.stop(), 0);
  const [root] = member.in(channelId);
  assert.match(root?.rendered ?? '', /^❌/, 'the outcome is told before the end');
  assert.equal(root?.thread.length, 1);
  assert.match(root?.thread[0]?.rendered ?? '', /ColdSend says: Connection failed/);
  assert.ok(!(root?.thread[0]?.rendered ?? '').includes('Our check'));

  await world.restart();
  coldsend.answerNext(CONNECTION_FAILED);
  await addInbox(mailWorld, { address: 'late@acme.test' });
  await waitForReply(mailWorld, 'late@acme.test');
  assert.equal(member.in(channelId).find(({ rendered }) => rendered.includes(address))?.thread.length, 1, 'told once');
  assert.deepEqual(slack.problems, []);
});

test('a kill during the check loses the check, and not the refusal', async (context) => {
  const address = 'jane@acme.test';
  const mailWorld = await startMailWorld(context, { accounts: { [address]: { smtp: 'hangs', imap: 'hangs' } } });
  const { world, mail } = mailWorld;
  const { bot, coldsend } = world;
  coldsend.answerNext(CONNECTION_FAILED);
  await addInbox(mailWorld, { address });
  while (mail.connections() < 2) await sleep(LOOK_EVERY_MS);
  await bot.stop('SIGKILL');
  await world.restart();
  const reply = await waitForReply(mailWorld, address);
  assert.match(reply.rendered, /ColdSend says: Connection failed/);
  assert.ok(!reply.rendered.includes('Our check'));
  assert.equal(mail.connections(), 2, 'nothing is left to check with');
});

/** Committed state, past what Slack shows. */
function readRequests(databasePath: string) {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const rows = database
      .prepare(
        'select outcome_kind, (select count(*) from request_passwords where request_id = id) as passwords from requests',
      )
      .all();
    return rows.map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}
