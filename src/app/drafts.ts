import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FindServers } from '../add-inbox/account/detection.ts';
import type { BatchWorker } from '../add-inbox/batch/batch-worker.ts';
import { createDrafts } from '../add-inbox/batch/drafts.ts';
import type { RateLimit } from '../add-inbox/worker/rate-limit.ts';
import type { Log } from '../operations/log/log.ts';
import { createDetectServers } from './detect-servers.ts';
import type { Mailbox } from './mailbox.ts';
import type { Stores } from './stores.ts';

export type Drafts = ReturnType<typeof createDrafts>;

/** The drafts of batches, and what finds the servers of their rows: undefined where the bot looks nothing up. */
export function createAppDrafts(deps: {
  stores: Pick<Stores, 'drafts' | 'batches' | 'requests'>;
  mailbox: Pick<Mailbox, 'findServers'> | undefined;
  rateLimits: readonly RateLimit[];
  batchWorker: Pick<BatchWorker, 'wake'>;
  newReference(): string;
  log: Log;
  now(): number;
}): { drafts: Drafts; findServers: FindServers | undefined } {
  const { stores, mailbox, log } = deps;
  const findServers = mailbox && createDetectServers({ ...mailbox, findAdded: stores.requests.findAdded });
  const drafts = createDrafts({
    store: stores.drafts,
    listFailed: stores.batches.listFailed,
    findServers,
    limits: deps.rateLimits,
    newId: deps.newReference,
    onConfirmed: ({ id: request, teamId: team, userId: user }) => {
      log.info('Many inboxes accepted', { request, team, user });
      deps.batchWorker.wake();
    },
    pause: nextTurn,
    now: deps.now,
  });
  return { drafts, findServers };
}
