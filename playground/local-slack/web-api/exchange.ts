import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../api.ts';
import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';

export type Answer = {
  httpStatus: number;
  headers: { [name: string]: string };
  body: JsonObject;
  /** Sent instead of the body. */
  text?: string | Buffer;
  teamId: string | undefined;
};

export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  /** What it is called in the ledger and in faults. */
  method: string;
  token: string | undefined;
  args: JsonObject;
  answerDelayMs: number;
};

const NEVER_ANSWERED = new Set<unknown>(['hang', 'hangAfterTaking']);
const CUT = new Set<unknown>(['reset', 'resetAfterTaking']);

/** Answers one request, or fails it where that was ordered, and notes it in the ledger. */
export async function answerExchange(
  core: Core,
  { request, response, method, token, args, answerDelayMs }: Exchange,
  take: () => Answer,
): Promise<void> {
  const at = core.now();
  const started = performance.now();
  const fault = core.faults.take(method);
  const isTaken = fault === undefined || isTakenAllTheSame(fault);
  const answer = isTaken ? take() : answerFault(core, fault, token);
  const delayMs = typeof fault === 'object' && 'answerAfterMs' in fault ? fault.answerAfterMs : answerDelayMs;
  if (delayMs > 0) await sleep(delayMs);
  const unanswered = NEVER_ANSWERED.has(fault) || CUT.has(fault);
  core.keeper.noteCall({
    kind: 'call',
    at,
    method,
    teamId: answer.teamId,
    token: maskToken(token),
    args,
    httpStatus: unanswered ? 0 : answer.httpStatus,
    response: isTaken ? maskSecrets(answer.body) : unanswered ? undefined : answer.body,
    ms: performance.now() - started,
  });
  if (NEVER_ANSWERED.has(fault)) return;
  if (CUT.has(fault)) {
    request.socket.resetAndDestroy();
    return;
  }
  response.writeHead(answer.httpStatus, {
    'content-type': 'application/json; charset=utf-8',
    date: new Date(core.now()).toUTCString(),
    ...answer.headers,
  });
  response.end(answer.text ?? JSON.stringify(answer.body));
}

export function limited(seconds: number, teamId: string | undefined): Answer {
  return {
    httpStatus: 429,
    headers: { 'retry-after': String(seconds) },
    body: { ok: false, error: 'ratelimited' },
    teamId,
  };
}

export function bearer(request: IncomingMessage): string | undefined {
  return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

const SECRETS = new Set(['client_secret', 'access_token', 'code', 'upload_url']);

/** Form-encoded JSON is shown as JSON; tokens, client secrets and addresses that are as good are not shown. */
export function maskSecrets(args: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, SECRETS.has(name) ? '…' : parsedIfJson(value)]),
  );
}

function answerFault(core: Core, fault: Fault, token: string | undefined): Answer {
  const teamId = token === undefined ? undefined : core.state.tokens.get(token)?.teamId;
  if (typeof fault === 'string') return { httpStatus: 0, headers: {}, body: {}, teamId };
  if ('retryAfter' in fault) return limited(fault.retryAfter, teamId);
  if ('text' in fault) return { httpStatus: 200, headers: fault.headers ?? {}, body: {}, text: fault.text, teamId };
  if ('status' in fault) {
    const { status, headers = {} } = fault;
    return { httpStatus: status, headers, body: { ok: false, error: 'internal_error' }, teamId };
  }
  const error = 'error' in fault ? fault.error : 'internal_error';
  return { httpStatus: 200, headers: {}, body: { ok: false, error }, teamId };
}

function isTakenAllTheSame(fault: Fault): boolean {
  if (typeof fault === 'object') return 'answerAfterMs' in fault;
  return fault === 'resetAfterTaking' || fault === 'hangAfterTaking';
}

function maskToken(token: string | undefined): string {
  return token === undefined ? 'none' : `${token.slice(0, 5)}…${token.slice(-4)}`;
}

function parsedIfJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
