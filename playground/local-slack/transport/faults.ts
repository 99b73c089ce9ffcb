import type { Fault } from '../api.ts';

export type Faults = {
  failNext(method: string, fault: Fault, times?: number): void;
  heal(): void;
  /** The fault for this call, used up by asking. */
  take(method: string): Fault | undefined;
};

/** Faults that were ordered for the next calls of a method; `*` means any. */
export function createFaults(): Faults {
  let ordered: { method: string; fault: Fault; left: number }[] = [];
  return {
    failNext(method, fault, times = 1) {
      ordered.push({ method, fault, left: times });
    },
    heal() {
      ordered = [];
    },
    take(method) {
      const found = ordered.find((order) => order.method === method || order.method === '*');
      if (found === undefined) return undefined;
      found.left -= 1;
      ordered = ordered.filter((order) => order.left > 0);
      return found.fault;
    },
  };
}
