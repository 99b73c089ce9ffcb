import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFUSAL_REASONS, UNKNOWN_REASONS } from '../../../../src/add-inbox/account/login-verdict.ts';
import { LOGIN_REFUSALS, LOGIN_UNKNOWNS } from '../../../../src/slack/sentences/logins.ts';
import { describeLogin } from '../../../../src/slack/thread/checks/describe-login.ts';

const ACCOUNT = { smtp_host: 'smtp.acme.com', smtp_port: 465, imap_host: 'imap.acme.com', imap_port: 993 };

test('each half has a line of its own', () => {
  assert.deepEqual(
    describeLogin({ smtp: { kind: 'works' }, imap: { kind: 'refused', reason: 'wrong_login' } }, ACCOUNT),
    ['Sending (SMTP): The login works.', 'Reading (IMAP): The user name or password is wrong. Check both.'],
  );
  const [smtp, imap] = describeLogin(
    { smtp: { kind: 'refused', reason: 'no_such_host' }, imap: { kind: 'unknown', reason: 'no_greeting' } },
    { ...ACCOUNT, imap_port: 143 },
  );
  assert.equal(smtp, 'Sending (SMTP): There is no server called smtp.acme.com. Check the spelling.');
  assert.equal(
    imap,
    'Reading (IMAP): The server said nothing on port 143. It may need TLS from the start: try port 993.',
  );
});

test('where both halves say the same, one line says it', () => {
  const wrong = { kind: 'refused', reason: 'wrong_login' } as const;
  assert.deepEqual(describeLogin({ smtp: wrong, imap: wrong }, ACCOUNT), [
    'Sending and reading: The user name or password is wrong. Check both.',
  ]);
});

test('the port to try is not the one that was tried', () => {
  const closed = { kind: 'refused', reason: 'port_closed' } as const;
  const silent = { kind: 'unknown', reason: 'no_greeting' } as const;
  const say = (smtp_port: number, imap_port: number, half: typeof closed | typeof silent) =>
    describeLogin({ smtp: half, imap: half }, { ...ACCOUNT, smtp_port, imap_port }).map((line) =>
      line.replace(/^.*? port \d+\. /, ''),
    );
  assert.deepEqual(say(465, 993, closed), ['Try port 587.', 'Check the name of the server.']);
  assert.deepEqual(say(587, 143, closed), ['Try port 465.', 'The usual port is 993.']);
  assert.deepEqual(say(25, 110, closed), ['The usual ports are 465 and 587.', 'The usual port is 993.']);
  assert.deepEqual(say(465, 993, silent), ['Try again later.', 'Try again later.']);
});

test("a certificate's name is what to use instead", () => {
  const wrongName = { kind: 'refused', reason: 'certificate_other_name', certificateName: 'right.host.com' } as const;
  const [smtp] = describeLogin({ smtp: wrongName, imap: { kind: 'works' } }, ACCOUNT);
  assert.equal(smtp, 'Sending (SMTP): The certificate is for right.host.com. Use that name as the server.');
});

test('every reason has sentences of at most 20 words', () => {
  for (const half of ['smtp', 'imap'] as const) {
    const server = { half, host: 'mail.acme.com', port: 465 };
    const texts = [
      ...REFUSAL_REASONS.map((reason) => LOGIN_REFUSALS[reason](server)),
      ...UNKNOWN_REASONS.map((reason) => LOGIN_UNKNOWNS[reason](server)),
    ];
    for (const sentence of texts.flatMap((text) => text.split(/(?<=[.:]) /))) {
      assert.ok(sentence.split(' ').length <= 20, sentence);
    }
  }
});
