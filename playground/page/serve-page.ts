import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import type { Playground } from '../start-playground.ts';
import { act } from './act.ts';
import { loadAssets } from './assets.ts';
import { isOwnRequest } from './is-own-request.ts';
import { createNextAnswer } from './next-answer.ts';
import { perform } from './perform.ts';
import type { CastMember } from './populate.ts';
import { readAttachment } from './read-attachment.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { createTraffic } from './traffic.ts';

export type Page = {
  /** `http://localhost:PORT` */
  url: string;
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 64 * 1024;
/** More than Slack takes for one file, so that it can say so. */
const MAX_ATTACHED_BYTES = 32 * 1024 * 1024;

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Serves the playground's page on loopback: files, what each person sees (server-sent events), and what they do. Rejects
 * where the port is taken.
 */
export async function servePage(playground: Playground, cast: CastMember[], { port }: { port: number }): Promise<Page> {
  const assets = loadAssets();
  const traffic = createTraffic(playground);
  const nextAnswer = createNextAnswer(playground.coldsend);
  const source = { playground, cast, nextAnswer, traffic };
  const viewers = new Map<ServerResponse, string>();
  let isChangeToTell = false;

  playground.slack.onChange(tellSoon);
  playground.coldsend.onChange(tellSoon);
  playground.bot.onChange(tellSoon);

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      if (response.headersSent) response.destroy();
      else end(response, 500, 'Something went wrong in the playground.');
    });
  });
  const listening = await listen(server, port);

  return {
    url: `http://localhost:${listening}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers, url = '/' } = request;
    if (!isOwnRequest(method, headers, listening))
      return end(response, 403, 'Open the address the playground printed.');
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const asset = assets.get(pathname);
    if (method === 'GET' && asset !== undefined) return end(response, 200, asset.body, asset.contentType);
    const userId = searchParams.get('as') ?? cast[0]?.userId ?? '';
    if (!cast.some((member) => member.userId === userId)) return end(response, 404, 'There is nobody with this ID.');
    if (method === 'GET' && pathname === '/events') return watch(response, userId);
    if (method === 'GET' && pathname === '/traffic')
      return sendJson(response, traffic.find(searchParams.get('id') ?? ''));
    if (method === 'GET' && pathname === '/file') return sendFile(response, userId, searchParams.get('id') ?? '');
    if (method === 'POST' && pathname === '/attach')
      return attach(request, response, userId, searchParams.get('field') ?? '');
    if (method === 'POST' && pathname === '/act') return take(request, response, userId);
    end(response, 404, 'There is nothing here.');
  }

  function watch(response: ServerResponse, userId: string): void {
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    viewers.set(response, userId);
    response.on('close', () => viewers.delete(response));
    send(response, takeSnapshot(source, userId));
  }

  async function take(request: IncomingMessage, response: ServerResponse, userId: string): Promise<void> {
    if (!isShort(request, MAX_BODY_BYTES)) return end(response, 413, 'The request is too large.');
    const parsed = act.safeParse(await json(request).catch(() => undefined));
    if (!parsed.success) return end(response, 400, z.prettifyError(parsed.error));
    const { trouble } = await perform(source, userId, parsed.data);
    tellSoon();
    sendJson(response, { trouble });
  }

  async function attach(
    request: IncomingMessage,
    response: ServerResponse,
    userId: string,
    field: string,
  ): Promise<void> {
    if (!isShort(request, MAX_ATTACHED_BYTES)) return end(response, 413, 'The request is too large.');
    const files = await readAttachment(request);
    if (files === undefined) return end(response, 400, 'The request is not a form with files.');
    const { trouble } = await perform(source, userId, { kind: 'attach', field, files });
    tellSoon();
    sendJson(response, { trouble });
  }

  /** Whatever is in it: as text, so that no file can do anything on this page. */
  function sendFile(response: ServerResponse, userId: string, fileId: string): void {
    const { slack } = playground;
    const person = slack.as(userId);
    const messages = person.channels().flatMap(({ id }) => person.in(id));
    const isSeen = messages
      .flatMap((message) => [message, ...message.thread])
      .some(({ files }) => files.includes(fileId));
    if (isSeen) end(response, 200, slack.file(fileId).content.toString());
    else end(response, 404, 'This file does not exist, or you can’t see it.');
  }

  /** Many changes come at once; each viewer gets one snapshot of all of them. */
  function tellSoon(): void {
    if (isChangeToTell) return;
    isChangeToTell = true;
    setImmediate(() => {
      isChangeToTell = false;
      for (const [response, userId] of viewers) send(response, takeSnapshot(source, userId));
    });
  }
}

function isShort({ headers }: IncomingMessage, maxBytes: number): boolean {
  return Number(headers['content-length'] ?? Number.NaN) <= maxBytes;
}

function send(response: ServerResponse, snapshot: Snapshot): void {
  response.write(`data: ${JSON.stringify(snapshot)}\n\n`);
}

function sendJson(response: ServerResponse, value: object | undefined): void {
  if (value === undefined) end(response, 404, 'There is nothing here.');
  else end(response, 200, JSON.stringify(value), 'application/json');
}

function end(response: ServerResponse, status: number, body: string, contentType = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { ...HEADERS, 'content-type': contentType }).end(body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      if (address === null || typeof address === 'string') reject(new Error('listens on no port'));
      else resolve(address.port);
    });
  });
}
