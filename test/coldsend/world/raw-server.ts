import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export type ReceivedRequest = { head: string; body: string };

export type RawServer = {
  baseUrl: string;
  port: number;
  connections: Socket[];
  requests: ReceivedRequest[];
  close(): Promise<void>;
};

/** A TCP server on loopback that does what it is told once a whole HTTP request has come in, or as soon as one connects. */
export async function openRawServer(behaviour: {
  onRequest?: (socket: Socket, request: ReceivedRequest) => void;
  onConnection?: (socket: Socket) => void;
}): Promise<RawServer> {
  const connections: Socket[] = [];
  const requests: ReceivedRequest[] = [];
  const server = createServer({ allowHalfOpen: false }, (socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    behaviour.onConnection?.(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
      const request = parseRequest(received);
      if (request === undefined) return;
      received = '';
      requests.push(request);
      behaviour.onRequest?.(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/api/public/v1`,
    port: address.port,
    connections,
    requests,
    async close() {
      for (const socket of connections) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Writes an answer as a server that means to close the connection would. */
export function rawAnswer(status: number, body: string, headers: string[] = []): string {
  const lines = [
    `HTTP/1.1 ${status} Whatever`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...headers,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function parseRequest(received: string): ReceivedRequest | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = received.slice(0, end);
  const body = received.slice(end + 4);
  const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
  return Buffer.byteLength(body) >= length ? { head, body } : undefined;
}
