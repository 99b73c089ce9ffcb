import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TestContext } from 'node:test';

export type LocalProxy = {
  port: number;
  /** The servers it was asked for, as `host:port`, whether it let them pass or not. */
  asked: string[];
  /** The user name and password of the last request; undefined if it had none. */
  login: string | undefined;
  /** What it does with the next requests. */
  behaviour: ProxyBehaviour;
  /** How many connections it has, to both sides. */
  countOpen(): number;
  /** Ends all tunnels. */
  cut(): void;
};

/** A number: it refuses with this status. */
export type ProxyBehaviour = 'pass' | 'die' | 'hang' | 'die_after_200' | number;

/** An HTTP proxy on loopback that only makes tunnels. */
export async function startLocalProxy(context: TestContext, host = '127.0.0.1'): Promise<LocalProxy> {
  const sockets = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(405).end('only CONNECT'));
  server.on('connection', keep);
  server.on('connect', (request: IncomingMessage, client: Duplex, head: Buffer) => {
    proxy.asked.push(request.url ?? '');
    const basic = request.headers['proxy-authorization']?.replace(/^Basic /, '');
    proxy.login = basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
    const { behaviour } = proxy;
    if (behaviour === 'die') client.destroy();
    else if (typeof behaviour === 'number') client.end(`HTTP/1.1 ${behaviour} No\r\nContent-Length: 2\r\n\r\nno`);
    else if (behaviour === 'die_after_200') client.end('HTTP/1.1 200 Connection established\r\n\r\n');
    else if (behaviour === 'hang') client.resume().once('end', () => client.destroy());
    else pass(request.url ?? '', client, head);
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  context.after(() => {
    cut();
    server.close();
  });
  const proxy: LocalProxy = {
    port: address.port,
    asked: [],
    login: undefined,
    behaviour: 'pass',
    countOpen: () => sockets.size,
    cut,
  };
  return proxy;

  function keep(socket: Duplex): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  }

  function pass(authority: string, client: Duplex, head: Buffer): void {
    const { hostname, port } = new URL(`http://${authority}`);
    const target: Socket = connect(Number(port || 80), hostname.replace(/^\[|\]$/g, ''), () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      client.pipe(target).pipe(client);
    });
    keep(target);
    target.once('close', () => client.destroy());
    client.once('close', () => target.destroy());
  }
}
