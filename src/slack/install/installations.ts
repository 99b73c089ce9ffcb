import { dropOldest } from '../../operations/drop-oldest.ts';

/** The bot's identity and token in a workspace. */
export type Installed = { teamId: string; botToken: string; botId: string; botUserId: string };

/** The bot is not, or no longer, installed in the workspace, or is installed for a whole organization, which is unsupported. */
export class NotInstalledError extends Error {
  readonly code = 'not_installed';
  readonly why: 'not_here' | 'org_wide';
  constructor(why: NotInstalledError['why'] = 'not_here') {
    super('the bot is not installed in this workspace');
    this.name = 'NotInstalledError';
    this.why = why;
  }
}

/** The workspace's token can't be decrypted. People there see the same as without an installation; installing again fixes it. */
export class TokenUnreadableError extends NotInstalledError {}

export type Installations = {
  /** Returns a new object each time, because Bolt modifies it. @throws NotInstalledError */
  get(teamId: string | undefined): Promise<Installed>;
  /** Makes the next `get` look the workspace up again. */
  forget(teamId: string): void;
  /** The current token of the workspace whose `botToken` Slack has refused; undefined where it has no other. */
  renew(botToken: string): Promise<string | undefined>;
};

/** Another replica's change is noticed within this time. */
const KNOWN_FOR_MS = 25_000;

const MAX_KNOWN = 1_000;

type Known = {
  at: number;
  installed: Promise<Installed | undefined>;
  botToken: string | undefined;
  /** The previous token, so that calls which still use it find the new one. */
  previous: string | undefined;
};

/**
 * The workspaces the bot serves, looked up with `find` and remembered for a moment.
 *
 * @param monotonicNow milliseconds of a clock that is never adjusted
 * @param onDropped called with a token that the workspace no longer uses
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
      // A missing installation is not remembered, so that a new one works at once.
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
