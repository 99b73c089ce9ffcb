import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import type { App, Receiver } from '@slack/bolt';
import { z } from 'zod';
import { createBodyReader } from '../../operations/body-reader.ts';
import type { Route } from '../../web/http-server.ts';
import { ackWhenDone } from './ack-when-done.ts';
import { createSigningKey, isFresh, isSigned, looksSigned } from './signature.ts';

/** Why a request is refused. `unsigned`: its headers lack Slack's format. `clock`: Slack signed it, but at another time. */
type RefusedRequest = 'unsigned' | 'signature' | 'clock' | 'too_large' | 'crowded_out' | 'cut_off' | 'unreadable';

const STATUSES: Record<RefusedRequest, number> = {
  unsigned: 401,
  signature: 401,
  clock: 401,
  too_large: 413,
  crowded_out: 503,
  cut_off: 400,
  unreadable: 400,
};

/** Slack stops waiting for an answer after 3 s. */
const ACK_WITHIN_MS = 3_000;

const envelope = z.record(z.string(), z.unknown());

/**
 * Bolt's receiver for HTTP, as one route of the bot's own server. Before anything else runs, it refuses requests that are not
 * from Slack, too old, too new or too large. It parses each body once.
 */
export function createHttpReceiver(deps: {
  signingSecret: string;
  now(): number;
  onUnanswered(): void;
  onRefused(why: RefusedRequest): void;
}): Receiver & { route: Route } {
  const key = createSigningKey(deps.signingSecret);
  const readBody = createBodyReader();
  let app: App | undefined;

  return {
    init: (boltApp) => {
      app = boltApp;
    },
    start: async () => {},
    stop: async () => {},
    route,
  };

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const payload = await readPayload(request);
    if (typeof payload === 'string') {
      deps.onRefused(payload);
      return refuse(request, response, STATUSES[payload]);
    }
    if (payload.ssl_check !== undefined) return answer(response, undefined);
    if (payload.type === 'url_verification') return answer(response, { challenge: payload.challenge });
    await dispatch(payload, request, response);
  }

  async function readPayload(request: IncomingMessage): Promise<Record<string, unknown> | RefusedRequest> {
    const timestamp = one(request.headers['x-slack-request-timestamp']) ?? '';
    const signature = one(request.headers['x-slack-signature']) ?? '';
    if (!looksSigned(timestamp, signature)) return 'unsigned';
    const body = await readBody(request);
    if (typeof body === 'string') return body;
    if (!isSigned(key, timestamp, body, signature)) return 'signature';
    if (!isFresh(timestamp, deps.now())) return 'clock';
    return parseBody(body.toString('utf8'), request.headers['content-type'] ?? '') ?? 'unreadable';
  }

  async function dispatch(payload: Record<string, unknown>, request: IncomingMessage, response: ServerResponse) {
    // Bolt has not started yet. Slack repeats events after a 503.
    if (app === undefined) return refuse(request, response, 503);
    const unanswered = setTimeout(() => {
      deps.onUnanswered();
      refuse(request, response, 503);
    }, ACK_WITHIN_MS);
    const retryNum = one(request.headers['x-slack-retry-num']);
    const retryReason = one(request.headers['x-slack-retry-reason']);
    const { ack, done } = ackWhenDone(payload, async (answered) => {
      clearTimeout(unanswered);
      answer(response, answered);
    });
    try {
      await app.processEvent({
        body: payload,
        ack,
        ...(retryNum === undefined ? {} : { retryNum: Number(retryNum) }),
        ...(retryReason === undefined ? {} : { retryReason }),
      });
      await done();
    } finally {
      clearTimeout(unanswered);
    }
    if (!response.headersSent) refuse(request, response, 404);
  }
}

/** Events are JSON, interactions are JSON in a form's `payload`, commands are a form. Undefined for any other body. */
function parseBody(body: string, contentType: string): Record<string, unknown> | undefined {
  try {
    if (contentType.startsWith('application/json')) return envelope.parse(JSON.parse(body));
    const form = parseForm(body);
    return typeof form.payload === 'string' ? envelope.parse(JSON.parse(form.payload)) : { ...form };
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, body: unknown): void {
  if (body === undefined || body === '') send(response, 200, '');
  else if (typeof body === 'string') send(response, 200, body, { 'content-type': 'text/plain; charset=utf-8' });
  else send(response, 200, JSON.stringify(body), { 'content-type': 'application/json; charset=utf-8' });
}

/** Closes the connection where the body was not read completely, to avoid reading the rest. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  send(response, status, '', request.complete ? {} : { connection: 'close' });
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  // With a content length, the answer is sent in one write instead of chunks.
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
