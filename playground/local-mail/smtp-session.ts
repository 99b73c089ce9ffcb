import { type Accounts, answerLogin } from './accounts.ts';
import type { Reply, Session } from './mail-server.ts';

export type SmtpOptions = {
  accounts: Accounts;
  isSecure: boolean;
  /** Left out: 220. */
  greeting?: Reply;
  /** Left out: STARTTLS is offered until it was done. */
  offersStarttls?: boolean;
  /** Left out: PLAIN and LOGIN, once TLS stands. */
  authMethods?: string;
};

/** A submission server, as far as logging in goes (RFC 5321, 3207, 4954). */
export function createSmtpSession({
  accounts,
  isSecure,
  greeting,
  offersStarttls = true,
  authMethods = 'PLAIN LOGIN',
}: SmtpOptions): Session {
  let waiting: ((line: string) => Reply) | undefined;
  return { greet: () => greeting ?? { say: '220 local.mail.test ESMTP\r\n' }, hear };

  function hear(line: string): Reply {
    const answerTo = waiting;
    waiting = undefined;
    if (answerTo !== undefined) return answerTo(line);
    const [, verb = '', rest = ''] = /^(\S*) ?(.*)$/.exec(line) ?? [];
    switch (verb.toUpperCase()) {
      case 'EHLO':
        return { say: ['250-local.mail.test', ...extensions(), '250 SIZE 1000000'].join('\r\n').concat('\r\n') };
      case 'STARTTLS':
        return offersStarttls && !isSecure
          ? { say: '220 2.0.0 Ready\r\n', next: 'starttls' }
          : { say: '502 5.5.1 No\r\n' };
      case 'AUTH':
        return authenticate(rest);
      case 'QUIT':
        return { say: '221 2.0.0 Bye\r\n', next: 'close' };
      default:
        return { say: '502 5.5.2 Error: command not recognized\r\n' };
    }
  }

  function extensions(): string[] {
    if (isSecure) return authMethods === '' ? [] : [`250-AUTH ${authMethods}`];
    return offersStarttls ? ['250-STARTTLS'] : [];
  }

  function authenticate(rest: string): Reply {
    const [method = '', initial] = rest.split(' ');
    if (!isSecure) return { say: '530 5.7.0 Must issue a STARTTLS command first\r\n' };
    if (!authMethods.split(' ').includes(method.toUpperCase()))
      return { say: '504 5.5.4 Unrecognized authentication type\r\n' };
    if (method.toUpperCase() === 'PLAIN') {
      const check = (text: string): Reply => {
        const [, user = '', password = ''] = decode(text).split('\0');
        return login(user, password);
      };
      return initial === undefined ? ask('', check) : check(initial);
    }
    return ask('Username:', (user) => ask('Password:', (password) => login(decode(user), decode(password))));
  }

  function ask(prompt: string, then: (line: string) => Reply): Reply {
    waiting = then;
    return { say: `334 ${Buffer.from(prompt).toString('base64')}\r\n` };
  }

  function login(user: string, password: string): Reply {
    const answer = answerLogin(accounts, 'smtp', user, password);
    if (answer === 'works') return { say: '235 2.7.0 Accepted\r\n' };
    if (answer === 'hangs') return {};
    return answer === 'closes' ? { next: 'close' } : { say: `${answer.refusal}\r\n` };
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}
