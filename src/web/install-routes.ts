import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@slack/bolt';
import { type FetchFunction, WebAPIPlatformError } from '@slack/web-api';
import type { Installation } from '../add-inbox/people/installation.ts';
import { BOT_SCOPES } from '../slack/ids.ts';
import type { Route } from './http-server.ts';
import { failurePage, installedPage, installPage } from './install-pages.ts';
import type { InstallFailure } from './install-sentences.ts';
import { type InstallState, STATE_TTL_MS, StateRefusedError } from './install-state.ts';
import { sendPage } from './page.ts';

type InstallRoutesDeps = {
  clientId: string;
  clientSecret: string;
  authorizeUrl: string;
  /** The bot's public URL, without a slash at the end. */
  publicUrl: string;
  slackApiUrl: string;
  fetch: FetchFunction;
  logger: Logger;
  state: InstallState;
  find(teamId: string): Promise<unknown>;
  save(installation: Omit<Installation, 'installedAt'>): Promise<unknown>;
  /** Revokes a token at Slack. */
  revoke(token: string): Promise<void>;
  /** Called once an installation is stored. */
  onInstalled(installation: Omit<Installation, 'installedAt'>, again: boolean): void;
  /** Called for requests that are refused because of the client. Anyone can cause them. */
  onRefused(why: InstallFailure): void;
  /** Logs a failure once, and returns its reference in the log. */
  onFailure(error: unknown): string;
};

type Given = Parameters<NonNullable<import('@slack/oauth').CallbackOptions['afterInstallation']>>[0];

// With this name prefix, browsers accept the cookie only over TLS and send it only to this host.
const COOKIE_NAME = '__Host-inbox-bot-install';

/** Codes that Slack never issued or that were already used. They are made up, or the page was reloaded. */
const CODE_REFUSED = new Set(['invalid_code', 'code_already_used']);

const STATUSES: Partial<Record<InstallFailure, number>> = { slack_refused: 502, slack_unavailable: 502, failed: 500 };

/** The two pages with which a workspace installs the bot, around Slack's InstallProvider. */
export async function createInstallRoutes(
  deps: InstallRoutesDeps,
): Promise<{ 'GET /slack/install': Route; 'GET /slack/oauth_redirect': Route }> {
  // Only where several workspaces are served.
  const { ErrorCode, InstallProvider } = await import('@slack/oauth');
  const options = { scopes: [...BOT_SCOPES], redirectUri: `${deps.publicUrl}/slack/oauth_redirect` };
  const provider = new InstallProvider({
    clientId: deps.clientId,
    clientSecret: deps.clientSecret,
    authorizationUrl: deps.authorizeUrl,
    // The provider would log every request it refuses. The failures are logged below.
    logger: { ...deps.logger, error: () => {} },
    clientOptions: {
      slackApiUrl: deps.slackApiUrl,
      fetch: deps.fetch,
      timeout: 10_000,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
    },
    stateStore: {
      generateStateParam: async () => deps.state.issue(),
      verifyStateParam: async (_now, state) => {
        await deps.state.use(state);
        return options;
      },
    },
    stateCookieName: COOKIE_NAME,
    // The provider stores nothing. `finish` stores the installation, so that the page can report a failure.
    installationStore: {
      storeInstallation: async () => {},
      fetchInstallation: () => Promise.reject(new TypeError('installations are looked up elsewhere')),
    },
  });

  return {
    'GET /slack/install': async (_request, response) => {
      const state = deps.state.issue();
      const maxAge = STATE_TTL_MS / 1000;
      // SameSite=Lax: Slack sends people back by a link, and browsers send a Lax cookie with it.
      const cookie = `${COOKIE_NAME}=${state}; Secure; HttpOnly; SameSite=Lax; Path=/; Max-Age=${maxAge}`;
      response.setHeader('set-cookie', cookie);
      sendPage(response, 200, installPage(await provider.generateInstallUrl(options, true, state)));
    },

    'GET /slack/oauth_redirect': (request, response) => {
      // The provider uses this only to parse the URL and doesn't check it. A wrong value would make parsing fail.
      request.headers.host = 'localhost';
      return provider.handleCallback(request, response, {
        afterInstallation: async (given) => {
          await finish(given, response);
          return false;
        },
        failureAsync: async (error) => {
          const failure = error.code === ErrorCode.InvalidStateError ? await whyNotTheirs(request) : failureOf(error);
          if (failure in STATUSES) fail(response, failure, error);
          else refuse(response, failure);
        },
      });
    },
  };

  async function finish(given: Given, response: ServerResponse): Promise<void> {
    const found = toInstallation(given);
    if (typeof found === 'string') {
      const tokens = [given.bot?.token, given.user.token].filter((token) => token !== undefined);
      // Even if Slack doesn't revoke the token, the bot doesn't keep it.
      await Promise.allSettled(tokens.map((token) => deps.revoke(token)));
      return refuse(response, found);
    }
    const again = (await deps.find(found.teamId)) !== undefined;
    await deps.save(found);
    deps.onInstalled(found, again);
    sendPage(response, 200, installedPage({ ...found, again }));
  }

  /**
   * The cookie is gone after its use and after ten minutes. Without this check, a person who reloads the page or returns late
   * would get the message about a different browser.
   */
  async function whyNotTheirs(request: IncomingMessage): Promise<InstallFailure> {
    const state = new URL(request.url ?? '', deps.publicUrl).searchParams.get('state') ?? '';
    const why = await deps.state.judge(state).catch(() => undefined);
    return why === undefined ? 'other_browser' : `state_${why}`;
  }

  function failureOf(error: Error & { code?: string }): InstallFailure {
    if (error instanceof StateRefusedError) return `state_${error.why}`;
    if (error instanceof WebAPIPlatformError)
      return CODE_REFUSED.has(error.data.error) ? 'code_refused' : 'slack_refused';
    if (error.name.startsWith('WebAPI')) return 'slack_unavailable';
    switch (error.code) {
      case ErrorCode.AuthorizationError:
        return 'denied';
      case ErrorCode.MissingStateError:
        return 'state_missing';
      case ErrorCode.MissingCodeError:
        return 'code_missing';
      default:
        return 'failed';
    }
  }

  function refuse(response: ServerResponse, failure: InstallFailure): void {
    deps.onRefused(failure);
    sendPage(response, 400, failurePage(failure));
  }

  function fail(response: ServerResponse, failure: InstallFailure, error: unknown): void {
    const reference = deps.onFailure(error);
    sendPage(response, STATUSES[failure] ?? 500, failurePage(failure, reference));
  }
}

function toInstallation(given: Given): Omit<Installation, 'installedAt'> | InstallFailure {
  const { team, enterprise, bot, user, appId } = given;
  if (given.isEnterpriseInstall === true || team === undefined) return 'org_wide';
  if (bot === undefined || user === undefined) return 'slack_refused';
  if (bot.refreshToken !== undefined) return 'token_rotation';
  return {
    teamId: team.id,
    teamName: team.name ?? '',
    enterpriseId: enterprise?.id,
    botToken: bot.token,
    botId: bot.id,
    botUserId: bot.userId,
    appId: appId ?? '',
    scopes: bot.scopes,
    installedBy: user.id,
  };
}
