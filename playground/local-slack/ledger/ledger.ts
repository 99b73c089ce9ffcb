import type { WaitOptions } from '../api.ts';
import type { ApiCall, Change, Delivery, Ledger, Problem, Surface } from './traffic.ts';

export type LedgerKeeper = {
  ledger: Ledger;
  noteCall(call: ApiCall): void;
  noteDelivery(delivery: Delivery): void;
  notePayload(surface: Surface, payload: { [key: string]: unknown }): void;
  noteProblem(problem: Problem): void;
  emit(change: Change): void;
  onChange(listener: (change: Change) => void): () => void;
  /** Looks now and again at each change; rejects with `what` in the message when the time is over. */
  waitFor<T>(find: () => T | undefined, what: string | (() => string), options?: WaitOptions): Promise<T>;
};

const DEFAULT_WAIT_MS = 30_000;

/** Keeps what went in and out, tells listeners of every change, and lets tests wait for one. */
export function createLedger(): LedgerKeeper {
  const ledger: Ledger = { calls: [], deliveries: [], problems: [], payloads: [] };
  const listeners = new Set<(change: Change) => void>();

  function emit(change: Change): void {
    for (const listener of [...listeners]) listener(change);
  }

  function onChange(listener: (change: Change) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    ledger,
    noteCall(call) {
      ledger.calls.push(call);
      emit(call);
    },
    noteDelivery(delivery) {
      ledger.deliveries.push(delivery);
      emit(delivery);
    },
    notePayload(surface, payload) {
      ledger.payloads.push({ surface, payload });
    },
    noteProblem(problem) {
      ledger.problems.push(problem);
      emit({ kind: 'problem', problem });
    },
    emit,
    onChange,
    waitFor(find, what, { timeoutMs = DEFAULT_WAIT_MS } = {}) {
      const found = find();
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          stop();
          reject(
            new Error(
              `waited ${timeoutMs} ms for ${typeof what === 'string' ? what : what()}${describeProblems(ledger.problems)}`,
            ),
          );
        }, timeoutMs);
        const stop = onChange(() => {
          const foundNow = find();
          if (foundNow === undefined) return;
          clearTimeout(timer);
          stop();
          resolve(foundNow);
        });
      });
    },
  };
}

function describeProblems(problems: Problem[]): string {
  return problems.length === 0 ? '' : `; problems so far: ${problems.join('; ')}`;
}
