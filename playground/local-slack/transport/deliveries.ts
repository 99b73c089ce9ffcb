import type { RawAnswer, Tampering } from '../api.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { LedgerKeeper } from '../ledger/ledger.ts';
import type { Delivery, DeliveryOutcome, EnvelopeType } from '../ledger/traffic.ts';
import type { AppConfig } from '../state/records.ts';
import { post } from './http-post.ts';
import { signatureHeaders } from './signature.ts';
import type { SocketAnswer, SocketMode } from './socket-mode.ts';

export type Deliveries = {
  deliverTo(teamId: string | 'all', url: string | string[] | undefined): void;
  /** The first URL that takes this workspace's deliveries. */
  urlFor(teamId?: string): string | undefined;
  tamperNext(tampering: Tampering): void;
  /** One command or interaction; resolves with what the app did with it (the first copy, where several were sent). */
  deliver(type: EnvelopeType, teamId: string, payload: JsonObject): Promise<Delivery>;
  /** An Events API event with Slack's retries. */
  deliverEvent(teamId: string, payload: JsonObject): Promise<Delivery[]>;
  redeliver(delivery: Delivery, tampering?: Tampering): Promise<Delivery[]>;
  close(): void;
};

type Retry = { attempt: number; reason: string };

/** Takes commands, interactions and events to the app: signed over HTTP where it has a URL, else over Socket Mode. */
export function createDeliveries({
  app,
  now,
  sockets,
  keeper,
  ackTimeoutMs,
  eventRetryMs,
}: {
  app: AppConfig;
  now: () => number;
  sockets: SocketMode;
  keeper: LedgerKeeper;
  ackTimeoutMs: number;
  eventRetryMs: number[];
}): Deliveries {
  const urls = new Map<string, string[]>();
  const pauses = new Set<() => void>();
  let turn = 0;
  let nextTampering: Tampering | undefined;
  let closed = false;

  function urlsFor(teamId: string | undefined): string[] {
    return (teamId === undefined ? undefined : urls.get(teamId)) ?? urls.get('all') ?? [];
  }

  async function send(
    type: EnvelopeType,
    teamId: string,
    payload: JsonObject,
    given: Tampering,
    retry?: Retry,
  ): Promise<Delivery[]> {
    const known = urlsFor(teamId);
    const inTurn = known[turn++ % Math.max(1, known.length)];
    const targets = given.to ?? (inTurn === undefined ? [] : [inTurn]);
    const sent = given.payload === undefined ? payload : given.payload(structuredClone(payload));
    const copies = Array.from({ length: given.copies ?? 1 });
    if (targets.length === 0) return Promise.all(copies.map(() => overSocket(type, teamId, sent, retry)));
    return Promise.all(copies.flatMap(() => targets.map((url) => overHttp(type, teamId, sent, url, given, retry))));
  }

  async function overHttp(
    type: EnvelopeType,
    teamId: string,
    payload: JsonObject,
    url: string,
    given: Tampering,
    retry: Retry | undefined,
  ): Promise<Delivery> {
    const at = now();
    const started = performance.now();
    const { body, contentType } = encode(type, payload);
    const timestampSeconds = Math.floor(at / 1000) + (given.timestampOffsetSeconds ?? 0);
    const signed = signatureHeaders({
      body,
      timestampSeconds,
      signingSecret: given.signingSecret ?? app.signingSecret,
    });
    if (given.unsigned === true) delete signed['x-slack-signature'];
    const headers: { [name: string]: string } = {
      'content-type': contentType,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      ...signed,
    };
    if (retry !== undefined) {
      headers['x-slack-retry-num'] = String(retry.attempt);
      headers['x-slack-retry-reason'] = retry.reason;
    }
    const result = await post({ url, body, headers, timeoutMs: ackTimeoutMs });
    const ms = performance.now() - started;
    const delivery: Delivery = {
      kind: 'delivery',
      at,
      type,
      teamId,
      via: 'http',
      to: url,
      payload,
      ms,
      ...readPost(type, result),
    };
    if (delivery.outcome === 'http_error' && type !== 'events_api' && Object.keys(given).length === 0 && !closed) {
      keeper.noteProblem(`${type} was answered with HTTP ${delivery.httpStatus}`);
    }
    return note(delivery);
  }

  async function overSocket(
    type: EnvelopeType,
    teamId: string,
    payload: JsonObject,
    retry: Retry | undefined,
  ): Promise<Delivery> {
    const at = now();
    const started = performance.now();
    const answer = await sockets.send(retry === undefined ? { type, payload } : { type, payload, retry }, ackTimeoutMs);
    const ms = performance.now() - started;
    return note({
      kind: 'delivery',
      at,
      type,
      teamId,
      payload,
      ms,
      httpStatus: undefined,
      ...readSocket(type, answer),
    });
  }

  function note(delivery: Delivery): Delivery {
    if (closed) return delivery;
    if (delivery.outcome === 'operation_timeout') {
      keeper.noteProblem(`${delivery.type} was not acknowledged within ${ackTimeoutMs} ms`);
    }
    if (delivery.outcome === 'bad_answer')
      keeper.noteProblem(`${delivery.type} was acknowledged with what Slack can't read`);
    keeper.noteDelivery(delivery);
    return delivery;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        pauses.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      pauses.add(done);
    });
  }

  return {
    deliverTo(teamId, url) {
      if (url === undefined) urls.delete(teamId);
      else urls.set(teamId, Array.isArray(url) ? url : [url]);
    },
    urlFor: (teamId) => urlsFor(teamId)[0] ?? [...urls.values()][0]?.[0],
    tamperNext(tampering) {
      nextTampering = tampering;
    },
    async deliver(type, teamId, payload) {
      const tampering = nextTampering ?? {};
      nextTampering = undefined;
      const [first] = await send(type, teamId, payload, tampering);
      if (first === undefined) throw new Error('nothing was sent: copies or to is empty');
      return first;
    },
    async deliverEvent(teamId, payload) {
      const attempts = await send('events_api', teamId, payload, {});
      for (const [index, waitMs] of eventRetryMs.entries()) {
        const last = attempts.at(-1);
        if (last === undefined || last.outcome === 'ok' || closed) break;
        await pause(waitMs);
        if (closed) break;
        attempts.push(
          ...(await send('events_api', teamId, payload, {}, { attempt: index + 1, reason: retryReason(last) })),
        );
      }
      return attempts;
    },
    redeliver: (delivery, tampering = {}) => {
      const to = tampering.to ?? (delivery.via === 'http' ? [delivery.to] : undefined);
      return send(
        delivery.type,
        delivery.teamId,
        delivery.payload,
        to === undefined ? tampering : { ...tampering, to },
      );
    },
    close() {
      closed = true;
      for (const done of [...pauses]) done();
    },
  };
}

function encode(type: EnvelopeType, payload: JsonObject): { body: string; contentType: string } {
  if (type === 'events_api') return { body: JSON.stringify(payload), contentType: 'application/json' };
  const fields = type === 'interactive' ? { payload: JSON.stringify(payload) } : payload;
  const form = new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' };
}

type Read = Pick<Delivery, 'outcome' | 'response' | 'httpStatus'>;

function readPost(type: EnvelopeType, result: Awaited<ReturnType<typeof post>>): Read {
  if (result.kind === 'timeout') return { outcome: 'operation_timeout', response: undefined, httpStatus: undefined };
  if (result.kind === 'failed') return { outcome: 'not_delivered', response: result.why, httpStatus: undefined };
  const { status, body } = result.answer;
  if (status < 200 || status > 299) return { outcome: 'http_error', response: body, httpStatus: status };
  const { outcome, response } = readBody(type, result.answer);
  return { outcome, response, httpStatus: status };
}

/** A command may be answered with plain text; an interaction with nothing or a JSON object. */
function readBody(type: EnvelopeType, { body, headers }: RawAnswer): { outcome: DeliveryOutcome; response: unknown } {
  if (body.trim() === '' || type === 'events_api') return { outcome: 'ok', response: undefined };
  const isJson = (headers['content-type'] ?? '').includes('json') || body.trimStart().startsWith('{');
  if (!isJson) return { outcome: type === 'slash_commands' ? 'ok' : 'bad_answer', response: body };
  try {
    const response: unknown = JSON.parse(body);
    const readable = isObject(response) || (typeof response === 'string' && type === 'slash_commands');
    return { outcome: readable ? 'ok' : 'bad_answer', response };
  } catch {
    return { outcome: 'bad_answer', response: body };
  }
}

function readSocket(type: EnvelopeType, answer: SocketAnswer): Pick<Delivery, 'outcome' | 'response' | 'via' | 'to'> {
  if (answer.kind === 'nobody') return { outcome: 'not_delivered', response: undefined, via: 'none', to: '' };
  const sent = { via: 'socket', to: answer.connection } as const;
  if (answer.kind === 'dropped') return { outcome: 'not_delivered', response: undefined, ...sent };
  if (answer.kind === 'timeout') return { outcome: 'operation_timeout', response: undefined, ...sent };
  const { payload } = answer;
  const isEmpty = payload === undefined || payload === null || (isObject(payload) && Object.keys(payload).length === 0);
  if (isEmpty) return { outcome: 'ok', response: undefined, ...sent };
  const readable = isObject(payload) && type !== 'events_api';
  return { outcome: readable ? 'ok' : 'bad_answer', response: payload, ...sent };
}

function retryReason({ outcome }: Delivery): string {
  if (outcome === 'operation_timeout') return 'http_timeout';
  return outcome === 'not_delivered' ? 'connection_failed' : 'http_error';
}
