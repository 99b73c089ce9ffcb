import { connect, type Socket } from 'node:net';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { type LoginAttempt, type LoginLimits, withinLimits } from './login-limits.ts';

/** RFC 5321 allows an address literal in EHLO. nodemailer's default is the name of this machine. */
const CLIENT_NAME = '[127.0.0.1]';

const MAX_RESPONSE_BYTES = 64 * 1024;

/** RFC 4954: a login succeeded. nodemailer takes any reply that begins with a 2, such as the late answer to another command. */
const ACCEPTED = /^235(?:[ -].*)?(?:\n235(?:[ -].*)?)*$/;

/** The server's answer to the login is neither a yes nor a no. */
class UnclearAnswerError extends Error {}

/**
 * Logs in over SMTP and leaves, without sending anything. The password is sent over TLS only, to a server with a valid certificate.
 * Rejects with what went wrong, in nodemailer's or Node's terms.
 */
export async function loginBySmtp(attempt: LoginAttempt, limits: LoginLimits): Promise<void> {
  const { default: SMTPConnection } = await import('nodemailer/lib/smtp-connection');
  const { host, address, port, implicitTls, user, password: pass } = attempt;
  const socket = connect({ host: address, port });
  const login = async (): Promise<void> => {
    await connected(socket, limits.connectMs);
    const connection = new SMTPConnection({
      host,
      port,
      connection: socket,
      secure: implicitTls,
      requireTLS: !implicitTls,
      name: CLIENT_NAME,
      servername: host,
      tls: { servername: host, minVersion: 'TLSv1.2' },
      greetingTimeout: limits.greetingMs,
      socketTimeout: limits.answerMs,
      maxResponseSize: MAX_RESPONSE_BYTES,
      logger: false,
      debug: false,
    });
    await logIn(connection, { user, pass });
    connection.quit();
  };
  await withinLimits(limits, {
    work: login(),
    abort: () => socket.destroy(),
    received: () => socket.bytesRead,
  });
}

/** Logs in also where the server names no way to. */
async function logIn(connection: SMTPConnection, auth: { user: string; pass: string }): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // This listener stays: an error without one would end the process.
  connection.on('error', reject);
  connection.once('end', () => reject(new UnclearAnswerError()));
  connection.connect((error) => {
    if (error) return reject(error);
    connection.login(auth, (refusal) => {
      if (refusal) return reject(refusal);
      return ACCEPTED.test(connection.lastServerResponse || '') ? resolve() : reject(new UnclearAnswerError());
    });
  });
  await promise;
}

async function connected(socket: Socket, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(Object.assign(new Error('connect'), { code: 'CONNECT_TIMEOUT' })), timeoutMs);
  socket.once('connect', resolve);
  // This listener stays: nodemailer removes its own, and an error without a listener would end the process.
  socket.on('error', reject);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
