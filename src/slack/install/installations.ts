import { dropOldest } from '../../operations/drop-oldest.ts';

/** As whom the bot acts in a workspace. */
export type Installed = { teamId: string; botToken: string; botId: string; botUserId: string };

/** The bot isn't installed in the workspace, or not any more; or in a whole organization, which it does not serve. */
export class NotInstalledError extends Error {
  readonly code = 'not_installed';
  readonly why: 'not_here' | 'org_wide';
  constructor(why: NotInstalledError['why'] = 'not_here') {
    super('the bot is not installed in this workspace');
    this.name = 'NotInstalledError';
    this.why = why;
  }
}

/** The workspace's token can't be opened. For who comes from there it is as if it were not installed: installing again mends it. */
export class TokenUnreadableError extends NotInstalledError {}

export type Installations = {
  /** A fresh object each time: Bolt changes what it is given. @throws NotInstalledError */
  get(teamId: string | undefined): Promise<Installed>;
  /** Looks it up anew the next time. */
  forget(teamId: string): void;
  /** Slack has refused a token: the one its workspace has now, undefined where it has no other. */
  renew(botToken: string): Promise<string | undefined>;
};

/** What another replica has changed is found out within this. */
const KNOWN_FOR_MS = 25_000;

const MAX_KNOWN = 1_000;

type Known = {
  at: number;
  installed: Promise<Installed | undefined>;
  botToken: string | undefined;
  /** The one before, by which those who still use it find the new one. */
  previous: string | undefined;
};

/**
 * The workspaces the bot serves, looked up with `find` and remembered for a moment.
 *
 * @param monotonicNow milliseconds of a clock that is never set
 * @param onDropped told about a token that is no longer the workspace's
 */
export function createInstallations(deps: {
  find(teamId: string): Promise<Installed | undefined>;
  monotonicNow(): number;
  onDropped(botToken: string): void;
}): Installations {
  const known = new Map<string, Known>();
  return { get, forget, renew };

  async function get(teamId: string | undefined): Promise<Installed> {
    if (teamId === undefined) throw new NotInstalledError();
    const installed = await (recall(teamId) ?? lookUp(teamId));
    if (installed === undefined) throw new NotInstalledError();
    return { ...installed };
  }

  function recall(teamId: string): Known['installed'] | undefined {
    const entry = known.get(teamId);
    return entry !== undefined && deps.monotonicNow() - entry.at < KNOWN_FOR_MS ? entry.installed : undefined;
  }

  async function lookUp(teamId: string): Promise<Installed | undefined> {
    const before = known.get(teamId)?.botToken;
    const entry: Known = {
      at: deps.monotonicNow(),
      installed: deps.find(teamId),
      botToken: before,
      previous: undefined,
    };
    known.delete(teamId);
    known.set(teamId, entry);
    dropOldest(known, MAX_KNOWN, forget);
    try {
      const installed = await entry.installed;
      entry.botToken = installed?.botToken;
      if (before !== undefined && before !== entry.botToken) {
        entry.previous = before;
        deps.onDropped(before);
      }
      // Nobody waits for somebody who installs it right now.
      if (installed === undefined && known.get(teamId) === entry) known.delete(teamId);
      return installed;
    } catch (error) {
      if (known.get(teamId) === entry) known.delete(teamId);
      throw error;
    }
  }

  function forget(teamId: string): void {
    const botToken = known.get(teamId)?.botToken;
    known.delete(teamId);
    if (botToken !== undefined) deps.onDropped(botToken);
  }

  async function renew(botToken: string): Promise<string | undefined> {
    for (const [teamId, entry] of known) {
      if (entry.previous === botToken) return entry.botToken;
      if (entry.botToken !== botToken) continue;
      const installed = await lookUp(teamId);
      return installed?.botToken === botToken ? undefined : installed?.botToken;
    }
    return undefined;
  }
}
