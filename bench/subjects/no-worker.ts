import type { Worker } from '../../src/add-inbox/worker/worker.ts';

export function createWorker(): Worker {
  return { start: () => {}, take: () => {}, wake: () => {}, stop: async () => {} };
}
