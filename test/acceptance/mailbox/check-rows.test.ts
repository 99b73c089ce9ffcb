import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { refuses, VENDOR_ANSWERS } from '../../../playground/local-mail/accounts.ts';
import type { ModalSeen } from '../../../playground/local-slack/local-slack.ts';
import { openManyForm, PREVIEW, previewFile, readBatches } from '../batches/batch-world.ts';
import { waitForPage } from '../world/fill-form.ts';
import { findSecrets } from '../world/find-secrets.ts';
import { placesOf } from '../world/places-of.ts';
import { checkBeforeSending, HOST, type MailWorld, startMailWorld } from './mail-world.ts';

const HEADER =
  'email_address,display_name,inbox_type,smtp_host,smtp_port,smtp_username,smtp_password,imap_host,imap_port';

function rowsOf({ mail }: MailWorld, addresses: string[], password = 'pl4nted-Secret'): string {
  const { smtps, imaps } = mail.ports;
  const lines = addresses.map((address) =>
    [address, 'Jane Doe', 'CUSTOM_SMTP', HOST, smtps, address, password, HOST, imaps].join(','),
  );
  return [HEADER, ...lines].join('\n');
}

/** Pastes the rows, and waits for the preview behind the page that says to wait. */
async function paste({ world }: MailWorld, rows: string): Promise<ModalSeen> {
  const { member, channelId } = world;
  await openManyForm(member, channelId);
  await member.type('rows', rows);
  const { errors, modal } = await member.submit();
  assert.deepEqual(errors, {});
  assert.equal(modal?.callbackId, 'batch_reading');
  assert.match(modal.rendered, /Reading your rows…/);
  return waitForPage(member, PREVIEW);
}

test('a refused row is left out with its reason, and added anyway on wish; an unclear one is added', async (context) => {
  const accounts = {
    'wrong@acme.test': refuses({ imap: VENDOR_ANSWERS.wrongPassword.imap }),
    'unsure@acme.test': refuses(VENDOR_ANSWERS.greylists),
  };
  const mailWorld = await startMailWorld(context, { accounts });
  const { world, mail } = mailWorld;
  const { member, slack } = world;
  await checkBeforeSending(mailWorld);
  const rows = rowsOf(mailWorld, ['jane@acme.test', 'wrong@acme.test', 'unsure@acme.test']);

  const preview = await paste(mailWorld, rows);
  assert.match(preview.rendered, /2 ready +🔒 1 login refused/);
  assert.match(preview.rendered, /Line 3 · wrong@acme\.test · Reading \(IMAP\): The user name or password is wrong\./);
  assert.match(preview.rendered, /The server is busy or limits logins\. Try again later\. Line 4/);
  assert.equal(preview.submitLabel, 'Add 2 inboxes');
  assert.equal(mail.connections(), 6);
  assert.match((await member.submit()).modal?.rendered ?? '', /Adding 2 inboxes/);
  const added = () => readBatches(world).rows.map(({ account }) => account.email_address);
  assert.deepEqual(added(), ['jane@acme.test', 'unsure@acme.test']);

  await paste(mailWorld, rowsOf(mailWorld, ['wrong@acme.test']));
  assert.match(Object.values((await member.submit()).errors).join(), /Tick this to add them/);
  await member.tick('add_refused', 'add_refused');
  assert.match((await member.submit()).modal?.rendered ?? '', /Adding 1 inbox\b/);
  assert.equal(added().length, 3);
  assert.deepEqual(slack.problems, []);
});

test('a server that refuses them all is soon left alone, and the preview says so', async (context) => {
  const mailWorld = await startMailWorld(context, { accounts: { '*': refuses(VENDOR_ANSWERS.wrongPassword) } });
  const { world, mail } = mailWorld;
  await checkBeforeSending(mailWorld);
  const addresses = Array.from({ length: 40 }, (_each, index) => `row${index}@acme.test`);
  const content = rowsOf(mailWorld, addresses);
  const preview = await previewFile(world.member, world.channelId, { name: 'rows.csv', content });
  assert.match(
    preview.rendered,
    /mail\.acme\.test refused five logins in a row\. I don't ask it again for ten minutes\./,
  );
  assert.match(preview.rendered, /The user name or password is wrong\./);
  assert.ok(mail.connections() <= 12, `${mail.connections()} logins`);
  const metrics = await (await fetch(`${world.bot.url}/metrics`)).text();
  assert.match(metrics, /half="smtp",result="host_paused"/);
  assert.doesNotMatch(metrics, /acme/);
  assert.deepEqual(world.slack.problems, []);
});

test('without the setting, or with LOGIN_CHECKS=off, pasted rows are answered at once and nobody logs in', async (context) => {
  const mailWorld = await startMailWorld(context, { accounts: { '*': refuses(VENDOR_ANSWERS.wrongPassword) } });
  const { world, mail } = mailWorld;
  const { member, channelId } = world;
  const pasteAtOnce = async () => {
    await openManyForm(member, channelId);
    await member.type('rows', rowsOf(mailWorld, ['jane@acme.test']));
    const { modal } = await member.submit();
    assert.equal(modal?.callbackId, PREVIEW);
    assert.match(modal.rendered, /1 ready/);
  };
  await pasteAtOnce();
  await checkBeforeSending(mailWorld);
  await world.bot.stop();
  await world.restart({ LOGIN_CHECKS: 'off' });
  await pasteAtOnce();
  assert.equal(mail.connections(), 0);
});

test('no password of a row shows up anywhere, whatever a mail server answers', async (context) => {
  const password = `&%+ü€pw-${randomBytes(8).toString('hex')}`;
  const said = `you sent ${password}, ${Buffer.from(`\0jane@acme.test\0${password}`).toString('base64')}`;
  const accounts = {
    '*': { smtp: { refusal: `535 5.7.8 ${said}` }, imap: { refusal: `NO [AUTHENTICATIONFAILED] ${said}` } },
    'odd@acme.test': { smtp: { refusal: `599 ${said}` }, imap: { refusal: `BAD ${said}` } },
  };
  const mailWorld = await startMailWorld(context, { accounts, env: { LOG_LEVEL: 'trace' } });
  const { world } = mailWorld;
  await checkBeforeSending(mailWorld);
  // From a file: a form shows Slack what is pasted into it.
  const content = rowsOf(mailWorld, ['jane@acme.test', 'odd@acme.test'], password);
  const preview = await previewFile(world.member, world.channelId, { name: 'rows.csv', content });
  assert.match(preview.rendered, /🔒 2 login refused/);
  assert.equal(readBatches(world).pieces, 1);
  const metrics = await (await fetch(`${world.bot.url}/metrics`)).text();
  assert.equal(await world.bot.stop(), 0);
  for (const [where, text] of Object.entries({ ...placesOf(world), metrics }))
    assert.deepEqual(findSecrets(text, { password }), [], where);
  assert.ok(!placesOf(world)['what it printed']?.includes('you sent'), "the log has none of the server's words");
});
