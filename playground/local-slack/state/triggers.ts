import type { Ids } from './ids.ts';

/** Where a trigger came from: who acted, through which installation, and on top of which modal. */
export type TriggerOrigin = {
  userId: string;
  /** The workspace whose app may use it. */
  teamId: string;
  fromModal: boolean;
  conversation: string | undefined;
};

export type TriggerError = 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';

export type Triggers = {
  issue(origin: TriggerOrigin): string;
  /** Uses it up, unless it can't be used any more. */
  take(triggerId: string, teamId: string): TriggerOrigin | TriggerError;
};

const TRIGGER_LIFE_MS = 3_000;

/** `trigger_id`s: they live for 3 seconds and open one view, once. */
export function createTriggers({ ids, now }: { ids: Ids; now: () => number }): Triggers {
  const triggers = new Map<string, { origin: TriggerOrigin; issuedAt: number; taken: boolean }>();
  return {
    issue(origin) {
      const id = `${Math.floor(now())}.${ids.next('').slice(-6)}.${ids.secret(32)}`;
      triggers.set(id, { origin, issuedAt: now(), taken: false });
      return id;
    },
    take(triggerId, teamId) {
      const trigger = triggers.get(triggerId);
      if (trigger === undefined || trigger.origin.teamId !== teamId) return 'invalid_trigger_id';
      if (trigger.taken) return 'exchanged_trigger_id';
      if (now() - trigger.issuedAt > TRIGGER_LIFE_MS) return 'expired_trigger_id';
      trigger.taken = true;
      return trigger.origin;
    },
  };
}
