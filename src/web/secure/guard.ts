import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Gate, MatchingCodes } from '../../add-inbox/secure-links/matching-code.ts';
import { createBodyReader } from '../../operations/body-reader.ts';
import type { Route } from '../http-server.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import { clientAddressOf } from './client-address.ts';

export const token = z.string().max(100);

/** Names a page, which may send the same thing again. */
export const pageId = z.string().regex(/^[\w-]{22,64}$/);

const MINUTE_MS = 60_000;

/** 4 MB at 0.6 Mbit/s. */
const UPLOAD_WITHIN_MS = 60_000;

/** A file of 4 MB, or its rows as JSON. */
const MAX_UPLOAD_BYTES = 4 * 1024 * 1024;

/** All that are read or worked on at once, which bounds the memory for them; and of these, those with the same link. */
const MAX_UPLOADS = { all: 8, token: 2 };

/** Same-origin requests only, so no answer needs a CORS header. */
const ANSWER_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-robots-tag': 'noindex',
};

/** `gone` covers unknown, used and expired links alike. */
const STATUSES: Partial<Record<string, number>> = { gone: 404, later: 503, wrong: 422 };

const REFUSALS = {
  secure_origin: 403,
  secure_type: 415,
  secure_rate: 429,
  secure_body: 400,
  too_large: 413,
  crowded_out: 503,
  cut_off: 400,
} as const;

type Refusal = keyof typeof REFUSALS;

type Answer = { kind: string };

/** An answer as JSON, for one that is too long to make at once. */
export type Written = { json: string };

export type Upload = { token: string; bytes: Buffer; headers: IncomingMessage['headers'] };

export type Guard = ReturnType<typeof createGuard>;

/**
 * What all POSTs of the secure page have in common: only the page itself may send them, each address and each token only so often,
 * and only so many bytes. Where the workspace wants a matching code, only a page that is confirmed gets an answer.
 *
 * @param most requests in a minute
 */
export function createGuard(
  deps: {
    /** The bot's public URL, without a slash at the end. */
    publicUrl: string;
    matchingCodes: Pick<MatchingCodes, 'pass'>;
    /** Called with the reason for each refused request. Anyone can cause them. */
    onRefused(why: string): void;
    /** Milliseconds of a clock that is never set back. */
    monotonicNow(): number;
  },
  most: { ofAddress: number; ofToken: number },
) {
  const { origin } = new URL(deps.publicUrl);
  const { pass } = deps.matchingCodes;
  const readBody = createBodyReader();
  const readUpload = createBodyReader({ body: MAX_UPLOAD_BYTES, unfinished: 2 * MAX_UPLOADS.all * MAX_UPLOAD_BYTES });
  const mayAsk = createAttemptLimit(most.ofAddress, MINUTE_MS, deps.monotonicNow);
  const mayUse = createAttemptLimit(most.ofToken, MINUTE_MS, deps.monotonicNow);
  /** The hashes of the tokens. */
  const uploads: string[] = [];
  return { answering, uploading };

  /** A route for JSON with the token in it. @param findBar what bars a page that is not confirmed */
  function answering<Body extends { token: string }>(
    schema: z.ZodType<Body>,
    answer: (body: Body) => Promise<Answer>,
    findBar: Gate<Answer> = pass,
  ): Route {
    return async (request, response) => {
      const body = findRefusal(request, 'application/json') ?? (await readJson(request, schema));
      if (typeof body === 'string') return refuse(request, response, body);
      if (!mayUse(hashOf(body.token))) return refuse(request, response, 'secure_rate');
      sendAnswer(request, response, (await findBar(body.token, pageIdOf(request))) ?? (await answer(body)));
    };
  }

  /**
   * A route for up to 4 MB within a minute. The token is in a header, so that nothing is read from strangers.
   *
   * @param admit undefined if the token may upload something
   * @param answer undefined if the bytes are not what they should be
   */
  function uploading(
    type: 'application/json' | 'application/octet-stream',
    admit: (token: string) => Promise<Answer | undefined>,
    answer: (upload: Upload) => Promise<Answer | Written | undefined>,
  ): Route {
    const route: Route = async (request, response) => {
      const [, sent = ''] = /^Bearer ([\w-]{1,100})$/.exec(request.headers.authorization ?? '') ?? [];
      const hash = hashOf(sent);
      const refusal = findRefusal(request, type) ?? (mayUse(hash) ? findCrowd(hash) : 'secure_rate');
      if (refusal !== undefined) return refuse(request, response, refusal);
      uploads.push(hash);
      try {
        const denial = (await pass(sent, pageIdOf(request))) ?? (await admit(sent));
        if (denial !== undefined) return sendAnswer(request, response, denial);
        const bytes = await readUpload(request);
        if (typeof bytes === 'string') return refuse(request, response, bytes);
        const answered = await answer({ token: sent, bytes, headers: request.headers });
        if (answered === undefined) return refuse(request, response, 'secure_body');
        sendAnswer(request, response, answered);
      } finally {
        uploads.splice(uploads.indexOf(hash), 1);
      }
    };
    return Object.assign(route, { bodyWithinMs: UPLOAD_WITHIN_MS });
  }

  function findCrowd(hash: string): Refusal | undefined {
    const own = uploads.filter((each) => each === hash).length;
    return uploads.length >= MAX_UPLOADS.all || own >= MAX_UPLOADS.token ? 'crowded_out' : undefined;
  }

  /** Browsers name the origin with every POST. Old ones don't send Sec-Fetch-Site. */
  function findRefusal({ headers, socket }: IncomingMessage, type: string): Refusal | undefined {
    if (headers.origin !== origin || (headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin') {
      return 'secure_origin';
    }
    if (headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() !== type) return 'secure_type';
    return mayAsk(clientAddressOf({ headers, socket })) ? undefined : 'secure_rate';
  }

  async function readJson<Body>(request: IncomingMessage, schema: z.ZodType<Body>): Promise<Body | Refusal> {
    const bytes = await readBody(request);
    if (typeof bytes === 'string') return bytes;
    const parsed = schema.safeParse(parseJson(bytes));
    return parsed.success ? parsed.data : 'secure_body';
  }

  function refuse(request: IncomingMessage, response: ServerResponse, why: Refusal): void {
    deps.onRefused(why);
    send(request, response, REFUSALS[why], '{"kind":"refused"}');
  }
}

/** Undefined for bytes that are no JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The page names itself with each POST. Undefined if it does not. */
function pageIdOf({ headers }: IncomingMessage): string | undefined {
  return pageId.safeParse(headers['x-page-id']).data;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer | Written): void {
  if ('json' in answer) send(request, response, 200, answer.json);
  else send(request, response, STATUSES[answer.kind] ?? 200, JSON.stringify(answer));
}

/** Where the body was not read completely, the connection is closed. */
function send(request: IncomingMessage, response: ServerResponse, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return;
  const close = request.complete ? {} : { connection: 'close' };
  response.writeHead(status, { ...ANSWER_HEADERS, ...close, 'content-length': Buffer.byteLength(body) }).end(body);
}
