import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request was made by a page of ours: for a loopback name, so that no other name was made to point here (DNS
 * rebinding), and not by another site's page.
 */
export function isOwnRequest(method: string, headers: IncomingHttpHeaders, port: number): boolean {
  const { host, origin } = headers;
  const hosts = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];
  if (host === undefined || !hosts.includes(host)) return false;
  const site = headers['sec-fetch-site'];
  if (method === 'GET' && origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
  return origin === `http://${host}`;
}
