import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  additionsIn,
  closeAll,
  errorsOf,
  fillWho,
  HOW_PAGE,
  NOTICE,
  openForm,
  openHowPage,
  submitInbox,
  typeAll,
  valuesOf,
  WHO_PAGE,
  waitForSent,
} from '../world/fill-form.ts';
import { MANY_POSTS, startWorld } from '../world/start-bot.ts';
import { submitPastClient, withMetadata } from '../world/submit-past-client.ts';

const TOO_LONG = 'This is too long: at most 255 characters.';
const INVISIBLE = 'Remove the line break or other invisible character.';
const NOT_AN_ADDRESS = 'This is not an email address. Enter one full address, like jane@acme.com.';
const NOT_ASCII =
  'Before the @, only a–z, digits and signs like . _ + - can be used. Enter an address like jane@acme.com.';
const NOT_A_HOST = 'Enter the name of the server only, like smtp.acme.com: no https://, no port, no spaces.';
const NOT_A_LIMIT = 'Enter how many mails a day this inbox may send: a whole number, 1 or more.';
const LONG_PASSWORD = 'This is too long: a password has at most 500 characters.';

/** Undefined: nothing was typed. */
type Case = readonly [field: string, typed: string | undefined, sentence: string];

const WHO_CASES: Case[] = [
  ...each('email_address', 'Enter the full address of the inbox, like jane@acme.com.', [undefined, '', '   ']),
  ...each('email_address', NOT_AN_ADDRESS, ['jane', 'jane@acme', 'jane@@acme.com', 'ja ne@acme.com', '@acme.com']),
  ...each('email_address', NOT_AN_ADDRESS, ['Jane <jane@acme.com>', 'jane@acme.com, bob@acme.com', 'jane@ac,me.com']),
  ...each('email_address', NOT_AN_ADDRESS, ['.jane@acme.com', 'ja..ne@acme.com', 'jane@-acme.com']),
  ...each('email_address', NOT_ASCII, ['jäne@acme.com']),
  ...each('email_address', TOO_LONG, [`${'a'.repeat(247)}@acme.com`, 'x'.repeat(3_000)]),
  ...each('email_address', INVISIBLE, ['jane@acme.com\nbob@acme.com', 'jane\u0000@acme.com']),
  ...each('display_name', 'Enter the name that people see as the sender, like Jane Doe.', [undefined, '', ' \t ']),
  ...each('display_name', TOO_LONG, ['J'.repeat(256), '😀'.repeat(256)]),
  ...each('display_name', INVISIBLE, ['Jane\nDoe', 'Jane\r\nBcc: all@acme.com', 'Jane\u0007']),
  ...each('inbox_type', 'Choose the provider of this inbox.', [
    undefined,
    '',
    'GMAIL',
    'google_workspace',
    'constructor',
  ]),
];

const HOW_CASES: Case[] = [
  ...(['smtp_host', 'imap_host'] as const).flatMap((field) => [
    ...each(field, `Enter the ${field.slice(0, 4).toUpperCase()} server, like ${field.slice(0, 4)}.acme.com.`, [
      undefined,
      '',
      '   ',
    ]),
    ...each(field, NOT_A_HOST, ['https://smtp.acme.com', 'smtp.acme.com:587', 'smtp acme com', 'smtp.acme.com/mail']),
    ...each(field, NOT_A_HOST, ['localhost', 'smtp..acme.com', '-smtp.acme.com', 'smtp.acme.com.', 'smtp_1.acme.com']),
    ...each(field, NOT_A_HOST, ['jane@acme.com', '[::1]', 'smtp.äcme.com:25', `${'a'.repeat(64)}.com`, '１２７.1']),
    ...each(field, NOT_A_HOST, [`${'abcdefg.'.repeat(31)}acmes.com`.slice(0, 254)]),
    ...each(field, TOO_LONG, ['a.'.repeat(150)]),
    ...each(field, INVISIBLE, ['smtp.acme.com\nevil']),
  ]),
  ...(['smtp_port', 'imap_port'] as const).flatMap((field) =>
    each(
      field,
      `Enter the ${field.slice(0, 4).toUpperCase()} port: a whole number from 1 to 65535, usually ${field === 'smtp_port' ? 587 : 993}.`,
      [undefined, '', ' ', '0', '65536', '-1', '587.5', '5e2', '0x1F', 'abc', '+587', '５８７', '9'.repeat(400)],
    ),
  ),
  ...(['smtp_username', 'imap_username'] as const).flatMap((field) => [
    ...each(field, `Enter the ${field.slice(0, 4).toUpperCase()} user name, usually the full address.`, [
      undefined,
      '',
      '   ',
    ]),
    ...each(field, TOO_LONG, ['u'.repeat(256), '😀'.repeat(256)]),
    ...each(field, INVISIBLE, ['ja\nne']),
  ]),
  ...each('smtp_password', 'Enter the password.', [undefined, '']),
  ...each('smtp_password', LONG_PASSWORD, ['p'.repeat(501), '😀'.repeat(501)]),
  ...each('imap_password', 'Enter the IMAP password, or tick “Same login as SMTP”.', [undefined, '']),
  ...each('imap_password', LONG_PASSWORD, ['p'.repeat(501)]),
  ...each('daily_limit', NOT_A_LIMIT, [undefined, '', '0', '-5', '1.5', '1e3', 'many', '9007199254740992']),
];

test('a mistake comes back on its own field, with what was typed kept', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context, { slack: MANY_POSTS });

  await openForm(member, channelId);
  await typeAll(member, { email_address: 'jane@acme.com', display_name: 'Jane Doe' });
  await member.choose('inbox_type', 'CUSTOM_SMTP');
  for (const [field, typed, sentence] of WHO_CASES) {
    await context.test(`${field}: ${abridge(typed)}`, async () => {
      const before = valuesOf(member.modal());
      const { status, errors, modal } = await submitPastClient(slack, member, { [field]: typed });
      assert.equal(status, 'ok');
      assert.deepEqual(errorsOf(modal), { [field]: sentence });
      assert.equal(Object.keys(errors).length, 1);
      assert.equal(modal?.callbackId, WHO_PAGE);
      assert.deepEqual(valuesOf(modal), before);
    });
  }

  await fillWho(member, {});
  await member.tick('same_login', 'yes', false);
  await member.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'imap_password'));
  await typeAll(member, { smtp_host: 'smtp.acme.com', imap_host: 'imap.acme.com' });
  await typeAll(member, { smtp_password: 'one password', imap_password: 'another' });
  for (const [field, typed, sentence] of HOW_CASES) {
    await context.test(`${field}: ${abridge(typed)}`, async () => {
      const before = valuesOf(member.modal());
      const { status, errors, modal } = await submitPastClient(slack, member, { [field]: typed });
      assert.equal(status, 'ok');
      assert.deepEqual(errorsOf(modal), { [field]: sentence });
      assert.equal(Object.keys(errors).length, 1);
      assert.equal(modal?.callbackId, HOW_PAGE);
      assert.deepEqual(valuesOf(modal), before);
    });
  }

  await context.test('and once they are mended, the inbox is added', async () => {
    assert.deepEqual(additionsIn(coldsend), []);
    assert.deepEqual(slack.messages(channelId), []);
    await submitInbox(member);
    await waitForSent(coldsend, 'jane@acme.com');
    assert.deepEqual(slack.problems, []);
  });
});

test('mistakes', async (context) => {
  const { slack, coldsend, member, channelId } = await startWorld(context, { slack: MANY_POSTS });

  await context.test('are all told at once, on both pages', async () => {
    await openForm(member, channelId);
    await typeAll(member, { email_address: 'jane', display_name: '   ' });
    await member.choose('inbox_type', 'CUSTOM_SMTP');
    const who = await submitPastClient(slack, member, { inbox_type: undefined });
    assert.deepEqual(Object.keys(errorsOf(who.modal)), ['email_address', 'display_name', 'inbox_type']);

    await openHowPage(member, channelId, { address: 'all@acme.com', provider: 'CUSTOM_SMTP' });
    await member.tick('same_login', 'yes', false);
    await member.waitForModal(({ fields }) => fields.some(({ actionId }) => actionId === 'imap_password'));
    await typeAll(member, {
      smtp_host: 'https://acme.com',
      smtp_username: ' ',
      smtp_password: 'p'.repeat(501),
      imap_host: 'acme.com:993',
      imap_username: 'u'.repeat(256),
      imap_password: 'p'.repeat(502),
    });
    const typed = valuesOf(member.modal());
    const how = await submitPastClient(slack, member, { smtp_port: '0', imap_port: '65536', daily_limit: '0' });
    assert.deepEqual(Object.keys(errorsOf(how.modal)), [
      'smtp_host',
      'smtp_port',
      'smtp_username',
      'smtp_password',
      'imap_host',
      'imap_port',
      'imap_username',
      'imap_password',
      'daily_limit',
    ]);
    assert.deepEqual(valuesOf(how.modal), typed, 'passwords too: nothing is to be typed twice');
  });

  await context.test('in what is sent for both logins are told once', async () => {
    await openHowPage(member, channelId, { address: 'once@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'p'.repeat(501));
    const { modal } = await member.submit();
    assert.deepEqual(errorsOf(modal), { smtp_password: LONG_PASSWORD });
    await closeAll(member);
    await openHowPage(member, channelId, { address: 'once@acme.com', provider: 'CUSTOM_SMTP' });
    await typeAll(member, { smtp_host: 'a.acme.com', imap_host: 'a.acme.com', smtp_username: ' ', smtp_password: 'x' });
    const custom = await member.submit();
    assert.deepEqual(Object.keys(errorsOf(custom.modal)), ['smtp_username']);
  });

  await context.test('in an IMAP login that is not on the screen yet stand at the box that shows it', async () => {
    await openHowPage(member, channelId, { address: 'imap@acme.com', provider: 'CUSTOM_SMTP' });
    await typeAll(member, { smtp_host: 'a.acme.com', imap_host: 'a.acme.com', smtp_password: 'x' });
    slack.failNext('views.update', { error: 'hash_conflict' });
    await member.tick('same_login', 'yes', false);
    await slack.waitForCall(({ method, response }) => method === 'views.update' && response?.ok === false);
    const { modal } = await member.submit();
    assert.deepEqual(errorsOf(modal), {
      same_login: 'IMAP password: Enter the IMAP password, or tick “Same login as SMTP”.',
    });
    await member.tick('same_login', 'yes', true);
    await submitInbox(member);
    await waitForSent(coldsend, 'imap@acme.com');
  });

  await context.test('of the first page that only show on the second name their field', async () => {
    await openHowPage(member, channelId, { address: 'jane@acme.com', provider: 'GOOGLE_WORKSPACE' });
    await member.type('smtp_password', 'x');
    slack.tamperNext({ payload: (payload) => withMetadata(payload, (kept) => kept.replace('jane@acme', 'jane.acme')) });
    const { modal } = await member.submit();
    const sentence = errorsOf(modal).smtp_password ?? '';
    assert.match(sentence, /^Address of the inbox: This is not an email address\./);
    assert.match(sentence, /Press “Back” to change it\./);
  });

  for (const [what, metadata] of [
    ['garbage', () => 'garbage'],
    ['nothing', () => ''],
    ['cut off', (kept: string) => kept.slice(0, -3)],
    ['too much', (kept: string) => kept.repeat(50)],
  ] as const) {
    await context.test(`of ours, what a page remembers being ${what}, are admitted and add nothing`, async () => {
      const before = additionsIn(coldsend).length;
      for (const page of [WHO_PAGE, HOW_PAGE]) {
        await openForm(member, channelId);
        await typeAll(member, { email_address: 'jane@acme.com', display_name: 'Jane' });
        await member.choose('inbox_type', 'GOOGLE_WORKSPACE');
        if (page === HOW_PAGE) {
          await fillWho(member, {});
          await member.type('smtp_password', 'x');
        }
        slack.tamperNext({ payload: (payload) => withMetadata(payload, metadata) });
        const { status, modal } = await member.submit();
        assert.equal(status, 'ok');
        assert.equal(modal?.callbackId, NOTICE);
        assert.match(
          modal.rendered,
          /Something went wrong on my side, and I did nothing\. Please try again\. .* Support code: \w+/,
        );
      }
      assert.equal(additionsIn(coldsend).length, before);
    });
  }

  await context.test("keep within Slack's rules", () => assert.deepEqual(slack.problems, []));
});

function each(field: string, sentence: string, typed: (string | undefined)[]): Case[] {
  return typed.map((value) => [field, value, sentence]);
}

function abridge(typed: string | undefined): string {
  if (typed === undefined) return 'nothing';
  const shown = JSON.stringify(typed);
  return shown.length <= 40 ? shown : `${shown.slice(0, 20)}… (${typed.length})`;
}
