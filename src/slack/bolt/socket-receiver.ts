import { setTimeout as sleep } from 'node:timers/promises';
import type { App, Receiver } from '@slack/bolt';
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { doublingMs } from '../../add-inbox/worker/back-off.ts';
import { StartError } from '../../operations/operator-error.ts';
import { isTokenRefused } from '../web-api/slack-errors.ts';
import { ackWhenDone } from './ack-when-done.ts';
import { type ConnectionDeps, createSocketConnection, type SocketConnection } from './socket-connection.ts';
import type { Envelope } from './socket-frames.ts';

/** After a connection that lasted this long, the next one may start at once. */
const STABLE_AFTER_MS = 2_000;

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/** Slack's longest wait that is obeyed. */
const MAX_RETRY_AFTER_MS = 60_000;

/**
 * Bolt's receiver for Socket Mode, which needs no public address. When Slack announces that it will close the connection, a
 * new one is made while the old one is still used. After a lost connection, it retries without a limit. Its start resolves
 * after Slack's hello, and throws StartError where Slack refuses the app token.
 */
export function createSocketReceiver(
  deps: ConnectionDeps & { onConnectionChange(connected: boolean): void; onError(error: unknown): void },
): Receiver {
  let app: App | undefined;
  let failures = 0;
  /** The one that Slack is not about to close. */
  let current: SocketConnection | undefined;
  const open = new Set<SocketConnection>();
  const stopping = new AbortController();

  return { init, start: () => keepConnecting({ refusable: true }), stop };

  function init(boltApp: App): void {
    app = boltApp;
  }

  /** Resolves when connected, or when the bot stops. */
  async function keepConnecting({ refusable = false } = {}): Promise<void> {
    let askedToWaitMs = 0;
    while (!stopping.signal.aborted) {
      const waitMs = failures === 0 ? 0 : doublingMs(failures - 1, FIRST_RETRY_MS, MAX_RETRY_MS);
      failures += 1;
      try {
        await sleep(Math.max(waitMs, askedToWaitMs), undefined, { signal: stopping.signal });
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
        askedToWaitMs = error instanceof WebAPIRateLimitedError ? readRetryAfter(error) : 0;
      }
    }
  }

  async function connect(): Promise<void> {
    let openedAt = 0;
    const connection = createSocketConnection(deps, {
      onOpen() {
        openedAt = performance.now();
        for (const replaced of open) replaced.leave();
        open.add(connection);
        current = connection;
        if (open.size === 1) deps.onConnectionChange(true);
      },
      onEnvelope: (envelope) => void dispatch(envelope),
      onLeaving: replace,
      onEnd() {
        open.delete(connection);
        if (open.size === 0) deps.onConnectionChange(false);
        replace();
      },
    });
    const close = (): void => void connection.close();
    stopping.signal.addEventListener('abort', close);
    await connection.open().finally(() => stopping.signal.removeEventListener('abort', close));

    function replace(): void {
      if (current !== connection) return;
      current = undefined;
      for (const older of open) if (older !== connection) void older.close();
      if (performance.now() - openedAt > STABLE_AFTER_MS) failures = 0;
      void keepConnecting();
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.all([...open].map((connection) => connection.close()));
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

function readRetryAfter({ retryAfter }: WebAPIRateLimitedError): number {
  return Math.min(retryAfter * 1000, MAX_RETRY_AFTER_MS);
}
