import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What happens to one connection. Bytes are counted from the first one of the connection. */
export type NetworkFault =
  /** Reset when so many bytes of the request were let through; with 0 as soon as the connection stands. */
  | { kind: 'reset_request'; at: number }
  /** Reset, closed or silent for ever when so many bytes of the answer were let through. */
  | { kind: 'reset_answer' | 'end_answer' | 'hang_answer'; at: number }
  /** Nothing is let through in either direction, and nothing ends. */
  | { kind: 'hang' }
  | { kind: 'drip'; bytes: number; everyMs: number }
  /** The answer is replaced by these bytes, and the connection ends. */
  | { kind: 'garbage'; bytes: Buffer };

/** How many bytes came in, and how many of the answer's are its status and headers. */
export type Counted = { requestBytes: number; answerBytes: number; headBytes: number };

export type FaultyProxy = {
  port: number;
  /** For every connection that is made from now on; `undefined` lets everything through. */
  setFault(choose: (() => NetworkFault | undefined) | undefined): void;
  /** Connections since the last call. */
  takeConnections(): Counted[];
  /** Whether anybody listens; connections that there are stay. */
  listen(on: boolean): Promise<void>;
  /** Stops and starts the flow of all connections, without ending any. */
  blackHole(on: boolean): void;
  /** Connections that a fault has struck so far. */
  struck(): number;
  close(): Promise<void>;
};

/** Stands between a client and `127.0.0.1:targetPort`. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let choose: (() => NetworkFault | undefined) | undefined;
  let connections: Counted[] = [];
  let isBlack = false;
  let struck = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const fault = choose?.();
    if (fault !== undefined) struck += 1;
    const counted: Counted = { requestBytes: 0, answerBytes: 0, headBytes: 0 };
    connections.push(counted);
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      if (isBlack) socket.pause();
    }
    carry(client, target, fault, counted);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const { port } = address;
  return {
    port,
    async listen(on) {
      if (on) {
        server.listen(port, '127.0.0.1');
        await once(server, 'listening');
      } else server.close();
    },
    setFault(given) {
      choose = given;
    },
    takeConnections() {
      const taken = connections;
      connections = [];
      return taken;
    },
    blackHole(on) {
      isBlack = on;
      for (const socket of sockets) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    struck: () => struck,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function carry(client: Socket, target: Socket, fault: NetworkFault | undefined, counted: Counted): void {
  const reset = (): void => {
    client.resetAndDestroy();
    target.destroy();
  };
  if (fault?.kind === 'reset_request' && fault.at === 0) {
    reset();
    return;
  }
  if (fault?.kind === 'hang') {
    client.on('data', (chunk) => {
      counted.requestBytes += chunk.length;
    });
    return;
  }

  client.on('data', (chunk) => {
    const room = fault?.kind === 'reset_request' ? fault.at - counted.requestBytes : chunk.length;
    counted.requestBytes += chunk.length;
    // The bytes before arrive before the connection is gone.
    if (room < chunk.length) target.write(chunk.subarray(0, room), () => setImmediate(reset));
    else target.write(chunk);
  });
  target.on('data', (chunk) => {
    const passed = counted.answerBytes;
    // They come at once; nothing here writes them in pieces.
    if (passed === 0) counted.headBytes = chunk.indexOf('\r\n\r\n') + 4;
    counted.answerBytes += chunk.length;
    if (fault?.kind === 'garbage') {
      client.end(fault.bytes);
      target.destroy();
    } else if (fault?.kind === 'drip') {
      void drip(client, chunk, fault);
    } else if (fault?.kind === 'reset_answer' || fault?.kind === 'end_answer' || fault?.kind === 'hang_answer') {
      const room = fault.at - passed;
      if (room > 0) client.write(chunk.subarray(0, room));
      if (room > chunk.length) return;
      if (fault.kind === 'end_answer') client.end();
      if (fault.kind === 'reset_answer') setImmediate(reset);
    } else client.write(chunk);
  });
  client.on('end', () => target.end());
  target.on('end', () => {
    if (fault?.kind !== 'hang_answer' && fault?.kind !== 'drip') client.end();
  });
  client.on('close', () => target.destroy());
}

async function drip(
  client: Socket,
  chunk: Buffer,
  { bytes, everyMs }: { bytes: number; everyMs: number },
): Promise<void> {
  for (let at = 0; at < chunk.length && !client.destroyed; at += bytes) {
    client.write(chunk.subarray(at, at + bytes));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
