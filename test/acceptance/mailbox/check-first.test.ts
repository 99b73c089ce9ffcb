import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import { submitInbox, typeAll, waitForPage } from '../world/fill-form.ts';
import { addInbox, checkBeforeSending, startMailWorld, waitForReply } from './mail-world.ts';

test('where the workspace wants it, a refused login is held back, and may be sent anyway', async (context) => {
  const address = 'jane@acme.test';
  const accounts = {
    [address]: refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }),
    'unsure@acme.test': refuses(VENDOR_ANSWERS.greylists),
  };
  const mailWorld = await startMailWorld(context, { accounts });
  const { world, mail } = mailWorld;
  const { coldsend, member, slack, channelId } = world;
  await checkBeforeSending(mailWorld);
  const posts = () => coldsend.ledger.filter(({ body }) => JSON.stringify(body ?? '').includes(address)).length;

  await addInbox(mailWorld, { address });
  const reply = await waitForReply(mailWorld, address);
  assert.match(reply.text, /Inbox not added: its login doesn't work/);
  assert.match(reply.rendered, /Reading \(IMAP\): The user name or password is wrong\./);
  assert.match(reply.rendered, /Send it anyway/);
  assert.equal(posts(), 0);
  assert.equal(mail.connections(), 2);

  await member.close({ all: true });
  await member.click('send_anyway', { in: reply });
  await waitForPage(member, 'add_inbox_who');
  await member.submit();
  await waitForPage(member, 'add_inbox_how');
  await typeAll(member, { smtp_password: 'pl4nted-Secret' });
  const { modal } = await member.submit();
  if (modal?.callbackId === 'add_inbox_how') await submitInbox(member);
  const root = () => member.in(channelId).find(({ rendered }) => rendered.includes(address));
  await slack.waitFor(() => root()?.thread.find(({ text }) => text.includes('Inbox added')), 'the inbox');
  assert.equal(posts(), 1);
  assert.equal(mail.connections(), 2, 'no other login');

  await addInbox(mailWorld, { address: 'unsure@acme.test' });
  assert.match((await waitForReply(mailWorld, 'unsure@acme.test')).text, /Inbox added/, 'no refusal');
  assert.equal(mail.connections(), 4);
  assert.deepEqual(slack.problems, []);
});

test('with LOGIN_CHECKS=off, no setting for it is shown, and one from before has no effect', async (context) => {
  const address = 'jane@acme.test';
  const accounts = { [address]: refuses(VENDOR_ANSWERS.wrongPassword) };
  const mailWorld = await startMailWorld(context, { accounts });
  const { world, mail } = mailWorld;
  await checkBeforeSending(mailWorld);
  await world.bot.stop();
  await world.restart({ LOGIN_CHECKS: 'off' });
  await world.admin.openHome();
  assert.doesNotMatch(world.admin.home().rendered, /login/i);
  await world.admin.click('home_settings', { in: 'home' });
  assert.doesNotMatch((await waitForPage(world.admin, 'settings')).rendered, /login/i);
  await addInbox(mailWorld, { address });
  assert.match((await waitForReply(mailWorld, address)).text, /Inbox added/);
  assert.equal(mail.connections(), 0);
});
