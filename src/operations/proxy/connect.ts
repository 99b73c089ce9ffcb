import { request } from 'node:http';
import type { Socket } from 'node:net';
import { buildConnector, errors } from 'undici';
import { findErrorCode } from '../log/log.ts';
import { findProxy, type Proxies, targetOf } from './find-proxy.ts';

/** Makes one of undici's connectors. Each step of a connection, such as the TLS handshake, has `timeoutMs`. */
export type ConnectWithin = (timeoutMs: number) => buildConnector.connector;

/** The proxy can't be reached or refuses the tunnel, so the server behind it got nothing. Its text has no part of the URL. */
export class ProxyError extends Error {
  readonly code: string;
  /** The status with which the proxy refuses the tunnel. */
  readonly status: number | undefined;
  constructor({ cause, status }: { cause?: Error; status?: number }) {
    const why = status === undefined ? (findErrorCode(cause) ?? 'FAILED') : `HTTP_${status}`;
    super(`the proxy gives no connection (${why})`, { cause });
    this.name = 'ProxyError';
    this.code = `PROXY_${why}`;
    this.status = status;
  }
}

/** Connections over HTTP/1.1 without a proxy. */
export const connectDirectly: ConnectWithin = (timeout) => buildConnector({ allowH2: false, timeout });

/**
 * Connections through a tunnel (CONNECT) of the proxy that `proxies` has for the server, else without one. They are used as if
 * they were direct: when the callback gets a connection, its server has got no byte of a request. undici's ProxyAgent hides
 * whether the proxy refused the tunnel, and keeps tunnels that postOnce must not use twice.
 *
 * The connectors return the socket to this machine's next hop, as undici's own do. Destroying it ends the attempt.
 */
export function createConnect(proxies: Proxies, directly = connectDirectly): ConnectWithin {
  return (timeoutMs) => {
    const direct = directly(timeoutMs);
    return (options, callback) => {
      const proxy = findProxy(proxies, options);
      if (proxy === undefined) return direct(options, callback);
      return direct(targetOf(proxy), (...[cause, hop]) => {
        if (cause !== null) return callback(new ProxyError({ cause }), null);
        openTunnel({ hop, proxy, options, timeoutMs }, (...[error, tunnel]) => {
          if (error !== null) callback(error, null);
          else if (options.protocol === 'https:') direct({ ...options, httpSocket: tunnel }, callback);
          else callback(null, tunnel);
        });
      });
    };
  };
}

function openTunnel(
  deps: { hop: Socket; proxy: URL; options: buildConnector.Options; timeoutMs: number },
  callback: buildConnector.Callback,
): void {
  const { hop, proxy, options, timeoutMs } = deps;
  const { host = options.hostname, port, protocol } = options;
  const path = port ? host : `${host}:${protocol === 'https:' ? 443 : 80}`;
  const timer = setTimeout(() => hop.destroy(new errors.ConnectTimeoutError()), timeoutMs);
  const headers = { host: path, 'proxy-connection': 'keep-alive', connection: 'keep-alive', ...loginFor(proxy) };
  request({ method: 'CONNECT', path, headers, createConnection: () => hop })
    .on('connect', ({ statusCode: status = 0 }, _socket, head: Buffer) => {
      clearTimeout(timer);
      if (status < 200 || status > 299) {
        hop.destroy();
        return callback(new ProxyError({ status }), null);
      }
      if (head.length > 0) hop.unshift(head);
      callback(null, hop);
    })
    .on('error', (cause) => {
      clearTimeout(timer);
      callback(new ProxyError({ cause }), null);
    })
    .end();
}

function loginFor({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}
