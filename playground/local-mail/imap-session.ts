import { type Accounts, answerLogin } from './accounts.ts';
import type { Reply, Session } from './mail-server.ts';

export type ImapOptions = {
  accounts: Accounts;
  isSecure: boolean;
  /** Left out: OK. */
  greeting?: Reply;
  /** Left out: STARTTLS is offered until it was done. */
  offersStarttls?: boolean;
  /** Offered after TLS has begun; left out: PLAIN and LOGIN. */
  authCapabilities?: string;
};

/** An IMAP server, as far as logging in goes (RFC 9051). */
export function createImapSession({
  accounts,
  isSecure,
  greeting,
  offersStarttls = true,
  authCapabilities = 'AUTH=PLAIN SASL-IR',
}: ImapOptions): Session {
  let waiting: ((line: string) => Reply) | undefined;
  return { greet: () => greeting ?? { say: `* OK [CAPABILITY ${capabilities()}] local.mail.test ready\r\n` }, hear };

  function capabilities(): string {
    if (isSecure) return `IMAP4rev1 NAMESPACE ${authCapabilities}`;
    return `IMAP4rev1 LOGINDISABLED${offersStarttls ? ' STARTTLS' : ''}`;
  }

  function hear(line: string): Reply {
    const answerTo = waiting;
    waiting = undefined;
    if (answerTo !== undefined) return answerTo(line);
    const [, tag = '*', verb = '', rest = ''] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    switch (verb.toUpperCase()) {
      case 'CAPABILITY':
        return { say: `* CAPABILITY ${capabilities()}\r\n${tag} OK done\r\n` };
      case 'STARTTLS':
        return offersStarttls && !isSecure
          ? { say: `${tag} OK go on\r\n`, next: 'starttls' }
          : { say: `${tag} BAD no\r\n` };
      case 'LOGIN':
        return isSecure && !authCapabilities.includes('LOGINDISABLED')
          ? login(tag, unquote(rest))
          : { say: `${tag} NO [PRIVACYREQUIRED] no\r\n` };
      case 'AUTHENTICATE':
        return authenticate(tag, rest);
      case 'NAMESPACE':
        return { say: `* NAMESPACE (("" "/")) NIL NIL\r\n${tag} OK done\r\n` };
      case 'LOGOUT':
        return { say: `* BYE see you\r\n${tag} OK done\r\n`, next: 'close' };
      default:
        return { say: `${tag} BAD unknown command\r\n` };
    }
  }

  function authenticate(tag: string, rest: string): Reply {
    const [method = '', initial] = rest.split(' ');
    if (!isSecure || !authCapabilities.includes(`AUTH=${method.toUpperCase()}`))
      return { say: `${tag} NO no such mechanism\r\n` };
    const decode = (text: string): string => Buffer.from(text, 'base64').toString();
    const check = (text: string): Reply => login(tag, decode(text).split('\0').slice(1));
    if (method.toUpperCase() === 'LOGIN') {
      waiting = (user) => {
        waiting = (password) => login(tag, [decode(user), decode(password)]);
        return { say: '+ UGFzc3dvcmQ6\r\n' };
      };
      return { say: '+ VXNlcm5hbWU6\r\n' };
    }
    if (initial !== undefined) return check(initial);
    waiting = check;
    return { say: '+ \r\n' };
  }

  function login(tag: string, [user = '', password = '']: string[]): Reply {
    const answer = answerLogin(accounts, 'imap', user, password);
    if (answer === 'works') return { say: `${tag} OK [CAPABILITY ${capabilities()}] logged in\r\n` };
    if (answer === 'hangs') return {};
    return answer === 'closes' ? { next: 'close' } : { say: `${tag} ${answer.refusal}\r\n` };
  }
}

/** The two quoted strings of LOGIN. */
function unquote(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, atom = '']) => quoted?.replace(/\\(.)/g, '$1') ?? atom,
  );
}
