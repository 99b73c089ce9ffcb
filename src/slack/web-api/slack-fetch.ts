import type { FetchFunction } from '@slack/web-api';
import type { Dispatcher } from 'undici';
import { Agent } from 'undici';
import { createGrowingBuffer } from '../../operations/growing-buffer.ts';
import type { ConnectWithin } from '../../operations/proxy/connect.ts';

/** With undici's default of 4 s, a quiet bot would need a new TLS handshake within the 3 s that a `trigger_id` lives. */
const KEEP_ALIVE_MS = 5 * 60_000;

const CONNECT_TIMEOUT_MS = 5_000;

/** The maximum size of an answer from Slack; pages of `users.list` stay far below it. */
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

type SlackResponse = Awaited<ReturnType<FetchFunction>>;

/** `isStillOurs` is called on the open connection, right before the first byte. Where it returns false, nothing is sent. */
export type SlackFetch = (
  url: Parameters<FetchFunction>[0],
  init?: Parameters<FetchFunction>[1] & { isStillOurs?: (() => boolean) | undefined },
) => ReturnType<FetchFunction>;

/** `isStillOurs` returned false, so nothing was sent. */
export class NotBegunError extends Error {
  readonly code = 'not_begun';
  constructor() {
    super('not to be sent any more');
    this.name = 'NotBegunError';
  }
}

/**
 * The `fetch` for all calls to Slack, over kept-alive connections. Follows no redirects, since every request carries a token.
 * Resolves with the complete answer; used this way, undici's `dispatch` costs a third of its `fetch`.
 */
export function createSlackFetch(connectWithin: ConnectWithin): { fetch: SlackFetch; close(): Promise<void> } {
  const agent = new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    connect: connectWithin(CONNECT_TIMEOUT_MS),
    allowH2: false,
    maxResponseSize: LARGEST_ANSWER_BYTES,
  });

  const fetch: SlackFetch = (url, { method, headers = {}, body = null, signal, isStillOurs } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<SlackResponse>();
    if (body !== null && typeof body !== 'string') throw new TypeError('only text bodies are sent to Slack');
    const { origin, pathname, search } = new URL(url);
    const { handler, giveUp } = readResponse(String(url), { resolve, reject, isStillOurs });
    const onAbort = (): void => giveUp(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    const request = { origin, path: `${pathname}${search}`, headers, body };
    agent.dispatch({ ...request, method: method === 'GET' ? 'GET' : 'POST' }, handler);
    return promise.finally(() => signal?.removeEventListener('abort', onAbort));
  };

  return { fetch, close: () => agent.close() };
}

function readResponse(
  url: string,
  {
    resolve,
    reject,
    isStillOurs = () => true,
  }: {
    resolve(response: SlackResponse): void;
    reject(error: unknown): void;
    isStillOurs: (() => boolean) | undefined;
  },
) {
  const pieces = createGrowingBuffer();
  let status = 0;
  let headers = new Map<string, string>();
  let started: Dispatcher.DispatchController | undefined;
  let givenUp: Error | undefined;

  function giveUp(reason: unknown): void {
    givenUp = reason instanceof Error ? reason : new Error('aborted');
    started?.abort(givenUp);
    reject(givenUp);
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(controller) {
      started = controller;
      if (givenUp !== undefined) controller.abort(givenUp);
      else if (!isStillOurs()) giveUp(new NotBegunError());
    },
    onResponseStart(_controller, statusCode, received) {
      status = statusCode;
      headers = new Map(Object.entries(received).map(([name, value]) => [name, String(value ?? '')]));
    },
    onResponseData(_controller, chunk) {
      pieces.add(chunk);
    },
    onResponseEnd() {
      const body = pieces.bytes();
      resolve({
        ok: status >= 200 && status < 300,
        status,
        statusText: '',
        url,
        headers: { get: (name) => headers.get(name.toLowerCase()) ?? null, entries: () => headers.entries() },
        arrayBuffer: async () => new Uint8Array(body).buffer,
        json: async () => JSON.parse(body.toString()),
        text: async () => body.toString(),
      });
    },
    onResponseError(_controller, error) {
      reject(error);
    },
  };
  return { handler, giveUp };
}
