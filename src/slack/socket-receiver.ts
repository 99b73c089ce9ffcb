import type { App, Receiver } from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import type { FetchFunction, Logger } from '@slack/web-api';
import { z } from 'zod';

/** How long to wait for Slack to take part in closing the connection. */
const CLOSE_WITHIN_MS = 2_000;

const slackEvent = z.object({
  ack: z.custom<(response?: unknown) => Promise<void>>((value) => typeof value === 'function'),
  body: z.record(z.string(), z.unknown()),
  retry_num: z.number().optional().catch(undefined),
  retry_reason: z.string().optional().catch(undefined),
});

export type SocketReceiver = Receiver & {
  /** Whether a connection to Slack stands at this moment. */
  isConnected(): boolean;
};

/**
 * Bolt's receiver for Socket Mode: no public address is needed. Connects again for as long as it takes whenever the
 * connection is lost; rejects at start only where Slack refuses the app token.
 */
export function createSocketReceiver(deps: {
  appToken: string;
  slackApiUrl: string;
  fetch: FetchFunction;
  logger: Logger;
  onConnectionChange(connected: boolean): void;
  onError(error: unknown): void;
}): SocketReceiver {
  let app: App | undefined;
  let connected = false;
  const client = new SocketModeClient({
    appToken: deps.appToken,
    logger: deps.logger,
    clientOptions: {
      slackApiUrl: deps.slackApiUrl,
      fetch: deps.fetch,
      timeout: 10_000,
      retryConfig: { forever: true, retries: 10_000, factor: 1.5, minTimeout: 500, maxTimeout: 15_000 },
    },
  });
  client.on('connected', () => setConnected(true));
  client.on('disconnected', () => setConnected(false));
  client.on('reconnecting', () => setConnected(false));
  client.on('close', () => setConnected(false));
  client.on('slack_event', (event: unknown) => void dispatch(event));

  return { init, start, stop, isConnected: () => connected };

  function init(boltApp: App): void {
    app = boltApp;
  }

  function start(): Promise<unknown> {
    return client.start();
  }

  async function stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise((resolve) => {
      timer = setTimeout(resolve, CLOSE_WITHIN_MS);
    });
    await Promise.race([client.disconnect(), tooLong]);
    clearTimeout(timer);
  }

  async function dispatch(event: unknown): Promise<void> {
    try {
      const { ack, body, retry_num, retry_reason } = slackEvent.parse(event);
      await app?.processEvent({
        body,
        ack: async (response) => {
          await ack(response === '' ? undefined : response);
        },
        ...(retry_num === undefined ? {} : { retryNum: retry_num }),
        ...(retry_reason === undefined ? {} : { retryReason: retry_reason }),
      });
    } catch (error) {
      deps.onError(error);
    }
  }

  function setConnected(now: boolean): void {
    if (connected === now) return;
    connected = now;
    deps.onConnectionChange(now);
  }
}
