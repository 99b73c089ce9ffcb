import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@slack/bolt';
import type { FetchFunction } from '@slack/web-api';
import type { SlackConfig } from '../config.ts';
import { describeError, type Log } from '../operations/log/log.ts';
import { type BotIdentity, identifyBot } from '../slack/install/identify-bot.ts';
import {
  createInstallations,
  type Installations,
  NotInstalledError,
  TokenUnreadableError,
} from '../slack/install/installations.ts';
import { createMissedUninstalls } from '../slack/install/missed-uninstalls.ts';
import { createUninstall, type UninstallEvent, type UninstalledInstallation } from '../slack/install/uninstall.ts';
import type { SlackApis } from '../slack/web-api/slack-api.ts';
import { tryPatiently } from '../slack/web-api/try-patiently.ts';
import type { Database } from '../storage/database.ts';
import type { OnUnreadable } from '../storage/rows/read-rows.ts';
import type { Sealer } from '../storage/sealing/sealing.ts';
import { createInstallationRepository } from '../storage/workspaces/installation-repository.ts';
import { createOauthStateRepository } from '../storage/workspaces/oauth-state-repository.ts';
import { createWorkspaceRepository } from '../storage/workspaces/workspace-repository.ts';
import type { Route } from '../web/http-server.ts';

/** How often to look for data that arrived after its workspace uninstalled the bot. */
const SWEEP_MS = 15_000;

/** How often to check with Slack that the tokens still work. */
const LOOK_MS = 30 * 60_000;

type WorkspacesDeps = {
  slack: SlackConfig;
  database: Database;
  sealer: Sealer;
  fetch: FetchFunction;
  logger: Logger;
  apiOf: SlackApis;
  log: Log;
  newReference(): string;
  /** Called with the reason for each request that an install page refuses. */
  onRefused(why: string): void;
  onUnreadable: OnUnreadable;
  now(): number;
};

/** The workspaces that the bot serves: the one of its token, or all that have installed the bot. */
export type Workspaces = {
  installations: Installations;
  uninstall(event: UninstallEvent): Promise<void>;
  /** Where admins install the bot themselves; undefined if the bot serves one workspace. */
  installUrl: string | undefined;
  /** The install pages; none if the bot serves one workspace. */
  createRoutes(): Promise<Record<string, Route>>;
  /** Resolves once the served workspaces are known. Throws StartError if Slack refuses the one token. */
  start(): Promise<void>;
  stop(): void;
};

export function createWorkspaces(deps: WorkspacesDeps): Workspaces {
  const { workspaces } = deps.slack;
  return workspaces.kind === 'one' ? createOne(deps, workspaces.botToken) : createMany(deps, workspaces);
}

function createOne(deps: WorkspacesDeps, botToken: string): Workspaces {
  const { apiOf, database, log, now } = deps;
  const repository = createWorkspaceRepository({ database, now });
  let self: BotIdentity | undefined;
  const find = async (teamId: string) =>
    self?.teamId === teamId ? { teamId, botToken, botId: self.botId, botUserId: self.botUserId } : undefined;
  const uninstall = createUninstall({
    find: async (teamId): Promise<UninstalledInstallation | undefined> => {
      const found = await find(teamId);
      return found && { ...found, installedAt: undefined };
    },
    apiOf,
    remove: ({ teamId }, why) => repository.clear(teamId, why),
    onRemoved: (teamId) => removed(deps, teamId),
    sleep,
    monotonicNow: () => performance.now(),
  });

  return {
    installations: createInstallations({
      find: async (teamId) => {
        if (self?.isOrgWide === true) throw new NotInstalledError('org_wide');
        return find(teamId);
      },
      monotonicNow: () => performance.now(),
      onDropped: () => {},
    }),
    uninstall: async (event) => {
      // An operator may have replaced the bot's own token. The workspace's other data stays.
      if (event.revoked === undefined) await uninstall(event);
      else log.warn('Slack says that SLACK_BOT_TOKEN was revoked', { team: event.teamId });
    },
    installUrl: undefined,
    createRoutes: async () => ({}),
    start: async () => {
      self = await identifyBot(apiOf(botToken), sleep);
      if (self.isOrgWide) {
        log.error(
          'SLACK_BOT_TOKEN belongs to an org-wide installation, so every command is refused. Install the app in one workspace and use its token.',
        );
      }
    },
    stop: () => {},
  };
}

function createMany(deps: WorkspacesDeps, oauth: SlackConfig['workspaces'] & { kind: 'many' }): Workspaces {
  const { apiOf, database, fetch, log, logger, now, sealer } = deps;
  const stored = createInstallationRepository({ database, sealer, now, onUnreadable: deps.onUnreadable });
  const repository = createWorkspaceRepository({ database, now });
  const used = createOauthStateRepository({ db: database, now });
  const installations = createInstallations({
    find: async (teamId) => {
      const found = await stored.findReadable(teamId);
      if (found === undefined) return undefined;
      const { botToken, ...rest } = found;
      if (botToken === undefined) throw new TokenUnreadableError();
      return { ...rest, botToken };
    },
    monotonicNow: () => performance.now(),
    onDropped: apiOf.forget,
  });
  const stopping = new AbortController();
  let timers: NodeJS.Timeout[] = [];
  let looking: Promise<void> | undefined;
  const uninstalling = {
    find: stored.findReadable,
    apiOf,
    remove: ({ teamId, installedAt }: UninstalledInstallation, why: string) =>
      repository.remove(teamId, installedAt, why),
    onRemoved: (teamId: string) => {
      installations.forget(teamId);
      removed(deps, teamId);
    },
    monotonicNow: () => performance.now(),
  };
  const findMissedUninstalls = createMissedUninstalls({ ...uninstalling, list: stored.listTeams });

  return {
    installations,
    uninstall: createUninstall({ ...uninstalling, sleep }),
    installUrl: `${oauth.publicUrl}/slack/install`,
    createRoutes: async () => {
      const [{ createInstallRoutes }, { createInstallState }, { renderWelcome }] = await Promise.all([
        import('../web/install-routes.ts'),
        import('../web/install-state.ts'),
        import('../slack/install/render-welcome.ts'),
      ]);
      return createInstallRoutes({
        ...oauth,
        slackApiUrl: deps.slack.apiUrl,
        fetch,
        logger,
        state: createInstallState({ secret: oauth.stateSecret, used, now }),
        find: stored.findReadable,
        save: stored.save,
        revoke: (token) => apiOf(token).revoke(),
        onInstalled: ({ teamId, botToken, installedBy }, again) => {
          installations.forget(teamId);
          log.info('A workspace has installed the bot', { team: teamId });
          tryPatiently(() => apiOf(botToken).postMessage(installedBy, renderWelcome(again))).catch((error: unknown) =>
            log.warn('The first message could not be posted in Slack', describeError(error)),
          );
        },
        onRefused: deps.onRefused,
        onFailure: (error) => {
          const reference = deps.newReference();
          log.error('An installation could not be finished', { ...describeError(error), request: reference });
          return reference;
        },
      });
    },
    start: async () => {
      timers = [setInterval(() => void sweep(), SWEEP_MS), setInterval(() => void look(), LOOK_MS)];
      void look();
    },
    stop: () => {
      stopping.abort();
      for (const timer of timers) clearInterval(timer);
    },
  };

  async function look(): Promise<void> {
    looking ??= findMissedUninstalls(stopping.signal)
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log.error('The search for missed uninstalls failed', describeError(error));
      })
      .finally(() => {
        looking = undefined;
      });
    await looking;
  }

  async function sweep(): Promise<void> {
    try {
      for (const teamId of await repository.sweep()) removed(deps, teamId);
    } catch (error) {
      log.error('The search for data of uninstalled workspaces failed', describeError(error));
    }
  }
}

function removed({ log }: WorkspacesDeps, teamId: string): void {
  log.info('A workspace uninstalled the bot; its data is deleted', { team: teamId });
}
