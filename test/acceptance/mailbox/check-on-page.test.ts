import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFreePort } from '../../../playground/find-free-port.ts';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { openHowPage, typeAll } from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { placesOf } from '../world/places-of.ts';
import { look, post, SECRET, save, tokenOf } from '../world/secure-page.ts';
import { HOST, startMailWorld, waitForReply } from './mail-world.ts';

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
