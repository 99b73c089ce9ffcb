import { connect, type Socket } from 'node:net';
import { type LoginAttempt, type LoginLimits, withinLimits } from './login-limits.ts';

/** RFC 5321 allows an address literal in EHLO. nodemailer's default is the name of this machine. */
const CLIENT_NAME = '[127.0.0.1]';

const MAX_RESPONSE_BYTES = 64 * 1024;

/**
 * Logs in over SMTP and leaves, without sending anything. The password is sent over TLS only, to a server with a valid certificate.
 * Rejects with what went wrong, in nodemailer's or Node's terms.
 */
export async function loginBySmtp(attempt: LoginAttempt, limits: LoginLimits): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const { host, address, port, implicitTls, user, password: pass } = attempt;
  const socket = connect({ host: address, port });
  const login = async (): Promise<void> => {
    await connected(socket, limits.connectMs);
    await createTransport({
      host,
      port,
      connection: socket,
      secure: implicitTls,
      requireTLS: !implicitTls,
      forceAuth: true,
      auth: { user, pass },
      name: CLIENT_NAME,
      servername: host,
      tls: { servername: host, minVersion: 'TLSv1.2' },
      greetingTimeout: limits.greetingMs,
      socketTimeout: limits.answerMs,
      maxResponseSize: MAX_RESPONSE_BYTES,
      logger: false,
      debug: false,
    }).verify();
  };
  await withinLimits(limits, {
    work: login(),
    abort: () => socket.destroy(),
    received: () => socket.bytesRead,
  });
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
