import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  additionsIn,
  digestPassword,
  fieldOf,
  fillWho,
  openForm,
  openHowPage,
  submitInbox,
  submitWarned,
  typeAll,
  waitForSent,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { submitPastClient } from '../world/submit-past-client.ts';

test('mistakes', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context, { slack: MANY_POSTS });

  for (const [provider, typed, sent] of [
    ['GOOGLE_WORKSPACE', 'ABCD efgh ijkl mnop', 'ABCDefghijklmnop'],
    ['GOOGLE_WORKSPACE', ' abcd\u00a0efgh ijkl mnop ', 'abcdefghijklmnop'],
    ['GOOGLE_WORKSPACE', 'abcd efgh ijkl mno', 'abcd efgh ijkl mno'],
    ['GOOGLE_WORKSPACE', 'abcd efgh ijkl mn0p', 'abcd efgh ijkl mn0p'],
    ['OUTLOOK_365', 'abcd efgh ijkl mnop', 'abcd efgh ijkl mnop'],
    ['OUTLOOK_365', '  spaces kept  ', '  spaces kept  '],
    ['OUTLOOK_365', '   ', '   '],
    ['OUTLOOK_365', 'pä"\\ss😀&amp;<b>', 'pä"\\ss😀&amp;<b>'],
  ] as const) {
    await context.test(`are none in the password “${typed}” for ${provider}`, async () => {
      const address = `p${additionsIn(coldsend).length}@acme.com`;
      await openHowPage(member, channelId, { address, provider });
      await member.type('smtp_password', typed);
      if (/^\s|\s$/.test(sent)) assert.match(await submitWarned(member), /The password begins or ends with a space/);
      else await submitInbox(member);
      const { smtpPassword, imapPassword } = await waitForSent(coldsend, address);
      assert.equal(smtpPassword, digestPassword(sent));
      assert.equal(imapPassword, digestPassword(sent));
    });
  }

  await context.test('that are likely are told once, and what was typed is taken as it is', async () => {
    const before = additionsIn(coldsend).length;
    await openHowPage(member, channelId, { address: 'likely@likely.com', provider: 'CUSTOM_SMTP' });
    await member.tick('same_login', 'yes', false);
    await member.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'imap_password'));
    await typeAll(member, { smtp_host: 'smtp.acme.com', imap_host: 'imap.acme.com', daily_limit: '100001' });
    for (const password of ['\u200bone', 'an “other”']) slack.watchSecret(password);
    await typeAll(member, { smtp_password: '\u200bone', imap_password: 'an “other”' });
    await member.tick('imap_use_ssl', 'yes', false);
    const warned = await member.submit();
    for (const says of [
      /The inbox is not added yet/,
      /The password begins or ends with a space/,
      /The IMAP password has curly quotes/,
      /IMAP encryption is off, but port 993 works only with encryption/,
      /A daily limit of 100,001 is above the maximum: 100,000 mails a day \(Other provider\)/,
      /press “Add inbox” again to keep them/,
    ]) {
      assert.match(warned.modal?.rendered ?? '', says);
    }
    await member.tick('smtp_use_tls', 'yes', false);
    await member.type('smtp_port', '465');
    await member.type('daily_limit', '100000');
    assert.equal(additionsIn(coldsend).length, before);
    const rendered = await submitWarned(member);
    assert.match(rendered, /SMTP encryption is off, but port 465/, 'another one is told');
    assert.doesNotMatch(rendered, /above the maximum/, 'and what was mended is not');
    const { account, smtpPassword, imapPassword } = await waitForSent(coldsend, 'likely@likely.com');
    assert.deepEqual([account.smtp_use_tls, account.imap_use_ssl, account.daily_limit], [false, false, 100_000]);
    assert.deepEqual([smtpPassword, imapPassword], [digestPassword('\u200bone'), digestPassword('an “other”')]);
  });

  await context.test('are none in blanks around other text, or zeros before a number', async () => {
    await openForm(member, channelId);
    await typeAll(member, { email_address: ' blank@acme.com ', display_name: '  Jane  Doe ' });
    await member.choose('inbox_type', 'CUSTOM_SMTP');
    const page = await fillWho(member, {});
    assert.equal(fieldOf(page, 'smtp_username').value, 'blank@acme.com');
    await typeAll(member, { smtp_host: ' Smtp.Acme.com', imap_host: 'imap.acme.com\u00a0', smtp_username: ' jane ' });
    await member.type('smtp_password', 'x');
    const submitted = await submitPastClient(slack, member, { smtp_port: ' 0587 ', daily_limit: ' 007' });
    assert.deepEqual(submitted.errors, {});
    const { account } = await waitForSent(coldsend, 'blank@acme.com');
    const { display_name, smtp_host, smtp_port, smtp_username, imap_host, imap_username, daily_limit } = account;
    assert.deepEqual(
      { display_name, smtp_host, smtp_port, smtp_username, imap_host, imap_username, daily_limit },
      {
        display_name: 'Jane  Doe',
        smtp_host: 'Smtp.Acme.com',
        smtp_port: 587,
        smtp_username: 'jane',
        imap_host: 'imap.acme.com',
        imap_username: 'jane',
        daily_limit: 7,
      },
    );
  });

  await context.test(
    'are none in what RFC 5321 lets an address have, and in letters that other domains have',
    async () => {
      const address = "o'neil=r&d/eu@müller.de";
      await openHowPage(member, channelId, { address, name: 'Ja\u200bne\u202e\u00a0', provider: 'CUSTOM_SMTP' });
      assert.equal(fieldOf(member.modal(), 'smtp_username').value, address);
      await typeAll(member, { smtp_host: 'smtp.müller.de', imap_host: 'imap.acme.com', smtp_password: 'x' });
      await submitInbox(member);
      const { account } = await waitForSent(coldsend, "o'neil=r&d/eu@xn--mller-kva.de");
      assert.deepEqual(
        [account.display_name, account.smtp_host, account.smtp_username],
        ['Jane', 'smtp.xn--mller-kva.de', "o'neil=r&d/eu@xn--mller-kva.de"],
      );
      const announcement = await slack.waitFor(
        () => member.in(channelId).find(({ rendered }) => rendered.includes(address)),
        'the announcement, with the address as it was typed',
      );
      assert.match(announcement.rendered, /Jane$/m);
      assert.ok((await member.openHome()).rendered.includes(address));
    },
  );

  await context.test("keep within Slack's rules", () => assert.deepEqual(slack.problems, []));
});
