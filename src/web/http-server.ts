import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { StartError } from '../operations/operator-error.ts';

/** `bodyWithinMs`: how long a client may take to send the body, if not 10 s. */
export type Route = {
  (request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  bodyWithinMs?: number;
};

export type HttpServer = {
  /** Resolves with the port, which the system chooses if `port` is 0. Throws StartError if the port can't be used. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new connections. Resolves when all complete requests are answered, after 30 s at the latest. */
  close(): Promise<void>;
};

/** When the server closes, clients that have not sent a complete request by then are disconnected. */
const WHOLE_REQUEST_WITHIN_MS = 5_000;

/** Installing in a workspace needs several calls to Slack. Everything else is answered within seconds. */
const ANSWERED_WITHIN_MS = 30_000;

/** Above this number, the connection that has been silent longest is closed. Slack and a load balancer keep a few dozen open. */
const MAX_CONNECTIONS = 1_000;

/** A client that reads nothing of an answer for this long is disconnected. */
const SILENT_TIMEOUT_MS = 60_000;

/** For the body of a request. A route may allow more, up to a minute. */
const BODY_WITHIN_MS = 10_000;
const LONGEST_REQUEST_MS = 70_000;

/** How often Node looks for requests that take too long. Its default of 30 s would triple the time limit. */
const LOOK_INTERVAL_MS = 2_000;

/** The answers to requests that Node rejects before any route. Every other error is `400 Bad Request`. */
const STATUSES: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * The bot's only port.
 *
 * @param routes by method and path, like `GET /healthz`; any other request is answered 404
 * @param onError called with the error that a route throws; its request is answered 500
 * @param onRefused called for requests that reach no route: they are not HTTP, or no route matches
 */
export function createHttpServer(
  routes: Record<string, Route>,
  onError: (error: unknown) => void,
  onRefused: (why: 'malformed' | 'too_slow' | 'not_found') => void = () => {},
): HttpServer {
  const server = createServer(
    {
      requestTimeout: LONGEST_REQUEST_MS,
      headersTimeout: 10_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: LOOK_INTERVAL_MS,
    },
    (request, response) => {
      const { socket } = request;
      connections.delete(socket);
      connections.set(socket, response);
      response.once('close', () => {
        // The request's data is not needed while its connection waits for the next request.
        if (connections.get(socket) === response) connections.set(socket, undefined);
        // Node keeps the connection open after an answer, even while the server is closing.
        if (!server.listening) server.closeIdleConnections();
      });
      void answer(request, response);
    },
  );
  /** Each connection with its answer in progress, if any. The connection with the latest activity is last. */
  const connections = new Map<Duplex, ServerResponse | undefined>();
  server.setTimeout(SILENT_TIMEOUT_MS);
  server.on('connection', (socket) => {
    if (connections.size >= MAX_CONNECTIONS) (findUnanswered() ?? socket).destroy();
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket) => rejectClient(code, socket));

  function rejectClient(code: string, socket: Duplex): void {
    if (code === 'ERR_HTTP_REQUEST_TIMEOUT') onRefused('too_slow');
    if (code.startsWith('HPE_')) onRefused('malformed');
    if (socket.writable && !connections.get(socket)?.headersSent)
      socket.write(`HTTP/1.1 ${STATUSES[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
    socket.destroy();
  }

  /** Node has one time limit for all requests. */
  function cutOffSlow({ complete, socket }: IncomingMessage): void {
    if (!complete) rejectClient('ERR_HTTP_REQUEST_TIMEOUT', socket);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '';
    const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`];
    const timer = setTimeout(cutOffSlow, route?.bodyWithinMs ?? BODY_WITHIN_MS, request);
    response.once('close', () => clearTimeout(timer));
    try {
      if (route === undefined) {
        onRefused('not_found');
        sendText(response, 404, 'Not found');
      } else await route(request, response);
    } catch (error) {
      onError(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Something went wrong here');
    }
  }

  /** The connection that has been silent longest and has no answer in progress: it is idle, or has sent half a request. */
  function findUnanswered(): Duplex | undefined {
    for (const [socket, response] of connections) if (!response?.req.complete) return socket;
    return undefined;
  }

  function cutOffUnfinished(): void {
    for (const [socket, response] of connections) if (!response?.req.complete) socket.destroy();
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        const refuse = ({ code }: NodeJS.ErrnoException): void =>
          reject(
            new StartError(`The bot can't listen on port ${port} of ${host} (${code}). Set another PORT or HOST.`),
          );
        server.once('error', refuse);
        server.listen(port, host, () => {
          server.off('error', refuse);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        // Node doesn't treat a connection with an incomplete request as idle, and doesn't time it out once the server is closing.
        const timers = [
          setTimeout(cutOffUnfinished, WHOLE_REQUEST_WITHIN_MS),
          setTimeout(() => server.closeAllConnections(), ANSWERED_WITHIN_MS),
        ];
        server.close(() => {
          for (const timer of timers) clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, TEXT).end(`${text}\n`);
}
