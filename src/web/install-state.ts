import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const STATE_TTL_MS = 10 * 60_000;

/** The reason that a state is refused. `wrong`: we never issued it. */
type StateProblem = 'wrong' | 'expired' | 'used';

export class StateRefusedError extends Error {
  readonly code = 'state_refused';
  readonly why: StateProblem;
  constructor(why: StateProblem) {
    super(`the state is ${why}`);
    this.name = 'StateRefusedError';
    this.why = why;
  }
}

type UsedStates = {
  /**
   * Returns true once for each state, over all replicas. The note has to be kept until `expiresAt`, in milliseconds since 1970.
   */
  use(state: string, expiresAt: number): Promise<boolean>;
  /** Whether `use` would return false. */
  has(state: string): Promise<boolean>;
};

export type InstallState = {
  issue(): string;
  /** @throws StateRefusedError */
  use(state: string): Promise<void>;
  /** The reason that the state would be refused, without using it; undefined if it would be accepted. */
  judge(state: string): Promise<StateProblem | undefined>;
};

/**
 * The `state` of an OAuth round trip: `<expiry>.<random>.<HMAC of both>`, accepted once within ten minutes. The HMAC proves that
 * we issued it, so only states that come back are stored. Loading the page stores nothing.
 */
export function createInstallState(deps: { secret: string; used: UsedStates; now(): number }): InstallState {
  return {
    issue() {
      const content = `${(deps.now() + STATE_TTL_MS).toString(36)}.${randomBytes(24).toString('base64url')}`;
      return `${content}.${macOf(content)}`;
    },

    async use(state) {
      const expiresAt = read(state);
      if (typeof expiresAt === 'string') throw new StateRefusedError(expiresAt);
      if (!(await deps.used.use(state, expiresAt))) throw new StateRefusedError('used');
    },

    async judge(state) {
      const expiresAt = read(state);
      if (typeof expiresAt === 'string') return expiresAt;
      return (await deps.used.has(state)) ? 'used' : undefined;
    },
  };

  /** The expiry, or the reason that the state is invalid even if it is unused. */
  function read(state: string): number | 'wrong' | 'expired' {
    const [, content = '', expires = '', mac = ''] = /^(([0-9a-z]{1,12})\.[\w-]{32})\.([\w-]{43})$/.exec(state) ?? [];
    if (!timingSafeEqual(Buffer.from(macOf(content)), Buffer.from(mac.padEnd(43)))) return 'wrong';
    const expiresAt = Number.parseInt(expires, 36);
    return expiresAt <= deps.now() ? 'expired' : expiresAt;
  }

  function macOf(content: string): string {
    return createHmac('sha256', deps.secret).update(`install state ${content}`).digest('base64url');
  }
}
