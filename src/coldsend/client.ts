import { type SenderAccount, withAsciiDomains } from '../add-inbox/account/sender-account.ts';
import type { ActionResult, InboxCall } from '../add-inbox/actions/inbox-action.ts';
import type { KeyCheck } from '../add-inbox/keys/key-check.ts';
import type { SendResult } from '../add-inbox/request/outcome.ts';
import { abortLate } from '../add-inbox/worker/time-limit.ts';
import { type ConnectWithin, ProxyError } from '../operations/proxy/connect.ts';
import type { Answer, Exchange } from './answer.ts';
import { type Post, postOnce } from './post-once.ts';
import { readActionAnswer } from './read-action-answer.ts';
import { readAnswer } from './read-answer.ts';
import { readKeyCheck } from './read-key-check.ts';
import { createForeignText } from './words/foreign-text.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export type ColdsendClientDeps = {
  /** The URL of the API, without the path of an endpoint. */
  baseUrl: string;
  /** The path of "Add sender account", relative to that URL. */
  addPath: string;
  /** The time limit for a whole call, from the DNS lookup to the last byte of the answer. */
  timeoutMs: number;
  connectWithin: ConnectWithin;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called once for each call. */
  onCall?: (call: ColdsendCall) => void;
};

export type ColdsendCall = {
  /** The kind of its result, with the reason if it is known: `unknown:answer_lost`, `refused:wrong_address`. */
  result: string;
  ms: number;
  /** The answer's status, if an answer came. */
  status: number | undefined;
  /** The network error, if no answer came. Its message may quote the request. */
  error: unknown;
};

export type ColdsendClient = {
  /**
   * Sends one request to ColdSend to add a sender account. Never rejects because of the network or the server. `not_done` means
   * that nothing was sent or that ColdSend said it did nothing.
   *
   * @param isStillOurs called right before the first byte is sent; if it returns false, nothing is sent
   * @throws TypeError if the key contains characters that a header can't have
   */
  addSenderAccount(apiKey: string, account: SenderAccount, isStillOurs?: () => boolean): Promise<SendResult>;
  /**
   * Sends a test email from an inbox, or removes one, under the same rules. The endpoints are beside "Add sender account".
   * Throws TypeError for an id that no URL can have.
   */
  callInbox(apiKey: string, call: InboxCall, isStillOurs?: () => boolean): Promise<ActionResult>;
  /** Checks a key with ColdSend by a POST of `{}`, which adds nothing. */
  checkKey(apiKey: string, options: { timeoutMs: number }): Promise<KeyCheck>;
  /** Ends the calls in progress, each with the result known so far. Later calls resolve as not connected. */
  close(): Promise<void>;
};

/**
 * ColdSend's "Add sender account" over HTTP/1.1. Each call has a separate connection. On a stale keep-alive connection, a POST
 * that the server never read would look like a lost answer. Redirects are not followed, and no call is repeated here.
 *
 * @throws TypeError if `baseUrl` is not an http(s) URL
 */
export function createColdsendClient(deps: ColdsendClientDeps): ColdsendClient {
  const { baseUrl, addPath, timeoutMs, now, onCall } = deps;
  const url = endpointUrl(baseUrl, addPath);
  const connect = deps.connectWithin(Math.min(CONNECT_TIMEOUT_MS, timeoutMs));
  const underWay = new Map<AbortController, Promise<Exchange>>();
  let closed = false;

  function post(apiKey: string, body: string, limitMs: number, isStillOurs?: () => boolean): Promise<Exchange> {
    return exchangeOnce(apiKey, { method: 'POST', url, body }, limitMs, isStillOurs);
  }

  async function exchangeOnce(
    apiKey: string,
    request: Pick<Post, 'method' | 'url' | 'body'>,
    limitMs: number,
    isStillOurs = () => true,
  ): Promise<Exchange> {
    const headers = headersFor(apiKey);
    if (closed) return { kind: 'nothing_sent' };
    return abortLate(limitMs, (call) => {
      const posting = postOnce({ ...request, headers, connect, signal: call.signal, isStillOurs });
      const exchange = posting.then(readProxyLogin);
      underWay.set(call, exchange);
      return exchange.finally(() => underWay.delete(call));
    });
  }

  async function timed<Result extends SendResult | KeyCheck | ActionResult>(
    exchanging: Promise<Exchange>,
    read: (exchange: Exchange) => Result,
  ): Promise<Result> {
    const start = performance.now();
    const exchange = await exchanging;
    const result = read(exchange);
    const { status, error } =
      exchange.kind === 'answered' ? { ...exchange.answer, error: undefined } : { ...exchange, status: undefined };
    onCall?.({ result: nameOf(result), ms: performance.now() - start, status, error });
    return result;
  }

  return {
    addSenderAccount: (apiKey, typed, isStillOurs) => {
      const account = withAsciiDomains(typed);
      const secrets = [apiKey, account.smtp_password, account.imap_password];
      const clean = createForeignText(secrets, [account.email_address, account.display_name, account.inbox_type]);
      const exchanging = post(apiKey, JSON.stringify(account), timeoutMs, isStillOurs);
      return timed(
        exchanging,
        ifAnswered((answer) => readAnswer(answer, now(), clean)),
      );
    },
    callInbox: (apiKey, call, isStillOurs) => {
      const clean = createForeignText([apiKey]);
      const exchanging = exchangeOnce(apiKey, toRequest(call, baseUrl, addPath), timeoutMs, isStillOurs);
      return timed(
        exchanging,
        ifAnswered((answer) => readActionAnswer(call.kind, answer, now(), clean)),
      );
    },
    checkKey: (apiKey, options) =>
      timed(post(apiKey, '{}', options.timeoutMs), (exchange) => readKeyCheck(exchange, createForeignText([apiKey]))),
    async close() {
      closed = true;
      for (const call of underWay.keys()) call.abort();
      await Promise.all(underWay.values());
    },
  };
}

/** A proxy that wants a login means the same before a tunnel as in its answer to a request: only the operator can help. */
function readProxyLogin(exchange: Exchange): Exchange {
  const wantsLogin =
    exchange.kind === 'nothing_sent' && exchange.error instanceof ProxyError && exchange.error.status === 407;
  return wantsLogin ? { kind: 'answered', answer: { status: 407, headers: {}, body: undefined } } : exchange;
}

/** What `read` makes of an answer; without one, whether anything was sent. */
function ifAnswered<Result>(read: (answer: Answer) => Result) {
  return (exchange: Exchange) => {
    if (exchange.kind === 'answered') return read(exchange.answer);
    return exchange.kind === 'nothing_sent'
      ? ({ kind: 'not_done', why: 'no_connection', retryAfterMs: undefined } as const)
      : ({ kind: 'unknown', why: 'answer_lost' } as const);
  };
}

/** One generation of the documentation adds accounts at `/sender-accounts`, the other at `/sender-accounts/smtp`. */
function toRequest(call: InboxCall, baseUrl: string, addPath: string): Pick<Post, 'method' | 'url' | 'body'> {
  const accounts = addPath.replace(/\/+$/, '').replace(/\/smtp$/, '');
  const inbox = `${accounts}/${encodeURIComponent(call.inboxId)}`;
  if (call.kind === 'remove') return { method: 'DELETE', url: endpointUrl(baseUrl, inbox), body: undefined };
  const body = JSON.stringify({ recipient_email: call.recipient });
  return { method: 'POST', url: endpointUrl(baseUrl, `${inbox}/test-email`), body };
}

/** The URL of an endpoint, whatever slashes the two settings have. Throws TypeError if it is not an http(s) URL. */
export function endpointUrl(baseUrl: string, addPath: string): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/${addPath.replace(/^\/+/, '')}`);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new TypeError('the address of ColdSend is no http(s) URL');
  return url;
}

function headersFor(apiKey: string): Record<string, string> {
  // undici would report such a call as a failed connection, so the bot would retry it again and again.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('the API key holds characters that a header cannot');
  return {
    'x-api-key': apiKey,
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'coldsend-inbox-bot',
  };
}

function nameOf(result: SendResult | KeyCheck | ActionResult): string {
  if ('why' in result) return `${result.kind}:${result.why}`;
  return 'trouble' in result && result.trouble ? `${result.kind}:${result.trouble.kind}` : result.kind;
}
