import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import { type FetchFunction, type Logger, WebAPIPlatformError } from '@slack/web-api';
import { Agent } from 'undici';
import { doublingMs } from '../../add-inbox/worker/back-off.ts';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import { StartError } from '../../operations/operator-error.ts';
import type { ConnectWithin } from '../../operations/proxy/connect.ts';
import { isTokenRefused } from '../web-api/slack-errors.ts';
import { ackWhenDone } from './ack-when-done.ts';
import { type Envelope, FrameClient, type OddFrame } from './socket-frames.ts';

/** The maximum wait for Slack's part in closing the connection. */
const CLOSE_WITHIN_MS = 2_000;

/** From the request for an address to Slack's hello. */
const CONNECT_WITHIN_MS = 20_000;

/** After a connection that lasted this long, the next one may start at once. */
const STABLE_AFTER_MS = 30_000;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/**
 * Bolt's receiver for Socket Mode, which needs no public address. After a lost connection, it retries without a limit. Its
 * start resolves after Slack's hello, and throws StartError where Slack refuses the app token.
 */
export function createSocketReceiver(deps: {
  appToken: string;
  slackApiUrl: string;
  fetch: FetchFunction;
  connectWithin: ConnectWithin;
  logger: Logger;
  onConnectionChange(connected: boolean): void;
  /** Slack sent a frame that the bot does not handle. It was acknowledged if possible, and dropped. */
  onOdd(why: OddFrame): void;
  onError(error: unknown): void;
}): Receiver {
  let app: App | undefined;
  let connectedAt: number | undefined;
  let failures = 0;
  let socket: Socket | null = null;
  const stopping = new AbortController();
  const connectSocket = deps.connectWithin(CONNECT_WITHIN_MS);
  const options: ConstructorParameters<typeof FrameClient>[0] = {
    appToken: deps.appToken,
    logger: deps.logger,
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
      slackApiUrl: deps.slackApiUrl,
      fetch: deps.fetch,
      timeout: 10_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    },
  };
  const client = new FrameClient(options, { onOdd: deps.onOdd, onEnvelope: (envelope) => void dispatch(envelope) });
  client.on('connected', () => {
    connectedAt = performance.now();
    deps.onConnectionChange(true);
  });
  client.on('disconnected', () => {
    // Slack may never answer the closing. The client ends only sockets that it has opened itself.
    socket?.destroy();
    if (connectedAt === undefined) return;
    if (performance.now() - connectedAt > STABLE_AFTER_MS) failures = 0;
    connectedAt = undefined;
    deps.onConnectionChange(false);
    void keepConnecting();
  });

  return { init, start: () => keepConnecting({ refusable: true }), stop };

  function init(boltApp: App): void {
    app = boltApp;
  }

  /** Resolves when connected, or when the bot stops. */
  async function keepConnecting({ refusable = false } = {}): Promise<void> {
    while (!stopping.signal.aborted) {
      const waitMs = failures === 0 ? 0 : doublingMs(failures - 1, FIRST_RETRY_MS, MAX_RETRY_MS);
      failures += 1;
      try {
        await sleep(waitMs, undefined, { signal: stopping.signal });
        await connect();
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (refusable && isRefused(error)) {
          throw new StartError(
            `Slack refuses SLACK_APP_TOKEN (${error.data.error}). Make an app-level token with the scope connections:write under "Basic Information" of the app.`,
          );
        }
        // The client has already logged the error.
      }
    }
  }

  async function connect(): Promise<void> {
    const timer = setTimeout(() => void client.disconnect(), CONNECT_WITHIN_MS);
    try {
      await client.start();
    } finally {
      clearTimeout(timer);
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await answerInTime(client.disconnect(), CLOSE_WITHIN_MS, () => undefined);
  }

  async function dispatch({ body, retryNum, retryReason, ack: answer }: Envelope): Promise<void> {
    let isAnswered = false;
    const answerOnce = async (response?: unknown): Promise<void> => {
      isAnswered = true;
      await answer(response === '' ? undefined : response);
    };
    try {
      const { ack, done } = ackWhenDone(body, answerOnce);
      await app?.processEvent({
        body,
        ack,
        ...(retryNum === undefined ? {} : { retryNum }),
        ...(retryReason === undefined ? {} : { retryReason }),
      });
      await done();
    } catch (error) {
      deps.onError(error);
    }
    if (isAnswered) return;
    deps.onOdd(body.type === 'app_rate_limited' ? 'app_rate_limited' : 'not_taken');
    await answerOnce().catch(deps.onError);
  }
}

function isRefused(error: unknown): error is WebAPIPlatformError {
  return error instanceof WebAPIPlatformError && isTokenRefused(error.data.error);
}
