import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  port: number;
  /** Connections so far. */
  connections(): number;
  /** Passes nothing on any more, for the connections there are and for new ones, until `thaw`. */
  freeze(): void;
  /** The same once a client has sent something that holds these bytes; that is still passed on, its answer is not. */
  freezeAfter(bytes: string): void;
  /** New connections work again; those that were frozen stay dead. */
  thaw(): void;
  stop(): Promise<void>;
};

/** Stands between a client and a server on this machine's `target` port. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const frozen = new WeakSet<Socket>();
  let connections = 0;
  let isFrozen = false;
  let trigger: string | undefined;

  const server = createServer((client) => {
    connections += 1;
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (isFrozen) frozen.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('data', (chunk) => {
      if (frozen.has(client)) return;
      upstream.write(chunk);
      if (trigger !== undefined && chunk.includes(trigger)) freeze();
    });
    upstream.on('data', (chunk) => {
      if (!frozen.has(upstream)) client.write(chunk);
    });
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    port: address.port,
    connections: () => connections,
    freeze,
    freezeAfter: (bytes) => {
      trigger = bytes;
    },
    thaw: () => {
      isFrozen = false;
      trigger = undefined;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };

  function freeze(): void {
    isFrozen = true;
    trigger = undefined;
    for (const socket of sockets) frozen.add(socket);
  }
}
