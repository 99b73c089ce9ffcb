import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { LoginVerdict } from '../../add-inbox/account/login-verdict.ts';
import type { InboxType } from '../../add-inbox/account/providers.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Barred, Gate, MatchingCodes } from '../../add-inbox/secure-links/matching-code.ts';
import type { Checked, Look, SecurePage } from '../../add-inbox/secure-links/secure-page.ts';
import { createBodyReader } from '../../operations/body-reader.ts';
import type { Route } from '../http-server.ts';
import { createAttemptLimit } from './attempt-limit.ts';
import type { BarredAnswer, CheckAnswer, LookAnswer, SaveAnswer } from './browser/contract.ts';
import { clientAddressOf } from './client-address.ts';
import { loadSecurePage } from './load-page.ts';

/** The names around a request, as people know them; '' if Slack did not tell. `threadUrl`: where the result will be. */
export type Asker = { person: string; workspace: string; threadUrl: string };

export type SecureRoutesDeps = {
  /** The bot's public URL, without a slash at the end. */
  publicUrl: string;
  securePage: SecurePage;
  matchingCodes: MatchingCodes;
  describeAsker(request: AddInboxRequest): Promise<Asker>;
  /** The verdict in words, one line for each server. */
  describeLogin(verdict: LoginVerdict, account: AddInboxRequest['account']): string[];
  /** Called with the reason for each refused request. Anyone can cause them. */
  onRefused(why: string): void;
  now(): number;
  /** Milliseconds of a clock that is never set back. */
  monotonicNow(): number;
};

const MINUTE_MS = 60_000;

/** A person needs a few, and a page that waits for its code to be confirmed 20. Many people may share one address. */
const MOST_OF_ADDRESS = 300;
const MOST_OF_TOKEN = 60;

const token = z.string().max(100);
const password = z.string().max(2_000).optional();

const pageId = z.string().regex(/^[\w-]{22,64}$/);

const lookBody = z.strictObject({ token });

const checkBody = z.strictObject({ token, smtp_password: password, imap_password: password });

const saveBody = z.strictObject({
  token,
  pageId,
  smtp_password: password,
  imap_password: password,
  isSure: z.boolean(),
});

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

/**
 * The secure page. `GET /secure` is the same for everybody: it has no state, so what follows links for previews and scans changes
 * and learns nothing. The token is in the link's fragment, which browsers send nowhere. The page's script posts it.
 */
export function createSecureRoutes(deps: SecureRoutesDeps): Record<string, Route> {
  const { securePage, matchingCodes, monotonicNow } = deps;
  const { origin } = new URL(deps.publicUrl);
  const page = loadSecurePage();
  const readBody = createBodyReader();
  const mayAsk = createAttemptLimit(MOST_OF_ADDRESS, MINUTE_MS, monotonicNow);
  const mayUse = createAttemptLimit(MOST_OF_TOKEN, MINUTE_MS, monotonicNow);

  return {
    'GET /secure': (_request, response) => {
      response.writeHead(200, page.headers).end(page.html);
    },
    'POST /secure/look': answering(
      lookBody,
      async (body) => toLookAnswer(await securePage.look(body.token)),
      async (...page) => toBarredAnswer(await matchingCodes.ask(...page)),
    ),
    ...(securePage.canCheck && {
      'POST /secure/check': answering(checkBody, async ({ token, smtp_password, imap_password }) =>
        toCheckAnswer(await securePage.check(token, { smtp_password, imap_password })),
      ),
    }),
    'POST /secure/save': answering(
      saveBody,
      async ({ token, smtp_password, imap_password, ...rest }) =>
        securePage.save(token, { smtp_password, imap_password, ...rest }) satisfies Promise<SaveAnswer>,
    ),
  };

  function answering<Body extends { token: string }>(
    schema: z.ZodType<Body>,
    answer: (body: Body) => Promise<LookAnswer | CheckAnswer | SaveAnswer>,
    findBar: Gate<BarredAnswer> = matchingCodes.pass,
  ): Route {
    return async (request, response) => {
      const body = findRefusal(request) ?? (await readJson(request, schema));
      if (typeof body === 'string') return refuse(request, response, body);
      if (!mayUse(createHash('sha256').update(body.token).digest('base64'))) {
        return refuse(request, response, 'secure_rate');
      }
      const answered = (await findBar(body.token, pageIdOf(request))) ?? (await answer(body));
      send(response, STATUSES[answered.kind] ?? 200, JSON.stringify(answered));
    };
  }

  /** Browsers name the origin with every POST. Old ones don't send Sec-Fetch-Site. */
  function findRefusal({ headers, socket }: IncomingMessage): Refusal | undefined {
    if (headers.origin !== origin || (headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin') {
      return 'secure_origin';
    }
    if (!/^application\/json(;|$)/i.test(headers['content-type'] ?? '')) return 'secure_type';
    return mayAsk(clientAddressOf({ headers, socket })) ? undefined : 'secure_rate';
  }

  async function readJson<Body>(request: IncomingMessage, schema: z.ZodType<Body>): Promise<Body | Refusal> {
    const bytes = await readBody(request);
    if (typeof bytes === 'string') return bytes;
    try {
      return schema.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      return 'secure_body';
    }
  }

  function refuse(request: IncomingMessage, response: ServerResponse, why: Refusal): void {
    deps.onRefused(why);
    // Where the body was not read completely, the connection is closed instead.
    send(response, REFUSALS[why], '{"kind":"refused"}', request.complete ? {} : { connection: 'close' });
  }

  function toCheckAnswer(checked: Checked): CheckAnswer {
    if (checked.kind !== 'checked') return checked;
    const { request, verdict } = checked;
    const works = verdict.smtp.kind === 'works' && verdict.imap.kind === 'works';
    return { kind: 'checked', works, lines: deps.describeLogin(verdict, request.account) };
  }

  function toBarredAnswer(barred: Barred | undefined): BarredAnswer | undefined {
    if (barred?.kind !== 'code') return barred;
    return { kind: 'code', code: barred.code, worksForMs: barred.expiresAt - deps.now() };
  }

  async function toLookAnswer(look: Look): Promise<LookAnswer> {
    if (look.kind !== 'password') return look;
    const { account, keyName } = look.request;
    const client = clientNameOf(keyName);
    return {
      kind: 'password',
      ...(await deps.describeAsker(look.request)),
      ...(client !== undefined && { client }),
      address: account.email_address,
      name: account.display_name,
      provider: account.inbox_type satisfies InboxType,
      smtp: { host: account.smtp_host, port: account.smtp_port, isEncrypted: account.smtp_use_tls },
      imap: { host: account.imap_host, port: account.imap_port, isEncrypted: account.imap_use_ssl },
      smtpUser: account.smtp_username,
      imapUser: account.imap_username,
      dailyLimit: account.daily_limit,
      canCheck: securePage.canCheck,
      worksForMs: look.expiresAt - deps.now(),
    };
  }
}

/** The page names itself with each POST. Undefined if it does not. */
function pageIdOf({ headers }: IncomingMessage): string | undefined {
  return pageId.safeParse(headers['x-page-id']).data;
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...ANSWER_HEADERS, ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
