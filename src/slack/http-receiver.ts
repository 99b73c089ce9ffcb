import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import type { App, Receiver } from '@slack/bolt';
import { z } from 'zod';
import type { Route } from '../http-server.ts';
import { ackWhenDone } from './ack-when-done.ts';
import { createSigningKey, isFresh, isSigned } from './signature.ts';

const LARGEST_BODY_BYTES = 256 * 1024;

/** Slack gives up after three seconds; whoever was not answered by then never will be. */
const ACK_WITHIN_MS = 3_000;

const envelope = z.record(z.string(), z.unknown());

/**
 * Bolt's receiver for HTTP, as one route of the bot's own server: refuses what is not from Slack, is too old, too new or
 * too large before anything else runs, and parses each body once.
 */
export function createHttpReceiver(deps: {
  signingSecret: string;
  now(): number;
  onUnanswered(): void;
}): Receiver & { route: Route } {
  const key = createSigningKey(deps.signingSecret);
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
    const timestamp = one(request.headers['x-slack-request-timestamp']);
    if (!isFresh(timestamp, deps.now())) return refuse(request, response, 401);
    const body = await readBody(request);
    if (body === 'too large') return refuse(request, response, 413);
    if (body === 'cut off') return;
    const signature = one(request.headers['x-slack-signature']);
    if (!isSigned(key, timestamp, body, signature)) return refuse(request, response, 401);
    const payload = parseBody(body.toString('utf8'), request.headers['content-type'] ?? '');
    if (payload === undefined) return refuse(request, response, 400);
    if (payload.ssl_check !== undefined) return answer(response, undefined);
    if (payload.type === 'url_verification') return answer(response, { challenge: payload.challenge });
    await dispatch(payload, request, response);
  }

  async function dispatch(payload: Record<string, unknown>, request: IncomingMessage, response: ServerResponse) {
    // Before Bolt is there nothing can be done for it: Slack sends events again.
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

/** A body that declares or turns out to be too large is not read on. */
function readBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'cut off'> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BODY_BYTES) return Promise.resolve('too large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LARGEST_BODY_BYTES) {
        request.pause();
        resolve('too large');
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('close', () => resolve('cut off'));
    request.on('error', () => resolve('cut off'));
  });
}

/** Events are JSON, interactions are JSON in a form's `payload`, commands are a form. Undefined where it is none of them. */
function parseBody(body: string, contentType: string): Record<string, unknown> | undefined {
  try {
    if (contentType.startsWith('application/json')) return envelope.parse(JSON.parse(body));
    // An interaction is one long field, which is cheaper to decode at once than to look for others in.
    if (body.startsWith('payload=') && !body.includes('&')) {
      const payload = body.slice('payload='.length).replaceAll('+', ' ');
      return envelope.parse(JSON.parse(decodeURIComponent(payload)));
    }
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

/** Where the body was not read, the connection is closed: what is left of it is not worth reading. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  send(response, status, '', request.complete ? {} : { connection: 'close' });
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  // With its length the answer is one write instead of chunks.
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
