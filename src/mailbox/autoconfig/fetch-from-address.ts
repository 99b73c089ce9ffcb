import { get } from 'node:https';

/** A page of an https server whose name was resolved and checked. */
export type HttpsTarget = { name: string; address: string; port: number; path: string };

export type FetchLimits = { timeoutMs: number; bytes: number };

const OK = 200;

/**
 * The body of a page at this very address, with a certificate for the name. Undefined for any other answer. It follows no redirect,
 * which would lead to another host or away from TLS. Never rejects.
 */
export function fetchFromAddress(
  { name, address, port, path }: HttpsTarget,
  { timeoutMs, bytes }: FetchLimits,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const request = get({
    host: address,
    port,
    path,
    servername: name,
    headers: { host: name },
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
  });
  request.on('error', () => resolve(undefined));
  // After a change of protocol there is neither an answer nor an error.
  request.on('close', () => resolve(undefined));
  request.on('response', (response) => {
    let text = '';
    const stop = (result: string | undefined): void => {
      resolve(result);
      request.destroy();
    };
    if (response.statusCode !== OK) return stop(undefined);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > bytes) stop(undefined);
    });
    response.on('error', () => stop(undefined));
    response.on('end', () => stop(text));
  });
  return promise;
}
