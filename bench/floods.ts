import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How much more memory, in MB, a process took at most while it was flooded. */
export type Growth = { chunks: number; idle: number };

export const FLOODS = {
  chunks: { connections: 8, chunks: 256 * 1024 },
  idle: { connections: 2_000, bytes: 256 * 1024 },
};

const AT_ONCE = 50;
const SAMPLE_INTERVAL_MS = 20;

/**
 * Sends, under a signature that is none: bodies in chunks of one byte, all at once; and whole bodies over connections that are
 * then left open.
 *
 * @param readRssMb the resident memory of the process that listens on `port`
 */
export async function measureFloods(port: number, readRssMb: () => Promise<number>, floods = FLOODS): Promise<Growth> {
  return {
    chunks: await measureGrowth(readRssMb, () => sendChunks(port, floods.chunks)),
    idle: await measureGrowth(readRssMb, () => leaveIdle(port, floods.idle)),
  };
}

/** `flood` resolves with its connections, which stay open until the last look at the memory. */
async function measureGrowth(readRssMb: () => Promise<number>, flood: () => Promise<Socket[]>): Promise<number> {
  const before = await readRssMb();
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await readRssMb());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_INTERVAL_MS));
    }
  })();
  const sockets = await flood();
  isOver = true;
  await watching;
  most = Math.max(most, await readRssMb());
  for (const socket of sockets) socket.destroy();
  return most - before;
}

async function sendChunks(port: number, { connections, chunks }: { connections: number; chunks: number }) {
  const message = `${head('transfer-encoding: chunked')}${'1\r\nx\r\n'.repeat(chunks)}0\r\n\r\n`;
  return Promise.all(Array.from({ length: connections }, () => ask(port, message)));
}

async function leaveIdle(port: number, { connections, bytes }: { connections: number; bytes: number }) {
  const message = head(`content-length: ${bytes}`) + 'x'.repeat(bytes);
  const sockets: Socket[] = [];
  while (sockets.length < connections) {
    const length = Math.min(AT_ONCE, connections - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length }, () => ask(port, message)))));
  }
  return sockets;
}

/** Resolves once the request is answered, or its connection closed. */
async function ask(port: number, message: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const over = Promise.race([once(socket, 'data'), once(socket, 'close')]);
  socket.write(message, 'latin1');
  await over;
  return socket.resume();
}

function head(length: string): string {
  const timestamp = Math.floor(Date.now() / 1000);
  return (
    'POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n' +
    `x-slack-request-timestamp: ${timestamp}\r\nx-slack-signature: v0=${'0'.repeat(64)}\r\n${length}\r\n\r\n`
  );
}
