import { randomInt } from 'node:crypto';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import { createMatchingCode, createMatchingCodes } from '../add-inbox/secure-links/matching-code.ts';
import { LINK_TTL_MS, MAX_CHECKS } from '../add-inbox/secure-links/secure-link.ts';
import { createSecurePage, waitsForPassword } from '../add-inbox/secure-links/secure-page.ts';
import type { Worker } from '../add-inbox/worker/worker.ts';
import { aboutRequest, type Log } from '../operations/log/log.ts';
import { describeAsker } from '../slack/form/password/describe-asker.ts';
import { askForCode } from '../slack/form/password/matching-code.ts';
import type { PasswordLink } from '../slack/form/password/password-link.ts';
import { createCheckPermission } from '../slack/permissions/check-before-sending.ts';
import type { Permissions } from '../slack/permissions/permissions.ts';
import { describeLogin } from '../slack/thread/checks/describe-login.ts';
import type { SlackApi } from '../slack/web-api/slack-api.ts';
import type { Route } from '../web/http-server.ts';
import { createAttemptLimit } from '../web/secure/attempt-limit.ts';
import type { Mailbox } from './mailbox.ts';
import type { Stores } from './stores.ts';

/** What Slack needs of the secure page. */
export type SecureLinks = {
  hasSecurePage: boolean;
  /** A new link for the person of the request; undefined if it waits for no password, or there is no secure page. */
  createLink(request: AddInboxRequest): Promise<PasswordLink | undefined>;
};

type SecureLinksDeps = {
  /** The bot's public URL, without a slash at the end; undefined if it has none. Then there is no secure page. */
  publicUrl: string | undefined;
  stores: Stores;
  permissions: Permissions;
  /** Throws if the workspace has no usable token. */
  apiOfTeam(teamId: string): Promise<SlackApi>;
  worker: Pick<Worker, 'wake'>;
  /** Undefined where the bot does nothing with mailboxes itself. */
  mailbox: Pick<Mailbox, 'checkLogin'> | undefined;
  onRefused(why: string): void;
  log: Log;
  now(): number;
  monotonicNow(): number;
};

/** The secure page: the links to it, and its routes. */
export function createSecureLinks(
  deps: SecureLinksDeps,
): SecureLinks & { createRoutes(): Promise<Record<string, Route>> } {
  const { publicUrl, stores, now } = deps;
  if (publicUrl === undefined) {
    return { hasSecurePage: false, createLink: async () => undefined, createRoutes: async () => ({}) };
  }
  return {
    hasSecurePage: true,
    createLink: async (request) => {
      if (!waitsForPassword(request, now())) return undefined;
      const { id: requestId, teamId, userId } = request;
      const { token, expiresAt } = await stores.secureLinks.create({
        teamId,
        userId,
        purpose: { kind: 'password', requestId },
      });
      return { url: `${publicUrl}/secure#${token}`, expiresAt };
    },
    createRoutes: () => createRoutes(deps, publicUrl),
  };
}

async function createRoutes(deps: SecureLinksDeps, publicUrl: string): Promise<Record<string, Route>> {
  const { apiOfTeam, stores, log, now } = deps;
  const { createSecureRoutes } = await import('../web/secure/secure-routes.ts');
  const securePage = createSecurePage({
    links: stores.secureLinks,
    findRequest: stores.requests.find,
    checkPermission: createCheckPermission(deps.permissions, apiOfTeam, 0),
    mayCheck: createAttemptLimit(MAX_CHECKS, LINK_TTL_MS, deps.monotonicNow),
    checkLogin: deps.mailbox?.checkLogin,
    wake: deps.worker.wake,
    onSaved: (request) => log.info('A password was entered on the secure page', aboutRequest(request)),
    now,
  });
  return createSecureRoutes({
    publicUrl,
    securePage,
    matchingCodes: createMatchingCodes({
      links: stores.secureLinks,
      findSettings: stores.settings.find,
      look: securePage.look,
      askPerson: (link, code, about) => askForCode(apiOfTeam, link, code, about),
      newCode: () => createMatchingCode(randomInt),
    }),
    describeAsker: (request) => describeAsker(apiOfTeam, request),
    describeLogin,
    onRefused: deps.onRefused,
    now,
    monotonicNow: deps.monotonicNow,
  });
}
