import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { listen, type Reply, type Session } from '../../../playground/local-mail/mail-server.ts';
import { HOST, type OddServer, PASSWORD, startLoginWorld, USER } from './login-world.ts';

const world = await startLoginWorld();
after(() => world.close());

const unknown = (reason: string) => ({ kind: 'unknown', reason });
const WRONG = { kind: 'refused', reason: 'wrong_login' };

/** A server with TLS from the first byte that keeps to SMTP until the login, which it answers with this. */
function smtpSaying(answer: string, greeting = '220 hi'): OddServer {
  const hear = (line: string): Reply => ({
    say: /^EHLO/.test(line) ? '250-hi\r\n250 AUTH PLAIN\r\n' : `${/^AUTH/.test(line) ? answer : '221 bye'}\r\n`,
  });
  return { implicitTls: true, session: () => ({ greet: () => ({ say: `${greeting}\r\n` }), hear }) };
}

describe('a login over SMTP', () => {
  const ANSWERS: [answer: string, verdict: object][] = [
    ['235 2.7.0 in', { kind: 'works' }],
    ['235-2.7.0 in\r\n235', { kind: 'works' }],
    ['250 2.1.0 OK', unknown('not_understood')],
    ['220 hi', unknown('not_understood')],
    ['2350 in', unknown('not_understood')],
    ['235-2.7.0 in\r\n535 5.7.8 no', unknown('not_understood')],
    ['535-5.7.8 no\r\n235 2.7.0 in', unknown('not_understood')],
    ['535-5.7.8 no\r\n535 5.7.8 no', WRONG],
    ['what?', unknown('not_understood')],
    ['999 no', unknown('not_understood')],
    ['354 go on', unknown('not_understood')],
  ];
  for (const [answer, verdict] of ANSWERS) {
    test(`that is answered with ${JSON.stringify(answer)}`, async () => {
      assert.deepEqual(await world.loginAt('smtp', smtpSaying(answer)), verdict);
    });
  }

  test('does not take the late answer to another command for its own', async () => {
    const server = smtpSaying('535 5.7.8 no', '220 hi\r\n220 hi');
    assert.deepEqual(await world.loginAt('smtp', server), unknown('not_understood'));
  });

  test('has not been refused where TLS does not begin', async (context) => {
    // An alert of TLS: no shared way to encrypt.
    const endings: [Buffer | undefined, string][] = [
      [undefined, 'hung_up'],
      [Buffer.from('15030300020228', 'hex'), 'not_understood'],
    ];
    for (const [last, reason] of endings) {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        if (last === undefined) socket.end();
        else socket.once('data', () => socket.end(last));
      });
      context.after(() => server.close());
      const smtp = { host: HOST, port: await listen(server, '465'), user: USER, password: PASSWORD };
      assert.deepEqual((await world.check({ smtp })).smtp, unknown(reason));
    }
  });
});

describe('an IMAP server that hangs up', () => {
  for (const step of ['CAPABILITY', 'STARTTLS', 'AUTHENTICATE']) {
    for (const say of ['', '* BYE\r\n']) {
      test(`${say === '' ? 'silently' : 'with BYE'} at ${step} has refused nothing`, async () => {
        const isSecure = step === 'AUTHENTICATE';
        const capabilities = `IMAP4rev1 ${isSecure ? 'AUTH=PLAIN' : 'STARTTLS'}`;
        const hear = (line: string): Reply => {
          const [tag, verb] = line.split(' ');
          if (verb === step) return { say, next: 'close' };
          return { say: `* CAPABILITY ${capabilities}\r\n${tag} OK\r\n` };
        };
        const session = () => ({ greet: () => ({ say: '* OK hi\r\n' }), hear });
        const verdict = await world.loginAt('imap', { implicitTls: isSecure, session });
        assert.equal(verdict.kind, 'unknown');
      });
    }
  }

  test('that takes no STARTTLS has refused it', async () => {
    const hear = (line: string): Reply => ({
      say: `* CAPABILITY IMAP4rev1 STARTTLS\r\n${line.replace(/^(\S+) (\S+).*/, (_line, tag, verb) => `${tag} ${verb === 'STARTTLS' ? 'NO' : 'OK'}`)}\r\n`,
    });
    const session = () => ({ greet: () => ({ say: '* OK hi\r\n' }), hear });
    assert.deepEqual(await world.loginAt('imap', { session }), { kind: 'refused', reason: 'no_encryption' });
  });

  test('what is sent in the clear after STARTTLS counts for nothing', async () => {
    let connections = 0;
    const session = (): Session => {
      const isSecure = connections++ > 0;
      const hear = (line: string): Reply => {
        const [tag, verb] = line.split(' ');
        if (isSecure) return { say: `${tag} NO [AUTHENTICATIONFAILED] no\r\n` };
        const tags = Array.from({ length: 9 }, (_each, index) => `${index} OK in\r\n`).join('');
        if (verb === 'STARTTLS')
          return { say: `${tag} OK\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n${tags}`, next: 'starttls' };
        return { say: `* CAPABILITY IMAP4rev1 STARTTLS\r\n${tag} OK\r\n` };
      };
      return { greet: () => ({ say: '* OK hi\r\n' }), hear };
    };
    assert.deepEqual(await world.loginAt('imap', { session }), unknown('not_understood'));
  });
});
