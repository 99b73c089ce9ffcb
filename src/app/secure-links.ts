import { randomInt } from 'node:crypto';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import { createMatchingCode, createMatchingCodes } from '../add-inbox/secure-links/matching-code.ts';
import { LINK_TTL_MS, MAX_CHECKS, type Purpose } from '../add-inbox/secure-links/secure-link.ts';
import { createSecurePage, waitsForPassword } from '../add-inbox/secure-links/secure-page.ts';
import type { Worker } from '../add-inbox/worker/worker.ts';
import { aboutRequest, type Log } from '../operations/log/log.ts';
import type { InboxesToAdd } from '../slack/batches/form/offer-page.ts';
import { describeAsker } from '../slack/form/password/describe-asker.ts';
import { askForCode } from '../slack/form/password/matching-code.ts';
import type { PasswordLink } from '../slack/form/password/password-link.ts';
import { createCheckPermission } from '../slack/permissions/check-before-sending.ts';
import { describeLogin } from '../slack/thread/checks/describe-login.ts';
import type { Route } from '../web/http-server.ts';
import { createAttemptLimit } from '../web/secure/attempt-limit.ts';
import { type SecureBatchDeps, wireBatchRoutes } from './batches/secure-batch.ts';
import type { Mailbox } from './mailbox.ts';

/** The part of the secure page that Slack needs. */
export type SecureLinks = {
  hasSecurePage: boolean;
  /** A new link for the person of the request; undefined if it waits for no password, or there is no secure page. */
  createLink(request: AddInboxRequest): Promise<PasswordLink | undefined>;
  /** A new link for a person's inboxes. It ends earlier ones of the person. Undefined if there is no secure page. */
  createBatchLink(inboxes: InboxesToAdd): Promise<PasswordLink | undefined>;
};

type SecureLinksDeps = SecureBatchDeps & {
  /** The bot's public URL, without a slash at the end; undefined if it has none. Then there is no secure page. */
  publicUrl: string | undefined;
  worker: Pick<Worker, 'wake'>;
  /** Undefined where the bot does nothing with mailboxes itself. */
  mailbox: Pick<Mailbox, 'checkLogin' | 'checkLogins'> | undefined;
  onRefused(why: string): void;
  newReference(): string;
  log: Log;
  monotonicNow(): number;
};

/** The secure page: the links to it, and its routes. */
export function createSecureLinks(
  deps: SecureLinksDeps,
): SecureLinks & { createRoutes(): Promise<Record<string, Route>> } {
  const { publicUrl, stores, now } = deps;
  if (publicUrl === undefined) {
    return {
      hasSecurePage: false,
      createLink: async () => undefined,
      createBatchLink: async () => undefined,
      createRoutes: async () => ({}),
    };
  }
  return {
    hasSecurePage: true,
    createLink: async (request) => {
      if (!waitsForPassword(request, now())) return undefined;
      return create(request, { kind: 'password', requestId: request.id });
    },
    createBatchLink: async (inboxes) => {
      const id = deps.newReference();
      await deps.drafts.save({ ...inboxes, id, fileName: undefined, defaults: {}, rows: [] });
      return create(inboxes, { kind: 'batch', draftId: id });
    },
    createRoutes: () => createRoutes(deps, publicUrl),
  };

  async function create(
    { teamId, userId }: { teamId: string; userId: string },
    purpose: Purpose,
  ): Promise<PasswordLink> {
    const { token, expiresAt } = await stores.secureLinks.create({ teamId, userId, purpose });
    return { url: `${publicUrl}/secure#${token}`, expiresAt };
  }
}

async function createRoutes(deps: SecureLinksDeps, publicUrl: string): Promise<Record<string, Route>> {
  const { apiOfTeam, stores, log, now } = deps;
  const { createSecureRoutes } = await import('../web/secure/secure-routes.ts');
  const securePage = createSecurePage({
    links: stores.secureLinks,
    findRequest: stores.requests.find,
    checkPermission: createCheckPermission(deps.permissions, apiOfTeam, { knownForMs: 0 }),
    mayCheck: createAttemptLimit(MAX_CHECKS, LINK_TTL_MS, deps.monotonicNow),
    checkLogin: deps.mailbox?.checkLogin,
    wake: deps.worker.wake,
    onSaved: (request) => log.info('A password was entered on the secure page', aboutRequest(request)),
    now,
  });
  const batch = wireBatchRoutes(deps);
  return createSecureRoutes({
    publicUrl,
    securePage,
    matchingCodes: createMatchingCodes({
      links: stores.secureLinks,
      findSettings: stores.settings.find,
      look: async (token) => {
        const look = await securePage.look(token);
        if (look.kind !== 'batch') return look;
        const opened = await batch.page.open(token);
        return opened.kind === 'open' ? look : opened;
      },
      askPerson: (link, code, about) => askForCode(apiOfTeam, link, code, about),
      newCode: () => createMatchingCode(randomInt),
    }),
    describeAsker: (request) => describeAsker(apiOfTeam, request),
    describeLogin,
    batch,
    onRefused: deps.onRefused,
    now,
    monotonicNow: deps.monotonicNow,
  });
}
