import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchWorker } from '../../add-inbox/batch/batch-worker.ts';
import { createDrafts } from '../../add-inbox/batch/drafts.ts';
import type { RateLimit } from '../../add-inbox/worker/rate-limit.ts';
import type { Log } from '../../operations/log/log.ts';
import { createDetectServers } from '../detect-servers.ts';
import { createFindFormDefaults } from '../form-defaults.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Stores } from '../stores.ts';

export type Drafts = ReturnType<typeof createDrafts>;

/**
 * The drafts of batches; what finds the servers of inboxes, also where the bot looks nothing up, for it remembers some; and what forms
 * for inboxes begin with.
 */
export function createAppDrafts(deps: {
  stores: Pick<Stores, 'drafts' | 'batches' | 'presets' | 'remembered'>;
  mailbox: Pick<Mailbox, 'findServers'> | undefined;
  rateLimits: readonly RateLimit[];
  batchWorker: Pick<BatchWorker, 'wake'>;
  newReference(): string;
  log: Log;
  now(): number;
}) {
  const { stores, mailbox, log } = deps;
  const remembered = { findPresets: stores.presets.find, findLast: stores.remembered.findLast };
  const findServers = createDetectServers({ findServers: mailbox?.findServers ?? FINDS_NOTHING, ...remembered });
  const drafts = createDrafts({
    store: stores.drafts,
    listFailed: stores.batches.listFailed,
    listPresets: stores.presets.list,
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
  return { drafts, findServers, findDefaults: createFindFormDefaults(remembered) };
}

const FINDS_NOTHING: Mailbox['findServers'] = async () => ({ kind: 'not_found' });
