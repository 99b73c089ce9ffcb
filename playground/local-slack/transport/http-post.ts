import { request } from 'node:http';
import type { RawAnswer } from '../api.ts';

export type PostResult =
  | { kind: 'answered'; answer: RawAnswer }
  | { kind: 'timeout' }
  | { kind: 'failed'; why: string };

export type Post = { url: string; body: string | Buffer; headers: { [name: string]: string }; timeoutMs: number };

/** One POST over a connection of its own; gives up after `timeoutMs`, however far it got. Never rejects. */
export function post({ url, body, headers, timeoutMs }: Post): Promise<PostResult> {
  return new Promise((resolve) => {
    const outgoing = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
    });
    const timer = setTimeout(() => {
      resolve({ kind: 'timeout' });
      outgoing.destroy();
    }, timeoutMs);
    const settle = (result: PostResult) => {
      clearTimeout(timer);
      resolve(result);
    };
    outgoing.on('error', (error) => settle({ kind: 'failed', why: error.message }));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', (error) => settle({ kind: 'failed', why: error.message }));
      incoming.on('end', () => {
        const answered: { [name: string]: string } = {};
        for (const [name, value] of Object.entries(incoming.headers)) answered[name] = String(value);
        const answer = { status: incoming.statusCode ?? 0, headers: answered, body: Buffer.concat(chunks).toString() };
        settle({ kind: 'answered', answer });
      });
    });
    outgoing.end(body);
  });
}
