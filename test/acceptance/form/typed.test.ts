import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Person } from '../../../playground/local-slack/local-slack.ts';
import {
  closeAll,
  digestPassword,
  errorsOf,
  fieldOf,
  fillWho,
  HOW_PAGE,
  openForm,
  openHowPage,
  submitInbox,
  submitWarned,
  typeAll,
  valuesOf,
  WHO_PAGE,
  waitForPage,
  waitForSent,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';

const GOOGLE_PASSWORD = 'abcd efgh ijkl mnop';
const PASSWORD = 'not "quoted" & <kept> as typed';
const IMAP_PASSWORD = 'an0ther 1';

test('what was typed into the form', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context, { slack: MANY_POSTS });
  for (const password of [GOOGLE_PASSWORD, GOOGLE_PASSWORD.replaceAll(' ', ''), PASSWORD, IMAP_PASSWORD]) {
    slack.watchSecret(password);
  }

  await context.test('shows and hides the IMAP login, and keeps its user name and everything else', async () => {
    await openHowPage(member, channelId, { address: 'toggle@acme.com', provider: 'CUSTOM_SMTP' });
    await typeAll(member, { smtp_host: 'mail.acme.com', smtp_password: PASSWORD, smtp_port: '465' });
    const shown = await showImapLogin(member);
    assert.equal(fieldOf(shown, 'imap_username').value, 'toggle@acme.com');
    assert.equal(fieldOf(shown, 'smtp_password').value, PASSWORD);
    await typeAll(member, { imap_username: 'reader', imap_password: IMAP_PASSWORD });

    await member.tick('same_login', 'yes', true);
    const hidden = await member.waitForModal(
      ({ fields }) => !fields.some(({ actionId }) => actionId === 'imap_username'),
    );
    assert.equal(fieldOf(hidden, 'smtp_host').value, 'mail.acme.com');
    assert.equal(fieldOf(hidden, 'smtp_port').value, '465');

    const again = await showImapLogin(member);
    assert.equal(fieldOf(again, 'imap_username').value, 'reader');
    assert.equal(fieldOf(again, 'imap_password').value, undefined, 'a password is typed anew');
    assert.equal(fieldOf(again, 'smtp_password').value, PASSWORD);

    await member.tick('same_login', 'yes', true);
    await member.waitForModal(({ fields }) => !fields.some(({ actionId }) => actionId === 'imap_username'));
    await member.type('imap_host', 'mail.acme.com');
    await submitInbox(member);
    const sent = await waitForSent(coldsend, 'toggle@acme.com');
    assert.equal(sent.account.imap_username, 'toggle@acme.com', 'what is ticked counts');
    assert.equal(sent.imapPassword, digestPassword(PASSWORD));
  });

  await context.test('keeps what was typed over going back and switching the provider, but for passwords', async () => {
    const typed = {
      smtp_host: 'smtp.acme.com',
      smtp_port: '465',
      smtp_username: 'smtp-user',
      imap_host: 'imap.acme.com',
      imap_port: '143',
      imap_username: 'imap-user',
      daily_limit: '42',
    };
    await openHowPage(member, channelId, { address: 'back@acme.com', name: 'Back', provider: 'CUSTOM_SMTP' });
    await showImapLogin(member);
    await typeAll(member, { ...typed, smtp_password: PASSWORD, imap_password: IMAP_PASSWORD });
    await member.tick('smtp_use_tls', 'yes', false);

    assert.deepEqual(valuesOf(await goBack(member)), {
      email_address: 'back@acme.com',
      display_name: 'Back',
      inbox_type: 'CUSTOM_SMTP',
    });
    const google = await fillWho(member, { name: 'Back again', provider: 'GOOGLE_WORKSPACE' });
    assert.deepEqual(valuesOf(google), { smtp_password: undefined, daily_limit: '42' });
    assert.match(google.rendered, /smtp\.gmail\.com/);
    await member.type('daily_limit', '43');

    assert.deepEqual(valuesOf(await goBack(member)), {
      email_address: 'back@acme.com',
      display_name: 'Back again',
      inbox_type: 'GOOGLE_WORKSPACE',
    });
    const custom = await fillWho(member, { provider: 'CUSTOM_SMTP' });
    assert.deepEqual(valuesOf(custom), {
      ...typed,
      daily_limit: '43',
      smtp_password: undefined,
      imap_password: undefined,
      smtp_use_tls: undefined,
      imap_use_ssl: ['yes'],
      same_login: undefined,
    });

    await goBack(member);
    await fillWho(member, { provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', GOOGLE_PASSWORD);
    await submitInbox(member);
    const { account } = await waitForSent(coldsend, 'back@acme.com');
    assert.equal(account.smtp_host, 'smtp.gmail.com', 'what is not shown is not sent');
    assert.equal(account.smtp_username, 'back@acme.com');
    assert.equal(account.smtp_use_tls, true);
    assert.equal(account.daily_limit, 43);
  });

  await context.test('lets user names that were never changed follow the address', async () => {
    await openHowPage(member, channelId, { address: 'first@acme.com', provider: 'CUSTOM_SMTP' });
    await goBack(member);
    const page = await fillWho(member, { address: 'second@acme.com' });
    assert.equal(fieldOf(page, 'smtp_username').value, 'second@acme.com');
  });

  await context.test('goes back with half of it empty, and past what a number field would not take', async () => {
    await openHowPage(member, channelId, { address: 'half@acme.com', provider: 'CUSTOM_SMTP' });
    await typeAll(member, { smtp_host: '', smtp_port: '', smtp_username: '', imap_port: '-5', daily_limit: '1.5' });
    const who = await goBack(member);
    assert.equal(fieldOf(who, 'email_address').value, 'half@acme.com');
    const how = await fillWho(member, {});
    assert.equal(fieldOf(how, 'smtp_port').value, '587', 'what was emptied is the default again');
    await member.submit();
    assert.equal(member.modal()?.callbackId, HOW_PAGE);
    assert.equal(Object.keys(errorsOf(member.modal())).includes('smtp_password'), true);
  });

  for (const [how, characters] of [
    ['astral characters', '😀'],
    ['quotes', '"'],
    ['backslashes', '\\'],
    ['some characters that mean something to Slack', `<&>${'x'.repeat(14)}`],
  ] as const) {
    await context.test(`takes the longest values there can be, of ${how}, through both pages and back`, async () => {
      const longest = characters.repeat(255 / [...characters].length);
      const address = `${how.slice(0, 5).trim().padEnd(63, 'a')}@${`${'b'.repeat(60)}.`.repeat(3)}acme.com`;
      const host = `${`${'h'.repeat(61)}.`.repeat(4)}abcde`;
      const password = characters.repeat(500 / [...characters].length);
      const typed = {
        smtp_host: host,
        smtp_port: '65535',
        smtp_username: longest,
        imap_host: host,
        imap_port: '65535',
        imap_username: `${[...longest].slice(1).join('')}x`,
        daily_limit: '9007199254740991',
      };
      assert.deepEqual([address.length, host.length], [255, 253]);
      await openHowPage(member, channelId, { address, name: longest, provider: 'CUSTOM_SMTP' });
      await showImapLogin(member);
      await typeAll(member, typed);

      const who = await goBack(member);
      assert.equal(fieldOf(who, 'email_address').value, address);
      assert.equal(fieldOf(who, 'display_name').value, longest);
      for (const provider of ['GOOGLE_WORKSPACE', 'CUSTOM_SMTP']) {
        await fillWho(member, { provider });
        if (provider === 'GOOGLE_WORKSPACE') await goBack(member);
      }
      const { smtp_password, imap_password, smtp_use_tls, imap_use_ssl, same_login, ...kept } = valuesOf(
        member.modal(),
      );
      assert.deepEqual([smtp_password, imap_password, same_login], [undefined, undefined, undefined]);
      assert.deepEqual([smtp_use_tls, imap_use_ssl], [['yes'], ['yes']]);
      assert.deepEqual(kept, typed);

      await typeAll(member, { smtp_password: password, imap_password: `${password.slice(characters.length)}x` });
      assert.match(await submitWarned(member), /9,007,199,254,740,991 is above the maximum/);
      const sent = await waitForSent(coldsend, address);
      assert.equal(sent.account.display_name, longest);
      assert.equal(sent.account.smtp_username, longest);
      assert.equal(sent.account.smtp_host, host);
      assert.equal(sent.account.daily_limit, 9_007_199_254_740_991);
      assert.equal(sent.smtpPassword, digestPassword(password));
      const reply = await slack.waitForMessage(
        ({ threadTs, text }) => threadTs !== undefined && text.includes(address),
      );
      assert.match(reply.text, /ACTIVE/);
    });
  }

  await context.test('is closed without a trace', async () => {
    const before = coldsend.ledger.length;
    await openHowPage(member, channelId, { address: 'never@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await closeAll(member);
    assert.equal(member.modal(), undefined);
    assert.equal(coldsend.ledger.length, before);
  });

  await context.test("keeps within Slack's rules, and no password is sent to Slack", () => {
    assert.deepEqual(slack.problems, []);
  });
});

test('what was typed into the form, when Slack fails,', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context, { slack: MANY_POSTS });
  for (const password of [GOOGLE_PASSWORD, GOOGLE_PASSWORD.replaceAll(' ', ''), PASSWORD]) slack.watchSecret(password);

  await context.test('loses nothing that was typed when who they are can not be looked up', async () => {
    await openHowPage(member, channelId, { address: 'calm@acme.com', provider: 'CUSTOM_SMTP' });
    await typeAll(member, { smtp_host: 'smtp.acme.com', smtp_password: PASSWORD });
    slack.failNext('users.info', { status: 500 });
    await member.click('Back');
    const told = await waitForPage(member, 'notice');
    assert.match(told.rendered, /I did nothing/);
    assert.match(told.rendered, /[Tt]ry again/);
    assert.deepEqual(told.fields, []);
    await member.close();
    assert.equal(fieldOf(member.modal(), 'smtp_host').value, 'smtp.acme.com');
    assert.equal(fieldOf(member.modal(), 'smtp_password').value, PASSWORD);
    await goBack(member);
  });

  await context.test('shows the changed page also where Slack takes it only a second later', async () => {
    await openHowPage(member, channelId, { address: 'calm@acme.com', provider: 'CUSTOM_SMTP' });
    slack.failNext('views.update', { status: 500 });
    await goBack(member);
  });

  await context.test('keeps the page when who they are can not be looked up at its submission', async () => {
    await openForm(member, channelId, 'late@acme.com');
    await member.type('display_name', 'Late');
    await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
    slack.failNext('users.info', { status: 500 });
    const who = await member.submit();
    assert.match(errorsOf(who.modal).inbox_type ?? '', /could not check your account.*Press the button again/);
    assert.equal((await member.submit()).modal?.callbackId, HOW_PAGE);
    await member.type('smtp_password', GOOGLE_PASSWORD);
    slack.failNext('users.info', { status: 500 });
    const how = await member.submit();
    assert.match(errorsOf(how.modal).daily_limit ?? '', /could not check your account.*I did nothing/);
    assert.equal(fieldOf(how.modal, 'smtp_password').value, GOOGLE_PASSWORD);
    await submitInbox(member);
    await waitForSent(coldsend, 'late@acme.com');
  });

  await context.test("keeps within Slack's rules, and no password is sent to Slack", () => {
    assert.deepEqual(slack.problems, []);
  });
});

async function showImapLogin(person: Person) {
  await person.tick('same_login', 'yes', false);
  return person.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'imap_password'));
}

async function goBack(person: Person) {
  await person.click('Back');
  return waitForPage(person, WHO_PAGE);
}
