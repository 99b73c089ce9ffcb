import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';

/** A server's reaction to a line, or to a new connection: it says something or nothing, then goes on, hangs up or starts TLS. */
export type Reply = { say?: string; next?: 'close' | 'starttls' };

/** One connection as its protocol sees it. */
export type Session = { greet(): Reply; hear(line: string): Reply };

export type MailServerOptions = {
  /** The end of a free port's number: the bot tells from it how TLS begins. */
  port: string;
  /** TLS from the first byte; otherwise after STARTTLS. */
  implicitTls: boolean;
  /** By the name that the client asks for; undefined: it asked for none. */
  certificateFor: (servername: string | undefined) => Certificate;
  /** TLS 1.1 and nothing newer. */
  outdatedTls?: boolean;
  /** @param isSecure whether TLS stands already */
  createSession: (isSecure: boolean) => Session;
};

export type MailServer = { port: number; connections: () => number; close: () => Promise<void> };

const MAX_TRIES = 50;

/** A server on loopback that speaks a protocol of lines. */
export async function startMailServer(options: MailServerOptions): Promise<MailServer> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const session = options.createSession(options.implicitTls);
    if (options.implicitTls) secure(socket, options, (encrypted) => converse(encrypted, session, options, true));
    else converse(socket, session, options, true);
  });
  const port = await listen(server, options.port);
  return {
    port,
    connections: () => connections,
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(socket: Socket, session: Session, options: MailServerOptions, isFirst: boolean): void {
  let rest = '';
  const act = ({ say, next }: Reply): void => {
    if (say !== undefined) socket.write(say, 'latin1');
    if (next === 'close') socket.end();
    if (next !== 'starttls') return;
    socket.removeAllListeners('data');
    secure(socket, options, (encrypted) => converse(encrypted, options.createSession(true), options, false));
  };
  socket.on('data', (chunk) => {
    const lines = `${rest}${chunk.toString('latin1')}`.split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) act(session.hear(line));
  });
  if (isFirst) act(session.greet());
}

function secure(
  socket: Socket,
  { certificateFor, outdatedTls = false }: MailServerOptions,
  then: (encrypted: TLSSocket) => void,
): void {
  // OpenSSL settles the version before it asks for the certificate of a name.
  const versions = outdatedTls
    ? ({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const)
    : {};
  const contextFor = (servername: string | undefined) =>
    createSecureContext({ ...certificateFor(servername), ...versions });
  const encrypted = new TLSSocket(socket, {
    isServer: true,
    secureContext: contextFor(undefined),
    SNICallback: (servername, answer) => answer(null, contextFor(servername)),
  });
  encrypted.on('error', () => socket.destroy());
  encrypted.once('secure', () => then(encrypted));
}

/** Listens on a free port whose number ends in `suffix`. */
export async function listen(server: Server, suffix: string): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const port = Number(`${10 + Math.floor(Math.random() * 50)}${suffix}`);
    server.listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
  throw new Error(`no free port that ends in ${suffix}`);
}
