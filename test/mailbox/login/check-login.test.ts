import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Account, refuses, VENDOR_ANSWERS, works } from '../../../playground/local-mail/accounts.ts';
import type { RefusalReason, UnknownReason } from '../../../src/add-inbox/account/login-verdict.ts';
import { closedPort, HOST, type OddServer, PASSWORD, type Settings, startLoginWorld, USER } from './login-world.ts';

const WORKS = { kind: 'works' };
const refused = (reason: RefusalReason) => ({ kind: 'refused', reason });
const unknown = (reason: UnknownReason) => ({ kind: 'unknown', reason });

const VENDORS: Record<keyof typeof VENDOR_ANSWERS, { smtp: object; imap: object }> = {
  googleWrongPassword: both(refused('wrong_login')),
  googleAppPassword: both(refused('app_password_needed')),
  googleBrowser: both(refused('browser_needed')),
  googleTooMany: both(unknown('try_later')),
  googleImapOff: { smtp: WORKS, imap: refused('imap_off') },
  microsoftSmtpOff: { smtp: refused('microsoft_password_login_off'), imap: refused('microsoft_refused') },
  microsoftBasicAuthRemoved: { smtp: refused('microsoft_password_login_off'), imap: refused('microsoft_refused') },
  microsoftWrongPassword: both(refused('microsoft_refused')),
  wrongPassword: both(refused('wrong_login')),
  locked: both(refused('account_locked')),
  greylists: both(unknown('try_later')),
  tooMany: both(unknown('try_later')),
};

const odd: Record<string, Account> = {
  hangs: { smtp: 'hangs', imap: 'hangs' },
  closes: { smtp: 'closes', imap: 'closes' },
  'acme/jane': works(PASSWORD),
  'acme\\jane': works(PASSWORD),
};

const vendorAccounts = Object.entries(VENDOR_ANSWERS).map(([name, answer]) => [name, refuses(answer)]);
const world = await startLoginWorld({ ...Object.fromEntries(vendorAccounts), ...odd });
after(() => world.close());

function both(verdict: object): { smtp: object; imap: object } {
  return { smtp: verdict, imap: verdict };
}

describe('a login', () => {
  for (const starttls of [false, true]) {
    const how = starttls ? 'with STARTTLS' : 'with TLS from the first byte';
    test(`works ${how}`, async () => assert.deepEqual(await world.login(USER, { starttls }), both(WORKS)));

    test(`is refused for a wrong password and an unknown user ${how}`, async () => {
      const wrong = both(refused('wrong_login'));
      assert.deepEqual(await world.login(USER, { starttls, password: 'wrong' }), wrong);
      assert.deepEqual(await world.login('nobody@acme.test', { starttls }), wrong);
    });
  }

  test('has a verdict of its own at each server', async () => {
    const imap = { host: HOST, port: world.mail.ports.imap, user: USER, password: 'wrong' };
    assert.deepEqual(await world.check({ imap }), { smtp: WORKS, imap: refused('wrong_login') });
  });

  for (const password of ['pässwörd "quoted" \\ {3}', 'with blank ', '密码', '%00\u0001']) {
    test(`takes the password ${JSON.stringify(password)} as it is`, async () => {
      world.mail.accounts.special = { password, smtp: 'works', imap: 'works' };
      assert.deepEqual(await world.login('special', { password }), both(WORKS));
    });
  }
});

describe('what vendors answer', () => {
  for (const [name, expected] of Object.entries(VENDORS)) {
    test(name, async () => {
      const host = name.startsWith('microsoft') ? 'outlook.office365.com' : HOST;
      world.mail.names[host] = { A: ['127.0.0.1'] };
      assert.deepEqual(await world.login(name, { host }), expected);
    });
  }

  test("Microsoft's words from another server are a wrong login", async () => {
    assert.deepEqual((await world.login('microsoftWrongPassword')).smtp, refused('wrong_login'));
  });
});

describe('certificates', () => {
  const certificates = {
    expired: ['expired', refused('certificate_expired')],
    'self-signed': ['self_signed', refused('certificate_self_signed')],
    'of an authority that is not known': ['unknown_authority', refused('certificate_incomplete')],
    'for another name': [
      { nameInstead: 'right.host.test' },
      { ...refused('certificate_other_name'), certificateName: 'right.host.test' },
    ],
    'for a wildcard of another name': [{ nameInstead: '*.host.test' }, refused('certificate_other_name')],
  } as const;
  for (const [name, [flaw, expected]] of Object.entries(certificates)) {
    for (const starttls of [false, true]) {
      test(`${name}${starttls ? ', after STARTTLS' : ''}`, async () => {
        const host = `flawed-${JSON.stringify(flaw).replace(/\W/g, '').toLowerCase()}.acme.test`;
        world.mail.names[host] = { A: ['127.0.0.1'] };
        world.mail.flaws[host] = flaw;
        assert.deepEqual(await world.login(USER, { host, starttls }), both(expected));
      });
    }
  }
});

describe('servers', () => {
  const SOON = { limits: { greetingMs: 300 } };
  const servers: Record<
    string,
    [server: { smtp: OddServer; imap: OddServer }, { smtp: object; imap: object }, Settings?]
  > = {
    'that offer no STARTTLS': [each({ offersStarttls: false }), both(refused('no_encryption'))],
    'that speak TLS 1.1': [each({ implicitTls: true, outdatedTls: true }), both(refused('outdated_tls'))],
    'that take OAuth only': [
      { smtp: { authMethods: 'XOAUTH2' }, imap: { authCapabilities: 'AUTH=XOAUTH2 LOGINDISABLED' } },
      both(refused('no_password_login')),
    ],
    'that offer no login at all': [
      { smtp: { authMethods: '' }, imap: { authCapabilities: 'LOGINDISABLED' } },
      both(refused('no_password_login')),
    ],
    'that say nothing': [each({ greeting: {} }), both(unknown('no_greeting')), SOON],
    'that hang up at once': [each({ greeting: { next: 'close' } }), both(unknown('hung_up'))],
    'that are busy': [
      {
        smtp: { greeting: { say: '421 4.3.2 Service not available\r\n', next: 'close' } },
        imap: { greeting: { say: '* BYE Too many connections\r\n', next: 'close' } },
      },
      both(unknown('try_later')),
    ],
    "that refuse the bot's address": [
      {
        smtp: { greeting: { say: '554 5.7.1 Your host is on our block list\r\n', next: 'close' } },
        imap: { greeting: { say: '* BYE Your host is on our block list\r\n', next: 'close' } },
      },
      both(unknown('bot_refused')),
    ],
    'that are no mail servers': [
      {
        smtp: { greeting: { say: 'SSH-2.0-OpenSSH_9.6\r\n' } },
        imap: { greeting: { say: 'SSH-2.0-OpenSSH_9.6\r\n' } },
      },
      { smtp: refused('not_mail_server'), imap: unknown('no_greeting') },
      SOON,
    ],
    'that take the password in another way': [
      { smtp: { authMethods: 'LOGIN' }, imap: { authCapabilities: 'IDLE' } },
      both(WORKS),
    ],
    'that let everybody in': [
      { smtp: {}, imap: { implicitTls: true, greeting: { say: '* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n' } } },
      { smtp: WORKS, imap: unknown('not_understood') },
    ],
  };
  for (const [name, [{ smtp, imap }, expected, settings]] of Object.entries(servers)) {
    test(name, async () => {
      assert.deepEqual(await world.loginAt('smtp', smtp, settings), expected.smtp);
      assert.deepEqual(await world.loginAt('imap', imap, settings), expected.imap);
    });
  }

  for (const authCapabilities of ['AUTH=PLAIN LOGINDISABLED', 'AUTH=LOGIN LOGINDISABLED', '']) {
    test(`that offer "${authCapabilities}" let a user in whose name has a slash`, async () => {
      for (const user of ['acme/jane', 'acme\\jane'])
        assert.deepEqual(await world.loginAt('imap', { authCapabilities }, { user }), WORKS, user);
    });
  }

  function each(server: OddServer): { smtp: OddServer; imap: OddServer } {
    return { smtp: server, imap: server };
  }

  test('that hang or hang up once the password is there', async () => {
    assert.deepEqual(await world.login('hangs', { limits: { answerMs: 300 } }), both(unknown('no_answer')));
    assert.deepEqual(await world.login('closes'), both(unknown('hung_up')));
  });

  test('whose ports are closed', async () => {
    const closed = { host: HOST, port: await closedPort(), user: USER, password: PASSWORD };
    assert.deepEqual((await world.check({ smtp: closed })).smtp, refused('port_closed'));
  });
});
