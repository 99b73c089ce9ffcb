import type { Socket } from 'node:net';
import type { FetchFunction, Logger } from '@slack/web-api';
import { Agent } from 'undici';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import type { ConnectWithin } from '../../operations/proxy/connect.ts';
import { type Envelope, FrameClient, type OddFrame } from './socket-frames.ts';

const OPEN_WITHIN_MS = 20_000;

/** The maximum wait for Slack's part in closing the connection. */
const CLOSE_WITHIN_MS = 2_000;

/** Slack warns about 10 s before it closes a connection. */
const LEAVE_WITHIN_MS = 15_000;

/** Slack waits this long for an acknowledgement. */
const ACK_WITHIN_MS = 3_000;

export type SocketConnection = {
  /** Resolves after Slack's hello. Rejects where Slack gives no address, or where the connection ends before. */
  open(): Promise<void>;
  /** Leaves it to Slack to close it, which does not send anything else then. Closes it where Slack does not. */
  leave(): void;
  /** Waits for the acknowledgements that are due, and closes. */
  close(): Promise<void>;
};

export type ConnectionDeps = {
  appToken: string;
  slackApiUrl: string;
  fetch: FetchFunction;
  connectWithin: ConnectWithin;
  /** From the request for an address to Slack's hello; 20,000 if not set. */
  openWithinMs?: number;
  logger: Logger;
  /** Slack sent a frame that the bot does not handle. It was acknowledged if possible, and dropped. */
  onOdd(why: OddFrame): void;
};

/** One connection of Socket Mode. `on` hears of an end only after an opening. */
export function createSocketConnection(
  { onOdd, appToken, logger, slackApiUrl, fetch, connectWithin, openWithinMs = OPEN_WITHIN_MS }: ConnectionDeps,
  on: {
    onOpen(): void;
    onEnvelope(envelope: Envelope): void;
    /** Slack is about to close the connection, which can be used until then. */
    onLeaving(): void;
    onEnd(): void;
  },
): SocketConnection {
  let isOpen = false;
  let socket: Socket | null = null;
  const connectSocket = connectWithin(openWithinMs);
  let leaving: NodeJS.Timeout | undefined;
  const due = new Set<Promise<void>>();
  const options: ConstructorParameters<typeof FrameClient>[0] = {
    appToken,
    logger,
    // The client's own reconnect waits 5 s each time Slack replaces a connection, and ends the process where Slack refuses
    // the token.
    autoReconnectEnabled: false,
    dispatcher: new Agent({
      allowH2: false,
      connect: (hop, callback) =>
        connectSocket(hop, (...result) => {
          socket = result[1];
          callback(...result);
        }),
    }),
    clientOptions: {
      slackApiUrl,
      fetch,
      timeout: 10_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    },
  };
  const client = new FrameClient(options, {
    onOdd,
    onEnvelope: (envelope) => on.onEnvelope({ ...envelope, ack: noteDue(envelope.ack) }),
    onDisconnect: () => {
      if (isOpen) on.onLeaving();
      else void end();
    },
  });
  client.once('connected', () => {
    isOpen = true;
    on.onOpen();
  });
  client.on('disconnected', () => {
    // Slack may never answer the closing. The client ends only sockets that it has opened itself.
    socket?.destroy();
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(leaving);
    on.onEnd();
  });

  return { open, leave, close };

  async function open(): Promise<void> {
    const timer = setTimeout(() => void end(), openWithinMs);
    try {
      await client.start();
    } finally {
      clearTimeout(timer);
    }
  }

  function leave(): void {
    leaving ??= setTimeout(() => void close(), LEAVE_WITHIN_MS);
  }

  async function close(): Promise<void> {
    await answerInTime(Promise.all(due), ACK_WITHIN_MS, () => undefined);
    await end();
  }

  /** The client leaves a timer behind in some states. Its second end clears that, and does not wait for Slack. */
  async function end(): Promise<void> {
    await answerInTime(client.disconnect(), CLOSE_WITHIN_MS, () => undefined);
    await client.disconnect();
  }

  function noteDue(ack: Envelope['ack']): Envelope['ack'] {
    const { promise, resolve } = Promise.withResolvers<void>();
    due.add(promise);
    return (response) =>
      ack(response).finally(() => {
        due.delete(promise);
        resolve();
      });
  }
}
