import { type LoginAttempt, type LoginLimits, withinLimits } from './login-limits.ts';

/** Enough for a login. imapflow's own limits are for reading mail, up to 1 GB. */
const PARSER_LIMITS = {
  maxLineLength: 16 * 1024,
  maxLiteralSize: 16 * 1024,
  maxResponseSize: 64 * 1024,
  maxResponseTokens: 5_000,
};

/** Those of imapflow that take a password. */
const MECHANISMS = ['AUTH=PLAIN', 'AUTH=LOGIN'];

/** The server asked for no password (PREAUTH), so the password is untested. */
export class NotAskedError extends Error {}

/** The server ended the connection where imapflow says that it lacks STARTTLS or refused the login. */
class HungUpError extends Error {
  readonly code = 'NoConnection';
}

/**
 * Logs in over IMAP and leaves, without opening a folder. The password is sent over TLS only, to a server with a valid certificate.
 * Rejects with what went wrong, in imapflow's or Node's terms.
 */
export async function loginByImap(attempt: LoginAttempt, limits: LoginLimits): Promise<void> {
  const { ImapFlow } = await import('imapflow');
  const { host, address, port, implicitTls, user, password: pass } = attempt;
  const client = new ImapFlow({
    host: address,
    port,
    servername: host,
    secure: implicitTls,
    ...(!implicitTls && { doSTARTTLS: true }),
    auth: {
      user,
      pass,
      // Read once the server has named its mechanisms. For a user name with a slash, imapflow takes the command LOGIN, as Exchange
      // wants it, and gives up where the server has disabled that.
      get loginMethod() {
        const { capabilities } = client;
        return capabilities.has('LOGINDISABLED') ? MECHANISMS.find((each) => capabilities.has(each)) : undefined;
      },
    },
    verifyOnly: true,
    clientInfo: { name: 'coldsend-inbox-bot' },
    tls: { servername: host, minVersion: 'TLSv1.2' },
    connectionTimeout: limits.connectMs,
    greetingTimeout: limits.greetingMs,
    socketTimeout: limits.answerMs,
    logger: false,
    ...PARSER_LIMITS,
  });
  // imapflow also emits errors after `connect` has settled. Without a listener they would end the process.
  client.on('error', () => {});
  const login = client.connect().catch((error: unknown) => {
    throw client.isClosed && isWithoutCause(error) ? new HungUpError() : error;
  });
  await withinLimits(limits, {
    work: login,
    abort: () => client.close(),
    received: () => client.stats().received,
  });
  // imapflow sets the greeting for OK, not for PREAUTH.
  if (client.greeting === undefined) throw new NotAskedError('PREAUTH');
}

/** Neither a code nor the server's answer to a command. */
function isWithoutCause(error: unknown): boolean {
  return error instanceof Error && !('code' in error) && !('responseStatus' in error);
}
