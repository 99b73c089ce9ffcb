import type { Batch, BatchProgress, BatchRow, ClaimedBatch } from '../../../src/add-inbox/batch/batch.ts';
import { type BatchStepDeps, createDoBatchStep } from '../../../src/add-inbox/batch/do-batch-step.ts';
import type { OpenKey } from '../../../src/add-inbox/request/send-request.ts';
import { sampleKey } from '../keys/sample-key.ts';
import { sampleBatch } from './sample-batch.ts';

export const NOW = 1_000_000;

export const ANNOUNCEMENT = { channelId: 'C1', ts: '1.1', surface: 'channel' } as const;

export const OPEN_KEY: OpenKey = { apiKey: 'k', fingerprint: 'f', version: 1, status: 'works' };

export function progressOf(counts: Partial<BatchProgress['counts']>, waitsForKey = false): BatchProgress {
  const none = { added: 0, exists: 0, refused: 0, key_refused: 0, unknown: 0, expired: 0, stopped: 0, unsettled: 0 };
  return { counts: { ...none, ...counts }, waitsForKey };
}

export function claimedBatch(change: Partial<Batch> = {}): ClaimedBatch {
  return { ...sampleBatch({ confirmedAt: 0, total: 2, ...change }), fence: 1 };
}

export type World = Omit<Partial<BatchStepDeps>, 'batches' | 'delivery'> & {
  batches?: Partial<BatchStepDeps['batches']>;
  delivery?: Partial<BatchStepDeps['delivery']>;
  progress?: BatchProgress;
  rows?: BatchRow[];
};

/** Steps of a batch where everything goes well, but for what the test says; `calls` is what was done, in order. */
export function setUp({ batches, delivery, progress = progressOf({ unsettled: 2 }), rows = [], ...deps }: World = {}) {
  const calls: string[] = [];
  const call = (name: string, ...details: unknown[]) =>
    void calls.push([name, ...details.map((detail) => JSON.stringify(detail))].join(' '));
  const doStep = createDoBatchStep({
    batches: {
      advance: async (claimed, change) => {
        call('commit', change);
        return { ...claimed, ...change };
      },
      start: async (claimed, fingerprint) => {
        call('start', fingerprint);
        return { ...claimed, state: 'running' };
      },
      discard: async () => call('discard'),
      release: async (_claimed, until, tries = 0) => call('release', until - NOW, tries),
      mayStart: async () => true,
      stopRows: async () => call('stop rows'),
      countProgress: async () => progress,
      listFailed: async () => rows,
      listRows: async () => rows,
      ...batches,
    },
    keys: { find: async () => sampleKey(), open: async () => OPEN_KEY },
    estimateEnd: async () => NOW + 60_000,
    delivery: {
      postCard: async ({ endsAt }) => {
        call('card', endsAt === undefined ? 'no end' : endsAt - NOW);
        return { kind: 'posted', announcement: ANNOUNCEMENT };
      },
      updateCard: async ({ endsAt }) => {
        call('update', endsAt === undefined ? 'no end' : endsAt - NOW);
        return { kind: 'updated' };
      },
      postFailures: async (_batch, failed) => {
        call('failures', failed.length);
        return { kind: 'posted', ts: '1.2' };
      },
      postResults: async (_batch, all) => {
        call('results', all.length);
        return { kind: 'posted' };
      },
      postSummary: async ({ failed, domains }) => {
        call('summary', failed.length, ...domains.map(({ domain }) => domain));
        return { kind: 'posted', ts: '1.3' };
      },
      ...delivery,
    },
    judgeDomains: undefined,
    isStillOurs: () => true,
    onStarted: () => call('rows queued'),
    onStep: () => {},
    now: () => NOW,
    random: () => 0.5,
    ...deps,
  });
  return { doStep, calls };
}
