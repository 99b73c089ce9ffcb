import { randomUUID } from 'node:crypto';
import { settling } from '../../add-inbox/request/next-step.ts';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import { type Database, StorageError } from '../database.ts';
import type { Sealer } from '../sealing/sealing.ts';
import { DUE, isOpen } from './batches/batch-row.ts';
import { createRequestLease, nextFence } from './lease-sql.ts';
import { createRequestStore } from './request-store.ts';

/** Longer than it takes to settle all of them. */
const LEASE_MS = 60_000;

const OUTCOME: Outcome = { kind: 'unknown', why: 'interrupted', restored: true };

const UNSETTLED = ['accepted', 'announced', 'armed'];

/**
 * Prevents a bot that starts from this copy of a database from sending requests again. Requests that are unfinished in the copy
 * may have been sent since. They end as unknown, and their passwords are deleted. The bot then reports them, and a person can try
 * them again. This can be interrupted and repeated.
 *
 * @returns the number of requests that were not settled
 * @throws StorageError if a bot is running on the database
 */
export async function settleRestored(database: Database, sealer: Sealer, now: () => number): Promise<number> {
  const held = { sealer, owner: randomUUID(), leaseMs: LEASE_MS, now };
  await makeUnsendable(database, held);
  const requests = createRequestStore({ database, ...held });
  let settled = 0;
  for (const claimed of await requests.claimDue(Number.MAX_SAFE_INTEGER)) {
    const isUnsettled = claimed.state === 'armed';
    // A row of a batch is reported by its batch.
    const change = {
      ...settling(OUTCOME, now()),
      ...(claimed.batch !== undefined && ({ state: 'reported' } as const)),
    };
    await requests.advance(claimed, isUnsettled ? change : {}, { release: true });
    if (isUnsettled) settled += 1;
  }
  return settled;
}

/** All in one commit. A bot that starts right after it treats the requests as interrupted, so it doesn't send them either. */
async function makeUnsendable(
  database: Database,
  lease: { owner: string; leaseMs: number; now(): number },
): Promise<void> {
  await database.transaction(async ({ kysely, kind }) => {
    const { free } = createRequestLease(kind, lease);
    const unfinished = kysely.updateTable('requests').where('state', '<>', 'told');
    const freed = await unfinished
      .set({ response_url: null, lease_owner: null, lease_until: null, fence: nextFence })
      .where(free)
      .executeTakeFirst();
    const { count } = await kysely
      .selectFrom('requests')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('state', '<>', 'told')
      .executeTakeFirstOrThrow();
    if (Number(freed.numUpdatedRows) !== count) {
      throw new StorageError(
        'database_in_use',
        'A bot is running on this database. Stop every bot, then run this again.',
      );
    }
    await unfinished
      .set({ state: 'armed', waits_for: null, turn_of: null, not_before: 0 })
      .where('state', 'in', UNSETTLED)
      .execute();
    await kysely.deleteFrom('request_passwords').execute();
    await kysely.deleteFrom('batch_drafts').execute();
    // The bot reports the batches. A draft has nothing left to confirm.
    const open = kysely.updateTable('batches').where(isOpen);
    await open.set({ not_before: DUE, lease_owner: null, lease_until: null, fence: nextFence }).execute();
    await open.set({ state: 'discarded', finished_at: lease.now() }).where('state', '=', 'draft').execute();
  });
}
