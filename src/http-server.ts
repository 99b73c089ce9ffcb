import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { StartError } from './start-error.ts';

// An import would read each of the module's exports, and its WebSocket, read, loads the undici inside Node: 40 ms and 13 MB.
const { createServer } = process.getBuiltinModule('node:http');

export type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export type HttpServer = {
  /** Resolves with the port, which was chosen by the system where `port` is 0. Throws StartError where it can't be had. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no new connection; resolves when the whole requests are answered, at the latest after 30 s. */
  close(): Promise<void>;
};

/** Who has not sent a whole request by then is cut off when the server closes. */
const WHOLE_REQUEST_WITHIN_MS = 5_000;

/** Installing a workspace asks Slack several times; everything else is answered within seconds. */
const ANSWERED_WITHIN_MS = 30_000;

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * The one port of the bot.
 *
 * @param routes by method and path, like `GET /healthz`; anything else is answered 404
 * @param onError called with what a route throws; its request is answered 500
 */
export function createHttpServer(routes: Record<string, Route>, onError: (error: unknown) => void): HttpServer {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 75_000 },
    (request, response) => {
      connections.set(request.socket, request);
      // Node keeps the connection of who was answered open, also while the server is closing.
      response.once('close', () => !server.listening && server.closeIdleConnections());
      void answer(request, response);
    },
  );
  /** With the last request of each. */
  const connections = new Map<Socket, IncomingMessage | undefined>();
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? '';
    const route = routes[`${request.method === 'HEAD' ? 'GET' : request.method} ${path}`];
    try {
      if (route === undefined) sendText(response, 404, 'Not found');
      else await route(request, response);
    } catch (error) {
      onError(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Something went wrong here');
    }
  }

  function cutOffUnfinished(): void {
    for (const [socket, request] of connections) if (!request?.complete) socket.destroy();
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        const refuse = ({ code }: NodeJS.ErrnoException): void =>
          reject(new StartError(`The bot can't listen on port ${port} of ${host} (${code}). Set PORT and HOST.`));
        server.once('error', refuse);
        server.listen(port, host, () => {
          server.off('error', refuse);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        // Who has connected and not sent a whole request is not idle to Node, nor timed out any more once it is closing.
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
