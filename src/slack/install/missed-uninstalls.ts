import { type SlackApi, SlackRefusedError, SlackUnavailableError } from '../web-api/slack-api.ts';
import { isAppRemoved } from '../web-api/slack-errors.ts';
import type { UninstalledInstallation } from './uninstall.ts';

/**
 * Slack must report a token as dead in every check for this long, since it can wrongly do so for minutes. Slightly less than
 * the time between two checks.
 */
const SURE_AFTER_MS = 55 * 60 * 1000;

type MissedUninstallsDeps = {
  list(): Promise<{ teamId: string }[]>;
  find(teamId: string): Promise<UninstalledInstallation | undefined>;
  apiOf(botToken: string): Pick<SlackApi, 'authTest'>;
  remove(installation: UninstalledInstallation, why: string): Promise<boolean>;
  onRemoved(teamId: string): void;
  /** Milliseconds of a clock that is never adjusted. */
  monotonicNow(): number;
};

/**
 * Removes workspaces whose uninstall event was lost: Slack stops repeating an event after some minutes, even if the bot or its
 * database was down. Call it periodically, never concurrently. Starts with no further workspace once `signal` is aborted.
 * Throws the first error after all workspaces have been checked.
 */
export function createMissedUninstalls(deps: MissedUninstallsDeps): (signal: AbortSignal) => Promise<void> {
  /** The time of the first report that a token is dead, by token. */
  let deadSince = new Map<string, number>();

  return async (signal) => {
    const all = await deps.list();
    const before = deadSince;
    deadSince = new Map();
    const errors: unknown[] = [];
    for (const { teamId } of all) {
      if (signal.aborted) return;
      await lookAt(teamId, before).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  };

  async function lookAt(teamId: string, before: ReadonlyMap<string, number>): Promise<void> {
    const installation = await deps.find(teamId);
    const botToken = installation?.botToken;
    if (installation === undefined || botToken === undefined || !(await isDead(botToken))) return;
    const since = before.get(botToken) ?? deps.monotonicNow();
    deadSince.set(botToken, since);
    if (deps.monotonicNow() - since < SURE_AFTER_MS) return;
    if (await deps.remove(installation, 'its token does not work any more')) deps.onRemoved(teamId);
  }

  async function isDead(botToken: string): Promise<boolean> {
    try {
      await deps.apiOf(botToken).authTest();
      return false;
    } catch (error) {
      if (error instanceof SlackRefusedError) return isAppRemoved(error.reason);
      if (error instanceof SlackUnavailableError) return false;
      throw error;
    }
  }
}
