import { retry } from '../../add-inbox/worker/back-off.ts';
import { isOfSlack, isRefusal, type SlackApi } from '../web-api/slack-api.ts';
import { isTokenDead, isTokenRefused } from '../web-api/slack-errors.ts';

/** Slack's event that a workspace has removed the app or revoked its token. */
export type UninstallEvent = {
  teamId: string;
  /** The time of the event by Slack's clock: milliseconds since 1970, precise to the second. */
  at: number;
  /** The bot users whose tokens were revoked; undefined where the app was removed. */
  revoked: string[] | undefined;
};

/** With at least this distance, the order of an event and an installation is certain despite differing clocks. */
const CLEARLY_MS = 5 * 60_000;

const WAITS_MS = [1_000, 2_000, 4_000, 6_000, 6_000];

/**
 * No call to Slack starts later than this. A call takes up to 10 s, and another replica remembers the workspace for a while
 * (`KNOWN_FOR_MS`). With the database up, all data of the workspace is therefore gone within a minute.
 */
const TRIES_FOR_MS = 20_000;

type UninstallDeps = {
  /** Reads the database, not the cache. `installedAt` is undefined where only Slack can show whether it is current. */
  find(teamId: string): Promise<UninstalledInstallation | undefined>;
  apiOf(botToken: string): Pick<SlackApi, 'authTest'>;
  /** Removes the installation and all data of the workspace; false where a newer installation has replaced it. */
  remove(installation: UninstalledInstallation, why: string): Promise<boolean>;
  onRemoved(teamId: string): void;
  sleep(ms: number): Promise<unknown>;
  /** Milliseconds of a clock that is never adjusted. */
  monotonicNow(): number;
};

export type UninstalledInstallation = {
  teamId: string;
  /** Undefined where the token can't be decrypted. */
  botToken: string | undefined;
  botUserId: string;
  installedAt: number | undefined;
};

/**
 * Removes a workspace that has uninstalled the app. Slack sends the two events in any order, late or repeatedly, possibly
 * after the workspace has installed the app again. Where the time of the event doesn't show which installation it is about,
 * `auth.test` shows whether the token still works.
 */
export function createUninstall(deps: UninstallDeps): (event: UninstallEvent) => Promise<void> {
  // Slack repeats an event only after one and five minutes, so a short outage of the database is retried here.
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
    // Without a token, Slack can't be asked. A missing time means an old row, since every new installation writes one.
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
    // Slack gave no clear answer, so the times decide.
    return installedAt !== undefined && isBefore(installedAt, at);
  }
}

/** Slack's event times are rounded down to the second. */
function isBefore(installedAt: number, eventAt: number): boolean {
  return eventAt + 1_000 >= installedAt;
}
