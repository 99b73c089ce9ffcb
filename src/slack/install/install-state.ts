import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const STATE_LIVES_MS = 10 * 60_000;

/** Why a state is not taken. `wrong`: it was never given out. */
export type StateRefusal = 'wrong' | 'expired' | 'used';

export class StateRefusedError extends Error {
  readonly code = 'state_refused';
  readonly why: StateRefusal;
  constructor(why: StateRefusal) {
    super(`the state is ${why}`);
    this.name = 'StateRefusedError';
    this.why = why;
  }
}

export type KnownStates = {
  add(state: string, expiresAt: number): Promise<void>;
  /** True once. */
  take(state: string): Promise<boolean>;
  /** Whether `take` would still be true. */
  has(state: string): Promise<boolean>;
};

export type InstallState = {
  issue(): Promise<string>;
  /** @throws StateRefusedError */
  use(state: string): Promise<void>;
  /** Why it would not be taken, without taking it; undefined where it would be. */
  judge(state: string): Promise<StateRefusal | undefined>;
};

/**
 * The `state` of an OAuth round trip: `<when it expires>.<random>.<HMAC of both>`, taken once within ten minutes. The HMAC tells
 * a state that was used or has expired from one that was made up, without asking the database.
 */
export function createInstallState(deps: { secret: string; states: KnownStates; now(): number }): InstallState {
  return {
    async issue() {
      const expiresAt = deps.now() + STATE_LIVES_MS;
      const content = `${expiresAt.toString(36)}.${randomBytes(24).toString('base64url')}`;
      const state = `${content}.${macOf(content)}`;
      await deps.states.add(state, expiresAt);
      return state;
    },

    async use(state) {
      const why = read(state);
      if (why !== undefined) throw new StateRefusedError(why);
      if (!(await deps.states.take(state))) throw new StateRefusedError('used');
    },

    judge: async (state) => read(state) ?? ((await deps.states.has(state)) ? undefined : 'used'),
  };

  function read(state: string): 'wrong' | 'expired' | undefined {
    const [, content = '', expires = '', mac = ''] = /^(([0-9a-z]{1,12})\.[\w-]{32})\.([\w-]{43})$/.exec(state) ?? [];
    if (!timingSafeEqual(Buffer.from(macOf(content)), Buffer.from(mac.padEnd(43)))) return 'wrong';
    return Number.parseInt(expires, 36) <= deps.now() ? 'expired' : undefined;
  }

  function macOf(content: string): string {
    return createHmac('sha256', deps.secret).update(`install state ${content}`).digest('base64url');
  }
}
