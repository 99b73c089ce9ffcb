import { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { createGrowingBuffer } from '../operations/growing-buffer.ts';
import type { Answer, Exchange } from './answer.ts';

const MAX_BODY_BYTES = 1024 * 1024;

export type Post = {
  method: 'POST' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  /** Undefined for a DELETE. */
  body: string | undefined;
  connect: buildConnector.connector;
  /** Ends the call with the result known so far. */
  signal: AbortSignal;
  /** Called once the connection is open, right before the first byte is sent. If it returns false, nothing is sent. */
  isStillOurs: () => boolean;
};

/**
 * Makes one request over a separate connection. Never rejects because of the network.
 *
 * undici's `onRequestStart` shows whether anything was sent. undici calls it once the connection is open (with TLS: after the
 * handshake), right before the first write to the socket and in the same tick (`writeH1` in lib/dispatcher/client-h1.js).
 */
export async function postOnce({ method, url, headers, body, connect, signal, isStillOurs }: Post): Promise<Exchange> {
  const { promise, resolve } = Promise.withResolvers<Exchange>();
  const connection = connectOnce(connect);
  const client = new Client(url.origin, {
    connect: connection.connect,
    allowH2: false,
    pipelining: 0,
    // The signal covers the whole call. Each of undici's own timeouts would start anew.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const reading = readExchange(resolve, isStillOurs);
  const giveUp = () => reading.end(undefined, signal.reason);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  else client.dispatch({ method, path: url.pathname + url.search, headers, body: body ?? null }, reading.handler);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', giveUp);
    await client.destroy();
    connection.end();
  }
}

/**
 * undici reconnects by itself for a request that it has not begun to write, without a limit. We refuse a second connection, so
 * undici can never send a request twice.
 */
function connectOnce(connect: buildConnector.connector) {
  let used = false;
  let socket: unknown;
  return {
    connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
      if (used) {
        queueMicrotask(() => callback(new Error('one connection a call'), null));
        return;
      }
      used = true;
      socket = connect(options, callback);
    },
    /** Without this, undici keeps a socket that is still connecting until its connect timeout. */
    end(): void {
      if (socket instanceof Socket && !socket.destroyed) socket.destroy(new Error('the call is over'));
    },
  };
}

function readExchange(resolve: (exchange: Exchange) => void, isStillOurs: () => boolean) {
  const received = createGrowingBuffer();
  let started = false;
  let head: Pick<Answer, 'status' | 'headers'> | undefined;

  function end(body: string | undefined, error?: unknown): void {
    if (!started) resolve({ kind: 'nothing_sent', error });
    else if (head === undefined) resolve({ kind: 'no_answer', error });
    else resolve({ kind: 'answered', answer: { ...head, body } });
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      if (isStillOurs()) started = true;
      else controller.abort(new Error('not to be sent any more'));
    },
    onResponseStart(_controller, status, headers) {
      // 1xx answers come before the actual answer.
      if (status >= 200) head = { status, headers };
    },
    onResponseData(_controller, chunk) {
      if (received.length + chunk.length > MAX_BODY_BYTES) end(undefined);
      else received.add(chunk);
    },
    onResponseEnd() {
      end(new TextDecoder().decode(received.bytes()));
    },
    onResponseError(_controller, error) {
      end(undefined, error);
    },
  };
  return { handler, end };
}
