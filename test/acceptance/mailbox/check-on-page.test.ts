import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { ask, bodyOf, rowOf, submissionOf, upload } from '../../web/secure/start-batch-page.ts';
import { openManyForm } from '../batches/batch-world.ts';
import { openHowPage, typeAll, waitForSent } from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { placesOf } from '../world/places-of.ts';
import { look, post, SECRET, save, tokenOf } from '../world/secure-page.ts';
import { MANY_POSTS } from '../world/start-bot.ts';
import { checkBeforeSending, HOST, startMailWorld, waitForReply } from './mail-world.ts';

test('the logins of rows are tried before they are added, and the passwords are nowhere until then', async (context) => {
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const env = { PORT: String(port), PUBLIC_URL: publicUrl, LOG_LEVEL: 'trace' };
  const accounts = { 'bob@acme.test': refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }) };
  const mailWorld = await startMailWorld(context, { accounts, env, slack: MANY_POSTS });
  await checkBeforeSending(mailWorld);
  const { world, mail } = mailWorld;
  const { bot, member, channelId, coldsend, slack } = world;
  await openManyForm(member, channelId);
  const token = tokenOf(member);
  const at = { publicUrl, at: publicUrl };
  const servers = { smtp_host: HOST, smtp_port: String(mail.ports.smtps), imap_host: HOST };
  const login = { ...servers, imap_port: String(mail.ports.imaps), smtp_password: SECRET, imap_password: SECRET };
  const rows = ['ann@acme.test', 'bob@acme.test'].map((address, index) =>
    rowOf(index + 2, address, { inbox_type: 'CUSTOM_SMTP', display_name: 'Jane', ...login }),
  );
  const unchecked = await upload(at, 'add', token, submissionOf(rows));
  assert.deepEqual(unchecked.body, { kind: 'unchecked', lines: [2, 3], atOnce: 40 });
  assert.equal(mail.connections(), 0);
  const { refused } = bodyOf(await ask(at, 'logins', { token, defaults: {}, rows }), 'logins');
  assert.deepEqual(refused, [{ line: 3, why: 'Reading (IMAP): The user name or password is wrong. Check both.' }]);
  assert.equal(mail.connections(), 4);
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  for (const [where, text] of Object.entries({ ...placesOf(world), metrics })) {
    assert.deepEqual(findSecrets(text, { SECRET }), [], where);
  }
  const sent = submissionOf(rows.slice(0, 1), { checkedLines: [2] });
  assert.equal(bodyOf(await upload(at, 'add', token, sent), 'added').total, 1);
  await waitForSent(coldsend, 'ann@acme.test');
  assert.equal(mail.connections(), 4, 'the bot tries a login once');
  assert.deepEqual(slack.problems, []);
});

test('a login is checked on the secure page by its servers, and the password is nowhere until it is saved', async (context) => {
  const port = await findFreePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const address = 'jane@acme.test';
  const accounts = { [address]: refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }) };
  const env = { PORT: String(port), PUBLIC_URL: publicUrl, LOG_LEVEL: 'trace' };
  const mailWorld = await startMailWorld(context, { accounts, env });
  const { world, mail } = mailWorld;
  const { bot, member, channelId, slack } = world;
  await openHowPage(member, channelId, { address, provider: 'CUSTOM_SMTP' });
  const servers = { smtp_host: HOST, smtp_port: String(mail.ports.smtps), imap_host: HOST };
  await typeAll(member, { ...servers, imap_port: String(mail.ports.imaps) });
  const { modal } = await member.submit();
  if (modal?.callbackId === 'add_inbox_how') await member.submit();
  const token = tokenOf(member);
  assert.match((await look(publicUrl, token)).body, /"canCheck":true/);

  const check = () => post(publicUrl, 'check', { token, smtp_password: SECRET, imap_password: SECRET });
  const { status, body } = await check();
  assert.equal(status, 200);
  assert.match(body, /"works":false.*Sending \(SMTP\): The login works\..*Reading \(IMAP\): The user name or password/);
  assert.equal(mail.connections(), 2);
  for (let more = 0; more < 4; more += 1) await check();
  const connections = mail.connections();
  assert.deepEqual(await check(), { status: 200, body: '{"kind":"unchecked"}' });
  assert.equal(mail.connections(), connections);
  const metrics = await (await fetch(`${bot.url}/metrics`)).text();
  for (const [where, text] of Object.entries({ ...placesOf(world), metrics, body })) {
    assert.deepEqual(findSecrets(text, { SECRET }), [], where);
  }
  assert.deepEqual(await save(publicUrl, token), { status: 200, body: '{"kind":"saved"}' });
  assert.match((await waitForReply(mailWorld, address)).text, /Inbox added/);
  assert.deepEqual(slack.problems, []);
});
