import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REFUSAL_REASONS, UNKNOWN_REASONS } from '../../../src/add-inbox/account/login-verdict.ts';
import { judgeFailure } from '../../../src/mailbox/login/judge-failure.ts';
import { readLoginFailure } from '../../../src/mailbox/login/login-failure.ts';
import { fc } from '../../project/properties.ts';

const HOST = 'mail.acme.com';
const MICROSOFT = 'outlook.office365.com';

function judge(fields: Record<string, unknown>, host = HOST): string {
  const verdict = judgeFailure(readLoginFailure(Object.assign(new Error('x'), fields)), host);
  return verdict.kind === 'works' ? 'works' : `${verdict.kind} ${verdict.reason}`;
}

const smtp = (responseCode: number, text: string) => ({
  code: 'EAUTH',
  command: 'AUTH PLAIN',
  responseCode,
  response: `${responseCode} ${text}`,
});
const imap = (responseText: string, serverResponseCode?: string, responseStatus = 'NO') => ({
  authenticationFailed: true,
  responseStatus,
  responseText,
  serverResponseCode,
});

describe('errors by their code', () => {
  const CODES: Record<string, string[]> = {
    'refused no_such_host': ['ENOTFOUND'],
    'refused port_closed': ['ECONNREFUSED'],
    'refused starts_unencrypted': ['ERR_SSL_WRONG_VERSION_NUMBER'],
    'refused outdated_tls': ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ERR_SSL_UNSUPPORTED_PROTOCOL'],
    'refused certificate_other_name': ['ERR_TLS_CERT_ALTNAME_INVALID'],
    'refused certificate_expired': ['CERT_HAS_EXPIRED'],
    'refused certificate_self_signed': ['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
    'refused certificate_incomplete': ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    'refused not_mail_server': ['EPROTOCOL'],
    'unknown no_connection': ['CONNECT_TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
    'unknown no_greeting': ['GREETING_TIMEOUT'],
    'unknown no_answer': ['ETIMEOUT', 'ETIMEDOUT', 'UPGRADE_TIMEOUT'],
    'unknown hung_up': ['ECONNRESET', 'ECONNECTION', 'ClosedAfterConnectTLS', 'NoConnection'],
    'unknown not_understood': ['LineTooLarge', 'ParserError3', 'toString', '__proto__', 'constructor'],
  };
  for (const [expected, codes] of Object.entries(CODES)) {
    for (const code of codes) test(code, () => assert.equal(judge({ code }), expected));
  }

  test("nodemailer's own code stands for the real one", () => {
    assert.equal(judge({ code: 'ESOCKET', originalCode: 'ECONNREFUSED' }), 'refused port_closed');
    assert.equal(judge({ code: 'EDNS', originalCode: 'ENOTFOUND' }), 'refused no_such_host');
  });
});

describe('a refused login', () => {
  const ANSWERS: [Record<string, unknown>, string, string?][] = [
    [smtp(535, '5.7.8 Error: authentication failed'), 'refused wrong_login'],
    [smtp(535, 'Authentication Failed'), 'refused wrong_login'],
    [smtp(550, '5.1.1 User unknown'), 'refused wrong_login'],
    [smtp(535, '5.7.8 Wrong user name or password. Please try again.'), 'refused wrong_login'],
    [smtp(535, '5.7.8 Please try again later'), 'unknown try_later'],
    [smtp(535, '5.7.1 Your IP address is blocked'), 'unknown bot_refused'],
    [
      smtp(554, '5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org'),
      'unknown bot_refused',
    ],
    [smtp(554, '5.7.1 Rejected: on our blacklist'), 'unknown bot_refused'],
    [
      smtp(535, '5.7.139 Authentication unsuccessful, the user credentials were incorrect'),
      'refused microsoft_refused',
    ],
    [smtp(535, '5.7.139 SmtpClientAuthentication is disabled'), 'refused microsoft_password_login_off'],
    [imap('Server Unavailable. 15'), 'unknown try_later'],
    [imap('later', 'SYS/TEMP'), 'unknown try_later'],
    [imap('[AUTHENTICATIONFAILED] Wrong, try again'), 'refused wrong_login'],
    [imap('Your IP has been banned'), 'unknown bot_refused'],
    [smtp(535, '5.7.8 Access denied for IP 192.0.2.1'), 'unknown bot_refused'],
    [imap('[AUTHENTICATIONFAILED] Login from this country is not allowed'), 'unknown bot_refused'],
    [smtp(550, '5.7.1 Logins are not permitted from your network'), 'unknown bot_refused'],
    [imap('Internal error occurred. Refer to server log for more information.'), 'unknown try_later'],
    [imap('[AUTHENTICATIONFAILED] Authentication service timed out'), 'unknown try_later'],
    [smtp(535, '5.7.8 Error: authentication failed: Connection lost to authentication server'), 'unknown try_later'],
    [smtp(535, '5.7.8 Error: authentication failed: generic failure'), 'unknown try_later'],
    [smtp(535, '5.7.8 Error: authentication failed: authentication failure'), 'refused wrong_login'],
    [smtp(534, '5.7.9 Application-specific password required'), 'refused app_password_needed'],
    [smtp(535, '5.7.0 Please use an app password'), 'refused app_password_needed'],
    [smtp(534, '5.7.14 Please log in via your web browser'), 'refused browser_needed'],
    [smtp(534, 'Mechanism is too weak'), 'refused no_password_login'],
    [smtp(504, '5.5.4 Unrecognized authentication type'), 'refused no_password_login'],
    [smtp(538, 'Encryption required'), 'refused no_password_login'],
    [smtp(525, '5.7.13 disabled'), 'refused account_locked'],
    [smtp(535, '5.7.0 Your account has been suspended'), 'refused account_locked'],
    [smtp(454, '4.7.0 Temporary authentication failure'), 'unknown try_later'],
    [smtp(421, '4.7.0 bye'), 'unknown try_later'],
    [smtp(535, '5.7.0 (#AUTH005) Too many bad auth attempts.'), 'unknown try_later'],
    [smtp(535, '5.7.3 Authentication unsuccessful'), 'refused microsoft_refused', MICROSOFT],
    [smtp(535, '5.7.3 Authentication unsuccessful'), 'refused wrong_login'],
    [imap('Authentication failed.', 'AUTHENTICATIONFAILED'), 'refused wrong_login'],
    [imap('[AUTHENTICATIONFAILED] wrong'), 'refused wrong_login'],
    [imap('LOGIN failed.'), 'refused microsoft_refused', MICROSOFT],
    [imap('LOGIN failed.'), 'refused wrong_login'],
    [imap('User is authenticated but not connected.', undefined, 'BAD'), 'refused microsoft_refused', MICROSOFT],
    [imap('Temporary failure', 'UNAVAILABLE'), 'unknown try_later'],
    [imap('in use', 'INUSE'), 'unknown try_later'],
    [imap('bug', 'SERVERBUG'), 'unknown try_later'],
    [imap('Maximum number of connections', 'LIMIT'), 'unknown try_later'],
    [imap('Too many simultaneous connections. (Failure)', 'ALERT'), 'unknown try_later'],
    [imap('Ask your administrator', 'CONTACTADMIN'), 'refused account_locked'],
    [imap('Plaintext not allowed', 'PRIVACYREQUIRED'), 'refused no_password_login'],
    [imap('You are yet to enable IMAP for your account.', 'ALERT'), 'refused imap_off'],
    [imap('syntax', undefined, 'BAD'), 'unknown not_understood'],
    [{ authenticationFailed: true, message: 'Login is disabled' }, 'refused no_password_login'],
  ];
  for (const [fields, expected, host] of ANSWERS) {
    const name = `${fields.response ?? fields.responseText ?? fields.message} at ${host ?? HOST}`;
    test(name, () => assert.equal(judge(fields, host), expected));
  }
});

test("a certificate's words are not the server's", () => {
  const reason = "Host: x. is not in the cert's altnames: DNS:temporary.try-again-later.com";
  assert.equal(judge({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', reason }), 'refused certificate_other_name');
  const alert = { code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', library: 'SSL routines', reason: 'alert' };
  assert.equal(judge(alert), 'unknown not_understood');
});

describe("a certificate's name", () => {
  const nameOf = (subjectaltname: unknown) => {
    const error = Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', cert: { subjectaltname } });
    const verdict = judgeFailure(readLoginFailure(error), HOST);
    return verdict.kind === 'refused' ? verdict.certificateName : undefined;
  };

  test('is the first one that can be a server', () => {
    assert.equal(nameOf('DNS:right.host.com, DNS:www.host.com'), 'right.host.com');
    assert.equal(nameOf('DNS:*.host.com, DNS:host.com'), 'host.com');
    assert.equal(nameOf('IP Address:10.0.0.1, DNS:host.com'), 'host.com');
  });

  test('is left out where it is none', () => {
    for (const names of [
      'DNS:*.host.com',
      'DNS:<!channel>',
      'DNS:"a, b"',
      `DNS:${'a'.repeat(300)}`,
      '',
      7,
      undefined,
    ]) {
      assert.equal(nameOf(names), undefined, String(names));
    }
  });
});

test('whatever is thrown becomes a verdict, which never says that it works and has none of the words', () => {
  const secret = 'pl4nted-Secret';
  const words = fc
    .oneof(fc.string(), fc.constantFrom('too many', '5.7.139', 'app password', 'disabled'))
    .map((each) => `${each} ${secret}`);
  const field = fc.oneof(words, fc.integer(), fc.boolean(), fc.constant(undefined));
  const names = [
    'code',
    'originalCode',
    'response',
    'responseText',
    'responseStatus',
    'serverResponseCode',
    'reason',
    'message',
  ];
  const flags = ['authenticationFailed', 'tlsFailed', 'responseCode', 'cert', 'timeoutType', 'command'];
  const thrown = fc.oneof(
    fc.anything(),
    fc.record(Object.fromEntries([...names, ...flags].map((name) => [name, field])), { requiredKeys: [] }),
    fc.record({
      code: fc.constantFrom('EAUTH', 'EPROTOCOL', 'ETLS'),
      responseCode: fc.integer({ min: 0, max: 999 }),
      response: words,
    }),
  );
  const reasons: readonly string[] = [...REFUSAL_REASONS, ...UNKNOWN_REASONS];
  fc.assert(
    fc.property(thrown, fc.domain(), (error, host) => {
      const verdict = judgeFailure(readLoginFailure(error), host);
      assert.ok(verdict.kind !== 'works' && reasons.includes(verdict.reason));
      assert.ok(!JSON.stringify(verdict).includes(secret));
    }),
    { numRuns: 10_000 },
  );
});
