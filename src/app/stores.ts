import { randomUUID } from 'node:crypto';
import { AUDIT_KEPT_MS } from '../add-inbox/people/audit.ts';
import type { Config } from '../config.ts';
import { FINISHED_KEPT_MS, type HousekeepingDeps } from '../operations/housekeeping.ts';
import { describeError, type Log } from '../operations/log/log.ts';
import { openDatabase } from '../storage/open-database.ts';
import { withHeartbeat } from '../storage/postgres/heartbeat.ts';
import { createRateLimitRepository } from '../storage/rate-limit/rate-limit-repository.ts';
import { createBatchRepository } from '../storage/requests/batches/batch-repository.ts';
import { createDraftRepository } from '../storage/requests/batches/draft-repository.ts';
import { createRequestStore } from '../storage/requests/request-store.ts';
import { createSetAsideRequests } from '../storage/requests/set-aside.ts';
import type { OnUnreadable } from '../storage/rows/read-rows.ts';
import { createResponseUrlSeal } from '../storage/sealing/response-url-seal.ts';
import { createSealer } from '../storage/sealing/sealing.ts';
import { createAccessRequestRepository } from '../storage/workspaces/access-request-repository.ts';
import { createAdminChanges } from '../storage/workspaces/admin-changes.ts';
import { createAuditRepository } from '../storage/workspaces/audit-repository.ts';
import { createClientPresetsRepository } from '../storage/workspaces/clients/client-presets-repository.ts';
import { createClientRemoval } from '../storage/workspaces/clients/client-removal.ts';
import { createRememberedRepository } from '../storage/workspaces/clients/remembered-repository.ts';
import { createColdsendKeyRepository } from '../storage/workspaces/coldsend-key-repository.ts';
import { createInboxActionRepository } from '../storage/workspaces/inbox-action-repository.ts';
import { createSecureLinkRepository } from '../storage/workspaces/secure-link-repository.ts';
import { createSettingsRepository } from '../storage/workspaces/settings-repository.ts';

/**
 * How long other replicas wait before they claim the requests of a dead replica. A bot that can't renew its leases for this long
 * could not answer Slack within three seconds either.
 */
const LEASE_MS = 4_000;

/** The stores for a test email or a removal. */
const ACTION_MARGIN_MS = 60_000;

export type Stores = Awaited<ReturnType<typeof openStores>>;

/**
 * Opens and migrates the database and creates its repositories. Throws StorageError if the database is in use, damaged or sealed
 * with other keys.
 */
export async function openStores(config: Config, log: Log, now: () => number, onUnreadable: OnUnreadable) {
  const sealer = createSealer(config.encryptionKeys);
  const onConnectionError = (error: Error) => log.error('A connection to the database broke', describeError(error));
  const database = withHeartbeat(await openDatabase(config.databaseUrl, { sealer, onConnectionError }));
  const startedAt = now() - performance.now();
  const held = {
    sealer,
    owner: randomUUID(),
    leaseMs: LEASE_MS,
    now,
    onUnreadable,
  };
  return {
    sealer,
    database,
    requests: createRequestStore({ database, ...held }),
    adminChanges: createAdminChanges({ database, ...held }),
    slots: createRateLimitRepository({
      database,
      limits: config.coldsend.rateLimits,
      steadyNow: () => Math.round(startedAt + performance.now()),
      ...held,
    }),
    batches: createBatchRepository({ database, ...held }),
    presets: createClientPresetsRepository(database, onUnreadable),
    remembered: createRememberedRepository(database, onUnreadable),
    clientRemoval: createClientRemoval({ database, sealer, now, onUnreadable }),
    accessRequests: createAccessRequestRepository({ database, now }),
    inboxActions: createInboxActionRepository({
      database,
      ...held,
      leaseMs: config.coldsend.timeoutMs + ACTION_MARGIN_MS,
    }),
    drafts: createDraftRepository({ database, sealer, now }),
    setAside: createSetAsideRequests({ db: database, now }),
    keys: createColdsendKeyRepository({ db: database, sealer, now, onUnreadable }),
    secureLinks: createSecureLinkRepository({ database, sealer, now }),
    settings: createSettingsRepository(database, onUnreadable, config.mailbox.loginChecks),
    audit: createAuditRepository({ db: database, now, onUnreadable }),
    responseUrlSeal: createResponseUrlSeal(sealer),
    /** How long a claim holds. On SQLite, this process is the only one that can claim. */
    leaseMs: database.kind === 'sqlite' ? Number.POSITIVE_INFINITY : LEASE_MS,
  };
}

/** The chores of the housekeeping. */
export function createChores(
  { requests, batches, accessRequests, inboxActions, setAside, slots, secureLinks, audit }: Stores,
  now: () => number,
): HousekeepingDeps['chores'] {
  return {
    finished_requests: async () => (await requests.deleteFinishedBefore(now() - FINISHED_KEPT_MS)) > 0,
    set_aside_requests: () => setAside.takeUp(),
    passwords_set_aside: () => setAside.wipePasswords(),
    rows_set_aside: () => setAside.endRows(),
    old_set_aside_requests: () => setAside.deleteBefore(now() - FINISHED_KEPT_MS),
    old_batches: () => batches.deleteFinishedBefore(now() - FINISHED_KEPT_MS),
    old_access_requests: () => accessRequests.deleteBefore(now() - FINISHED_KEPT_MS),
    old_inbox_actions: async () => (await inboxActions.deleteBefore(now() - FINISHED_KEPT_MS)) > 0,
    old_drafts: () => batches.deleteOldDrafts(),
    old_turns: slots.deleteOld,
    expired_links: async () => (await secureLinks.deleteExpired()) > 0,
    audit_trail: async () => (await audit.deleteBefore(now() - AUDIT_KEPT_MS)) > 0,
  };
}
