import { retry } from '../../add-inbox/worker/back-off.ts';
import { isOfSlack, isRefusal, type SlackApi } from '../web-api/slack-api.ts';
import { isTokenDead, isTokenRefused } from '../web-api/slack-errors.ts';

/** Slack says that a workspace has removed the bot or taken its token away. */
export type UninstallEvent = {
  teamId: string;
  /** When it happened by Slack's clock, in milliseconds since 1970, to the second. */
  at: number;
  /** The bot users whose tokens were revoked; undefined where the app was removed. */
  revoked: string[] | undefined;
};

/** So far apart, an event and an installation can be told before from after, whatever our clock says. */
const CLEARLY_MS = 5 * 60_000;

const WAITS_MS = [1_000, 2_000, 4_000, 6_000, 6_000];

/**
 * No question to Slack begins later. With the ten seconds that one may take, and what another replica remembers of the workspace,
 * nothing of it is left after a minute, as long as the database is there.
 */
const TRIES_FOR_MS = 20_000;

export type UninstallDeps = {
  /** From the database, not from what is remembered. `installedAt` is undefined where only Slack can tell how old it is. */
  find(teamId: string): Promise<UninstalledInstallation | undefined>;
  apiOf(botToken: string): Pick<SlackApi, 'authTest'>;
  /** Removes that installation and all that is the workspace's; false where there is another one by now. */
  remove(installation: UninstalledInstallation, why: string): Promise<boolean>;
  onRemoved(teamId: string): void;
  sleep(ms: number): Promise<unknown>;
  /** Milliseconds of a clock that is never set. */
  monotonicNow(): number;
};

export type UninstalledInstallation = {
  teamId: string;
  /** Undefined where it can't be opened, and Slack can't be asked with it. */
  botToken: string | undefined;
  botUserId: string;
  installedAt: number | undefined;
};

/**
 * Removes a workspace that has left. The two events come in any order, late and repeated, perhaps after the workspace has
 * installed the bot again: where the time of the event doesn't say which installation it is about, Slack is asked whether
 * the token still works.
 */
export function createUninstall(deps: UninstallDeps): (event: UninstallEvent) => Promise<void> {
  // Slack repeats the event after one minute and five: where the database is away for a moment, it is tried again here.
  return (event) =>
    retry(
      () => uninstall(event),
      (_error, tries) => WAITS_MS[tries],
      deps.sleep,
    );

  async function uninstall(event: UninstallEvent): Promise<void> {
    const installation = await deps.find(event.teamId);
    if (installation === undefined) return;
    if (event.revoked !== undefined && !event.revoked.includes(installation.botUserId)) return;
    if (!(await hasLeft(installation, event.at))) return;
    const why = event.revoked === undefined ? 'the app was removed from Slack' : 'its token was revoked';
    if (await deps.remove(installation, why)) deps.onRemoved(event.teamId);
  }

  async function hasLeft({ botToken, installedAt }: UninstalledInstallation, at: number): Promise<boolean> {
    if (installedAt !== undefined && at > installedAt + CLEARLY_MS) return true;
    if (installedAt !== undefined && at < installedAt - CLEARLY_MS) return false;
    // Nobody to ask. A time that can't be read is that of an old row: installing again writes a new one.
    if (botToken === undefined) return installedAt === undefined || isBefore(installedAt, at);
    const startedAt = deps.monotonicNow();
    for (const waitMs of [...WAITS_MS, undefined]) {
      try {
        await deps.apiOf(botToken).authTest();
        return false;
      } catch (error) {
        if (isRefusal(error, isTokenRefused)) return isTokenDead(error.reason);
        if (!isOfSlack(error)) throw error;
        if (waitMs === undefined || deps.monotonicNow() - startedAt + waitMs > TRIES_FOR_MS) break;
        await deps.sleep(waitMs);
      }
    }
    // Nobody to ask: the times decide.
    return installedAt !== undefined && isBefore(installedAt, at);
  }
}

/** Slack's events have lost up to a second. */
function isBefore(installedAt: number, eventAt: number): boolean {
  return eventAt + 1_000 >= installedAt;
}
