import { setDefaultCACertificates } from 'node:tls';
import { type Accounts, works } from '../../../playground/local-mail/accounts.ts';
import { createImapSession, type ImapOptions } from '../../../playground/local-mail/imap-session.ts';
import { type MailServer, type Session, startMailServer } from '../../../playground/local-mail/mail-server.ts';
import { createSmtpSession, type SmtpOptions } from '../../../playground/local-mail/smtp-session.ts';
import { type LocalMail, startLocalMail } from '../../../playground/local-mail/start-local-mail.ts';
import type { HalfVerdict, LoginVerdict } from '../../../src/add-inbox/account/login-verdict.ts';
import { createDns } from '../../../src/mailbox/dns.ts';
import { createCheckLogin, type MailboxLogin } from '../../../src/mailbox/login/check-login.ts';
import { createHostSlots } from '../../../src/mailbox/login/host-slots.ts';
import { LOGIN_LIMITS, type LoginLimits } from '../../../src/mailbox/login/login-limits.ts';
import type { Half } from '../../../src/mailbox/login/mail-ports.ts';
import { createAddressGuard } from '../../../src/mailbox/safe-address.ts';

export const HOST = 'mail.acme.test';
export const USER = 'jane@acme.test';
export const PASSWORD = 'pl4nted-Secret';

export type OddServer = Omit<SmtpOptions & ImapOptions, 'accounts' | 'isSecure'> & {
  implicitTls?: boolean;
  outdatedTls?: boolean;
  /** Instead of a session that keeps to the protocol. */
  session?: () => Session;
};

export type LoginWorld = {
  mail: LocalMail;
  check(login: Partial<MailboxLogin>, settings?: Settings): Promise<LoginVerdict>;
  /** Both halves at servers with TLS from the first byte, or STARTTLS. */
  login(
    user: string,
    settings?: Settings & { host?: string; starttls?: boolean; password?: string },
  ): Promise<LoginVerdict>;
  /** One half at a server that is made for it. */
  loginAt(half: Half, server: OddServer, settings?: Settings & { user?: string }): Promise<HalfVerdict>;
  startServer(half: Half, server: OddServer): Promise<MailServer>;
  close(): Promise<void>;
};

export type Settings = { limits?: Partial<LoginLimits>; networks?: string[] };

const SUFFIXES = { smtp: { implicit: '465', starttls: '587' }, imap: { implicit: '993', starttls: '143' } };

/** Real servers on loopback, whose certificates this process trusts, and logins as the bot tries them. */
export async function startLoginWorld(accounts: Accounts = {}): Promise<LoginWorld> {
  const all: Accounts = { [USER]: works(PASSWORD), ...accounts };
  const mail = await startLocalMail({ accounts: all, names: { [HOST]: { A: ['127.0.0.1'] } } });
  setDefaultCACertificates([mail.authority]);
  const dns = createDns({ servers: [mail.nameServer], timeoutMs: 2_000 });
  const good = (port: number) => ({ host: HOST, port, user: USER, password: PASSWORD });
  return { mail, check, login, loginAt, startServer, close: mail.close };

  function check(
    { smtp = good(mail.ports.smtps), imap = good(mail.ports.imaps) }: Partial<MailboxLogin>,
    { limits, networks = ['127.0.0.0/8'] }: Settings = {},
  ): Promise<LoginVerdict> {
    const guard = createAddressGuard(dns, networks);
    const slots = createHostSlots(() => performance.now());
    return createCheckLogin({ guard, slots, limits: { ...LOGIN_LIMITS, ...limits }, now: () => performance.now() })({
      smtp,
      imap,
    });
  }

  function login(user: string, settings: Parameters<LoginWorld['login']>[1] = {}): Promise<LoginVerdict> {
    const { host = HOST, starttls = false, password = PASSWORD } = settings;
    const { smtps, submission, imaps, imap } = mail.ports;
    const half = (port: number) => ({ host, port, user, password });
    const ports = starttls ? { smtp: submission, imap } : { smtp: smtps, imap: imaps };
    return check({ smtp: half(ports.smtp), imap: half(ports.imap) }, settings);
  }

  async function loginAt(
    half: Half,
    server: OddServer,
    { user = USER, ...settings }: Settings & { user?: string } = {},
  ): Promise<HalfVerdict> {
    const { port, close } = await startServer(half, server);
    try {
      const verdict = await check({ [half]: { host: HOST, port, user, password: PASSWORD } }, settings);
      return verdict[half];
    } finally {
      await close();
    }
  }

  function startServer(
    half: Half,
    { implicitTls = false, outdatedTls = false, session, ...odd }: OddServer,
  ): Promise<MailServer> {
    const create = half === 'smtp' ? createSmtpSession : createImapSession;
    return startMailServer({
      port: SUFFIXES[half][implicitTls ? 'implicit' : 'starttls'],
      implicitTls,
      outdatedTls,
      certificateFor: mail.certificateFor,
      createSession: (isSecure) => session?.() ?? create({ accounts: all, isSecure, ...odd }),
    });
  }
}

/** A port of an SMTP server where none listens. */
export async function closedPort(): Promise<number> {
  const { port, close } = await startMailServer({
    port: SUFFIXES.smtp.implicit,
    implicitTls: true,
    certificateFor: () => ({ cert: '', key: '' }),
    createSession: (isSecure) => createSmtpSession({ accounts: {}, isSecure }),
  });
  await close();
  return port;
}
