import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What happens to one exchange, a request and its answer. Bytes are counted from its first one. */
export type NetworkFault =
  /** Reset when so many bytes of the request were let through; with 0 as soon as a new connection stands. */
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
  /** For every exchange from now on, and each connection is there for its first; `undefined` lets everything through. */
  setFault(choose: (() => NetworkFault | undefined) | undefined): void;
  /** Those since the last call. */
  takeExchanges(): Counted[];
  /** Whether anybody listens; connections that there are stay. */
  listen(on: boolean): Promise<void>;
  /** Stops and starts the flow of all connections, without ending any. */
  blackHole(on: boolean): void;
  /** Ends all connections there are. */
  drop(): void;
  /** Exchanges that were given a fault so far. */
  struck(): number;
  close(): Promise<void>;
};

/** Stands between a client and `127.0.0.1:targetPort`. */
export async function startFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  let choose: (() => NetworkFault | undefined) | undefined;
  let exchanges: Counted[] = [];
  let isBlack = false;
  let struck = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      if (isBlack) socket.pause();
    }
    carry(client, target, begin);
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
    takeExchanges() {
      const taken = exchanges;
      exchanges = [];
      return taken;
    },
    blackHole(on) {
      isBlack = on;
      for (const socket of sockets) {
        if (on) socket.pause();
        else socket.resume();
      }
    },
    drop,
    struck: () => struck,
    async close() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };

  function begin(): Exchange {
    const fault = choose?.();
    if (fault !== undefined) struck += 1;
    const counted: Counted = { requestBytes: 0, answerBytes: 0, headBytes: 0 };
    exchanges.push(counted);
    return { fault, counted };
  }

  function drop(): void {
    for (const socket of sockets) socket.destroy();
  }
}

type Exchange = { fault: NetworkFault | undefined; counted: Counted };

function carry(client: Socket, target: Socket, begin: () => Exchange): void {
  let exchange = begin();
  const reset = (): void => {
    client.resetAndDestroy();
    target.destroy();
  };
  if (exchange.fault?.kind === 'reset_request' && exchange.fault.at === 0) {
    reset();
    return;
  }

  client.on('data', (chunk) => {
    // Nobody here sends a request before the last one was answered.
    if (exchange.counted.answerBytes > 0) exchange = begin();
    const { fault, counted } = exchange;
    const room = fault?.kind === 'reset_request' ? fault.at - counted.requestBytes : chunk.length;
    counted.requestBytes += chunk.length;
    if (fault?.kind === 'hang') return;
    // The bytes before arrive before the connection is gone.
    if (room < chunk.length) target.write(chunk.subarray(0, room), () => setImmediate(reset));
    else target.write(chunk);
  });
  target.on('data', (chunk) => {
    const { fault, counted } = exchange;
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
    if (exchange.fault?.kind !== 'hang_answer' && exchange.fault?.kind !== 'drip') client.end();
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
