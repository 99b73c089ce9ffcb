import type { IncomingMessage } from 'node:http';
import type { CheckedBody, Contract, FieldError } from './contract.ts';

export type ReadRequest = {
  /** Parsed, with passwords; undefined where it is not JSON. */
  json: unknown;
  checked: CheckedBody;
};

/** Reads a request's body to its end and checks it. Undefined: the client left before all of it was there. */
export async function readRequest(request: IncomingMessage, contract: Contract): Promise<ReadRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return undefined;
  }
  if (!request.complete) return undefined;
  const json = parseJson(Buffer.concat(chunks));
  if (chunks.length === 0) return { json, checked: refuse('Field required', 'missing') };
  if (json === undefined) return { json, checked: refuse('JSON decode error', 'json_invalid') };
  // FastAPI does not parse a body that is not called JSON.
  if (!isJsonType(request.headers['content-type'])) {
    return { json, checked: refuse('Input should be a valid dictionary', 'dict_type') };
  }
  return { json, checked: contract.checkRequest(json) };
}

/** How a request differs from the documented one, as sentences without its values. */
export function findContractErrors(request: IncomingMessage, addPath: string, { checked }: ReadRequest): string[] {
  const { pathname, search } = splitTarget(request.url ?? '');
  const key = request.headers['x-api-key'];
  const found: string[] = [];
  if (pathname !== addPath) found.push('path: not documented');
  else if (request.method !== 'POST') found.push('method: not documented');
  if (search !== '') found.push('query: none is documented');
  if (typeof key !== 'string' || !key.startsWith('cs_live_')) found.push('X-API-Key: not of the form cs_live_…');
  if (!isJsonType(request.headers['content-type'])) found.push('Content-Type: not application/json');
  if (!checked.ok) found.push(...checked.errors.map(toSentence));
  return found;
}

/** The path and the query of a request's target, as written. */
export function splitTarget(target: string): { pathname: string; search: string } {
  const at = target.indexOf('?');
  return at === -1 ? { pathname: target, search: '' } : { pathname: target.slice(0, at), search: target.slice(at) };
}

function toSentence({ loc, msg }: FieldError): string {
  return `${loc.join('.')}: ${msg}`;
}

function refuse(msg: string, type: string): CheckedBody {
  return { ok: false, errors: [{ loc: ['body'], msg, type }] };
}

function isJsonType(contentType: string | undefined): boolean {
  return /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i.test(contentType ?? '');
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
