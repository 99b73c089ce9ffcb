import type { Budget, SlotKind } from './key-budget.ts';

/** A key is looked at after this time in any case, since a clock may have been set. */
const KNOWN_FOR_MS = 60_000;

/** A key that requests are queued for, and their kinds. */
export type Queue = { key: string; kinds: SlotKind[] };

/**
 * Remembers when each key has its next free slot. Other requests make a slot free later, never earlier, so until then nothing
 * has to be looked up. Most keys with a queue wait, and looking at all of them each time would cost more than sending.
 *
 * @param now milliseconds of a clock that is never adjusted
 */
export function createSlotTimes(now: () => number) {
  const known = new Map<string, Record<SlotKind | 'lookedAt', number>>();

  return {
    remember(key: string, { clock, freeAt }: Budget): void {
      const lookedAt = now();
      const ahead = lookedAt - clock;
      known.set(key, { lookedAt, single: freeAt.single + ahead, row: freeAt.row + ahead });
    },

    /** How long a key surely has no free slot for what is queued; 0 if that has to be looked up. */
    waitMs({ key, kinds }: Queue): number {
      const times = known.get(key);
      const time = now();
      if (times === undefined || time >= times.lookedAt + KNOWN_FOR_MS) return 0;
      return Math.max(0, Math.min(...kinds.map((kind) => times[kind])) - time);
    },

    /** Forgets all other keys. */
    keep(queues: readonly Queue[]): void {
      const kept = new Set(queues.map(({ key }) => key));
      for (const key of known.keys()) if (!kept.has(key)) known.delete(key);
    },
  };
}
