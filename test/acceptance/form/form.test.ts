import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Person } from '../../../playground/local-slack/local-slack.ts';
import { ACCOUNT_TO_ADD } from '../../add-inbox/request/sample-request.ts';
import {
  digestPassword,
  fieldOf,
  openHowPage,
  submitInbox,
  submitWarned,
  typeAll,
  valuesOf,
  waitForSent,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';

const GOOGLE_PASSWORD = 'abcd efgh ijkl mnop';
const PASSWORD = 'not "quoted" & <kept> as typed';
const IMAP_PASSWORD = 'an0ther 1';

const SERVER_FIELDS = [
  'smtp_host',
  'smtp_port',
  'smtp_username',
  'smtp_password',
  'smtp_use_tls',
  'imap_host',
  'imap_port',
  'imap_use_ssl',
  'same_login',
];

test('the form', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context, { slack: MANY_POSTS });
  for (const password of [GOOGLE_PASSWORD, GOOGLE_PASSWORD.replaceAll(' ', ''), PASSWORD, IMAP_PASSWORD]) {
    slack.watchSecret(password);
  }

  await context.test('adds a Google inbox with its servers and the recommended limit', async () => {
    const page = await openHowPage(member, channelId, { address: 'jane@acme.com', provider: 'Google Workspace' });
    assert.deepEqual(Object.keys(valuesOf(page)), ['smtp_password', 'daily_limit']);
    assert.match(page.rendered, /Connect jane@acme\.com \(Google Workspace\)/);
    assert.match(page.rendered, /SMTP smtp\.gmail\.com port 587 with TLS, IMAP imap\.gmail\.com port 993 with SSL/);
    assert.match(page.rendered, /\[ Edit servers \]/);
    assert.match(fieldOf(page, 'smtp_password').hint ?? '', /app password.*myaccount\.google\.com\/apppasswords/s);
    assert.match(fieldOf(page, 'smtp_password').hint ?? '', /near your screen can read it/);
    assert.equal(fieldOf(page, 'daily_limit').value, '30');
    assert.match(fieldOf(page, 'daily_limit').hint ?? '', /20–30 .* 50–80 .* 80–100/);
    await member.type('smtp_password', GOOGLE_PASSWORD);
    const accepted = await submitInbox(member);
    assert.match(accepted.rendered, /jane@acme\.com/);
    const sent = await waitForSent(coldsend, 'jane@acme.com');
    assert.deepEqual(sent.account, ACCOUNT_TO_ADD);
    const asGoogleTakesIt = digestPassword('abcdefghijklmnop');
    assert.deepEqual([sent.smtpPassword, sent.imapPassword], [asGoogleTakesIt, asGoogleTakesIt]);
  });

  await context.test(
    'adds a Microsoft inbox with its servers, and warns that passwords are often refused',
    async () => {
      const page = await openHowPage(member, channelId, { address: 'bob@acme.com', provider: 'Microsoft 365' });
      assert.deepEqual(Object.keys(valuesOf(page)), ['smtp_password', 'daily_limit']);
      assert.match(page.rendered, /SMTP smtp\.office365\.com port 587 with TLS, IMAP outlook\.office365\.com port 993/);
      assert.match(page.rendered, /turned password logins off\. Connect .* the ColdSend dashboard/);
      await typeAll(member, { smtp_password: PASSWORD, daily_limit: '25' });
      await submitInbox(member);
      const sent = await waitForSent(coldsend, 'bob@acme.com');
      assert.deepEqual(sent.account, {
        email_address: 'bob@acme.com',
        display_name: 'Jane Doe',
        inbox_type: 'OUTLOOK_365',
        smtp_host: 'smtp.office365.com',
        smtp_port: 587,
        smtp_username: 'bob@acme.com',
        imap_host: 'outlook.office365.com',
        imap_port: 993,
        imap_username: 'bob@acme.com',
        daily_limit: 25,
        smtp_use_tls: true,
        imap_use_ssl: true,
      });
      const asTyped = digestPassword(PASSWORD);
      assert.deepEqual([sent.smtpPassword, sent.imapPassword], [asTyped, asTyped]);
    },
  );

  await context.test('adds an inbox of another provider, with one login for both servers', async () => {
    const page = await openHowPage(member, channelId, { address: 'kim@acme.com', provider: 'Other provider' });
    assert.deepEqual(Object.keys(valuesOf(page)), [...SERVER_FIELDS, 'daily_limit']);
    assert.deepEqual(valuesOf(page), {
      smtp_host: undefined,
      smtp_port: '587',
      smtp_username: 'kim@acme.com',
      smtp_password: undefined,
      smtp_use_tls: ['yes'],
      imap_host: undefined,
      imap_port: '993',
      imap_use_ssl: ['yes'],
      same_login: ['yes'],
      daily_limit: '30',
    });
    await typeAll(member, { smtp_host: ' mail.acme.com ', imap_host: 'mail.acme.com', smtp_password: PASSWORD });
    await submitInbox(member);
    const sent = await waitForSent(coldsend, 'kim@acme.com');
    assert.deepEqual(sent.account, {
      email_address: 'kim@acme.com',
      display_name: 'Jane Doe',
      inbox_type: 'CUSTOM_SMTP',
      smtp_host: 'mail.acme.com',
      smtp_port: 587,
      smtp_username: 'kim@acme.com',
      imap_host: 'mail.acme.com',
      imap_port: 993,
      imap_username: 'kim@acme.com',
      daily_limit: 30,
      smtp_use_tls: true,
      imap_use_ssl: true,
    });
    assert.equal(sent.imapPassword, sent.smtpPassword);
  });

  await context.test('takes another login for IMAP, and every other field that ColdSend has', async () => {
    await openHowPage(member, channelId, { address: 'lee@acme.com', name: 'Lee', provider: 'CUSTOM_SMTP' });
    await showImapLogin(member);
    await typeAll(member, {
      smtp_host: 'smtp.example.org',
      smtp_port: '465',
      smtp_username: 'lee-smtp',
      smtp_password: PASSWORD,
      imap_host: 'imap.example.org',
      imap_port: '143',
      imap_username: 'lee-imap',
      imap_password: IMAP_PASSWORD,
      daily_limit: '7',
    });
    await member.tick('smtp_use_tls', 'yes', false);
    await member.tick('imap_use_ssl', 'yes', false);
    assert.match(await submitWarned(member), /SMTP encryption is off, but port 465 works only with encryption/);
    const sent = await waitForSent(coldsend, 'lee@acme.com');
    assert.deepEqual(sent.account, {
      email_address: 'lee@acme.com',
      display_name: 'Lee',
      inbox_type: 'CUSTOM_SMTP',
      smtp_host: 'smtp.example.org',
      smtp_port: 465,
      smtp_username: 'lee-smtp',
      imap_host: 'imap.example.org',
      imap_port: 143,
      imap_username: 'lee-imap',
      daily_limit: 7,
      smtp_use_tls: false,
      imap_use_ssl: false,
    });
    assert.equal(sent.smtpPassword, digestPassword(PASSWORD));
    assert.equal(sent.imapPassword, digestPassword(IMAP_PASSWORD));
  });

  for (const [provider, inboxType, host] of [
    ['Google Workspace', 'GOOGLE_WORKSPACE', 'smtp.gmail.com'],
    ['Microsoft 365', 'OUTLOOK_365', 'smtp.office365.com'],
  ] as const) {
    await context.test(`opens the servers of ${provider} for editing, and keeps what was typed before`, async () => {
      const address = `edited-${inboxType.toLowerCase().replaceAll('_', '-')}@acme.com`;
      await openHowPage(member, channelId, { address, provider });
      await typeAll(member, { smtp_password: PASSWORD, daily_limit: '30' });
      await member.click('Edit servers');
      const opened = await member.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'smtp_host'));
      assert.deepEqual(Object.keys(valuesOf(opened)), [...SERVER_FIELDS, 'daily_limit']);
      assert.equal(fieldOf(opened, 'smtp_host').value, host);
      assert.equal(fieldOf(opened, 'smtp_username').value, address);
      assert.equal(fieldOf(opened, 'smtp_password').value, PASSWORD);
      assert.equal(fieldOf(opened, 'daily_limit').value, '30');
      await showImapLogin(member);
      await typeAll(member, {
        smtp_host: 'relay.acme.com',
        smtp_port: '2525',
        smtp_username: 'relay',
        imap_host: 'imap.acme.com',
        imap_port: '1143',
        imap_username: 'reader',
        imap_password: IMAP_PASSWORD,
      });
      await member.tick('imap_use_ssl', 'yes', false);
      await submitInbox(member);
      const sent = await waitForSent(coldsend, address);
      assert.deepEqual(sent.account, {
        email_address: address,
        display_name: 'Jane Doe',
        inbox_type: inboxType,
        smtp_host: 'relay.acme.com',
        smtp_port: 2525,
        smtp_username: 'relay',
        imap_host: 'imap.acme.com',
        imap_port: 1143,
        imap_username: 'reader',
        daily_limit: 30,
        smtp_use_tls: true,
        imap_use_ssl: false,
      });
      assert.equal(sent.imapPassword, digestPassword(IMAP_PASSWORD));
    });
  }

  await context.test("keeps within Slack's rules, and no password is sent to Slack", () => {
    assert.deepEqual(slack.problems, []);
  });
});

async function showImapLogin(person: Person) {
  await person.tick('same_login', 'yes', false);
  return person.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'imap_password'));
}
