import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject } from '../json.ts';

const LIMIT_BYTES = 5_000_000;

/** The whole body; rejects when the connection breaks first. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LIMIT_BYTES) throw new Error('body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Arguments of a Web API call: query, then a form-encoded, JSON or multipart body; undefined where the JSON is none. */
export async function readArgs(request: IncomingMessage, url: URL): Promise<JsonObject | undefined> {
  const query: JsonObject = Object.fromEntries(url.searchParams);
  const body = await readBody(request);
  const type = request.headers['content-type'] ?? '';
  if (type.includes('application/json')) {
    const parsed = parseJson(body.toString() || '{}');
    return isObject(parsed) ? { ...query, ...parsed } : undefined;
  }
  if (type.includes('multipart/form-data')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) query[name] = typeof value === 'string' ? value : '';
    return query;
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(body.toString())) };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
