import { z } from 'zod';
import type { LoginVerdict } from '../../add-inbox/account/login-verdict.ts';
import type { InboxType } from '../../add-inbox/account/providers.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Barred, MatchingCodes } from '../../add-inbox/secure-links/matching-code.ts';
import type { Checked, Look, SecurePage } from '../../add-inbox/secure-links/secure-page.ts';
import type { Route } from '../http-server.ts';
import { type BatchRoutesDeps, createBatchRoutes, MOST_OF_BATCH } from './batch-routes.ts';
import type { BarredAnswer, CheckAnswer, LookAnswer, MostCharacters, SaveAnswer } from './browser/contract.ts';
import { createGuard, pageId, token } from './guard.ts';
import { loadSecurePage } from './load-page.ts';

/** The names around a request, as people know them; '' if Slack did not tell. `threadUrl`: where the result will be. */
export type Asker = { person: string; workspace: string; threadUrl: string };

export type SecureRoutesDeps = {
  /** The bot's public URL, without a slash at the end. */
  publicUrl: string;
  securePage: SecurePage;
  matchingCodes: MatchingCodes;
  describeAsker(request: AddInboxRequest): Promise<Asker>;
  batch: BatchRoutesDeps;
  /** The verdict in words, one line for each server. */
  describeLogin(verdict: LoginVerdict, account: AddInboxRequest['account']): string[];
  /** Called with the reason for each refused request. Anyone can cause them. */
  onRefused(why: string): void;
  now(): number;
  /** Milliseconds of a clock that is never set back. */
  monotonicNow(): number;
};

/** Requests in a minute. A person needs a few, and a page that waits for its code 20. Many people may share one address. */
const MOST = { ofAddress: 300, ofToken: 60 };

const MAX_PASSWORD: MostCharacters['password'] = 2_000;

const password = z.string().max(MAX_PASSWORD).optional();

const lookBody = z.strictObject({ token });

const checkBody = z.strictObject({ token, smtp_password: password, imap_password: password });

const saveBody = z.strictObject({
  token,
  pageId,
  smtp_password: password,
  imap_password: password,
  isSure: z.boolean(),
});

/**
 * The secure page. `GET /secure` is the same for everybody: it has no state, so what follows links for previews and scans changes
 * and learns nothing. The token is in the link's fragment, which browsers send nowhere. The page's script posts it.
 */
export function createSecureRoutes(deps: SecureRoutesDeps): Record<string, Route> {
  const { securePage } = deps;
  const page = loadSecurePage();
  const { answering } = createGuard(deps, MOST);
  const batch = createBatchRoutes(deps.batch, createGuard(deps, MOST_OF_BATCH));

  return {
    'GET /secure': (_request, response) => {
      response.writeHead(200, page.headers).end(page.html);
    },
    'POST /secure/look': answering(
      lookBody,
      async (body) => toLookAnswer(await securePage.look(body.token)),
      async (...page) => toBarredAnswer(await deps.matchingCodes.ask(...page)),
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
    ...batch.routes,
  };

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
    if (look.kind === 'batch') return batch.look(look.link);
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
