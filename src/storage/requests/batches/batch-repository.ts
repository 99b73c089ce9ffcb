import { setImmediate as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Batch, type BatchChange, type ClaimedBatch, DRAFT_TTL_MS } from '../../../add-inbox/batch/batch.ts';
import { type OwnerName, toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import type { Cursor, Page } from '../../../add-inbox/lists/page.ts';
import { LeaseLostError } from '../../../add-inbox/request/request.ts';
import type { Unreadable } from '../../../add-inbox/request/unreadable.ts';
import type { Database, Executor } from '../../database.ts';
import { isAfter, toPage } from '../../rows/read-page.ts';
import { type OnUnreadable, readRows } from '../../rows/read-rows.ts';
import { createAuditRepository } from '../../workspaces/audit-repository.ts';
import { createRequestLease, inOrder, nextFence } from '../lease-sql.ts';
import { DUE, isOpen, parseBatch, toBatchColumns } from './batch-row.ts';
import { createBatchRows } from './batch-rows.ts';

/** At most this many batches of a person, and of a workspace, run at once. */
const MAX_RUNNING = { person: 1, workspace: 3 };

/** A row in the queue is looked at again after a day, as the oldest requests are. */
export const QUEUED_MS = 24 * 60 * 60 * 1000;

/** About 5 ms of work; others get their turn in between. */
const ROWS_STOPPED_AT_ONCE = 500;

/** A batch that this version can't read is looked at again after this time, as unreadable requests are. */
const UNREADABLE_MS = 10 * 60 * 1000;

type BatchRepositoryDeps = {
  database: Database;
  /** Names this run of the process; leases are held in its name. */
  owner: string;
  leaseMs: number;
  now(): number;
  onUnreadable?: OnUnreadable;
};

type BatchQuery = { before?: Cursor | undefined; owner?: OwnerName | undefined; limit: number };

/** The table of batches, and their rows in the table of requests. Leases are those of requests. */
export function createBatchRepository({ database, owner, leaseMs, now, onUnreadable }: BatchRepositoryDeps) {
  const { kysely } = database;
  const lease = createRequestLease(database.kind, { owner, leaseMs });
  return {
    claimDue,
    renew,
    advance,
    release,
    start,
    mayStart,
    discard,
    stop,
    stopRows,
    ...createBatchRows(database, onUnreadable),
    find,
    latest,
    deleteFinishedBefore,
    deleteOldDrafts,
    countByState,
  };

  /** Takes up to `limit` batches that are due and held by nobody. */
  async function claimDue(limit: number): Promise<ClaimedBatch[]> {
    const time = now();
    const rows = await kysely
      .with(
        (cte) => cte('due').materialized(),
        (query) => {
          const due = query
            .selectFrom('batches')
            .select('id')
            .where(isOpen)
            .where('not_before', '<=', time)
            .where(lease.free)
            .orderBy('not_before')
            .limit(limit);
          return database.kind === 'postgres' ? due.forUpdate().skipLocked() : due;
        },
      )
      .updateTable('batches')
      .set({ fence: nextFence, lease_owner: owner, lease_until: lease.until, not_before: time })
      .where('id', 'in', (eb) => eb.selectFrom('due').select('due.id'))
      .returningAll()
      .execute();
    const read = readRows(rows, parseBatch, ({ id, created_at: at }) => ({ id, at }), note);
    await putOff(read.flatMap((batch) => ('unreadable' in batch ? [batch.id] : [])));
    return read.flatMap((batch) => ('unreadable' in batch ? [] : [batch]));
  }

  async function putOff(unreadable: string[]): Promise<void> {
    if (unreadable.length === 0) return;
    await kysely
      .updateTable('batches')
      .set({ not_before: now() + UNREADABLE_MS, lease_owner: null, lease_until: null })
      .where('id', 'in', unreadable)
      .where('lease_owner', '=', owner)
      .execute();
  }

  /** Holds the batches for another `leaseMs`. Returns the ids of those that are still held here. */
  async function renew(claimed: { id: string; fence: number }[]): Promise<string[]> {
    const fences = new Map(claimed.map(({ id, fence }) => [id, fence]));
    const held = await database.leaseConnection.kysely
      .updateTable('batches')
      .set({ lease_until: lease.until })
      .where('id', 'in', (eb) =>
        inOrder(
          database,
          eb
            .selectFrom('batches')
            .select('id')
            .where('id', 'in', [...fences.keys()]),
        ),
      )
      .where('lease_owner', '=', owner)
      .returning(['id', 'fence'])
      .execute();
    return held.filter(({ id, fence }) => fences.get(id) === fence).map(({ id }) => id);
  }

  /** Commits one step and returns the batch as it is now. @throws LeaseLostError where it is not held any more */
  function advance(claimed: ClaimedBatch, change: BatchChange): Promise<ClaimedBatch> {
    return advanceWithin(database, claimed, change);
  }

  async function advanceWithin({ kysely }: Executor, claimed: ClaimedBatch, change: BatchChange) {
    const row = await kysely
      .updateTable('batches')
      .set({ ...toBatchColumns(change), fence: claimed.fence })
      .where('id', '=', claimed.id)
      .where('fence', '=', claimed.fence)
      .where('lease_owner', '=', owner)
      // A person may have stopped it, or a fixed row may have made it running, since it was read.
      .where('state', '=', claimed.state)
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new LeaseLostError(claimed.id);
    return parseBatch(row);
  }

  /** Releases the batch until then, unless something made it due since it was claimed. */
  async function release({ id, fence }: ClaimedBatch, until: number, tries = 0): Promise<void> {
    await kysely
      .updateTable('batches')
      .set({
        lease_owner: null,
        lease_until: null,
        tries,
        not_before: sql<number>`case when not_before = ${DUE} then not_before else ${Math.ceil(until)} end`,
      })
      .where('id', '=', id)
      .where('fence', '=', fence)
      .where('lease_owner', '=', owner)
      .execute();
  }

  /**
   * Queues the rows for slots of the key with this fingerprint, also those that wait for a key; undefined: they wait for one.
   *
   * @throws LeaseLostError
   */
  function start(claimed: ClaimedBatch, keyFingerprint: string | undefined): Promise<ClaimedBatch> {
    return database.transaction(async (within) => {
      const started = await advanceWithin(within, claimed, { state: 'running' });
      const lookAgainAt = now() + QUEUED_MS;
      await within.kysely
        .updateTable('requests')
        .set(
          keyFingerprint === undefined
            ? { waits_for: 'key' }
            : {
                waits_for: 'rate_limited',
                turn_of: keyFingerprint,
                not_before: sql<number>`case when expires_at < ${lookAgainAt} then expires_at else ${lookAgainAt} end`,
              },
        )
        .where('batch_id', '=', claimed.id)
        .where('state', '=', 'announced')
        .where(({ or, eb }) => or([eb('waits_for', 'is', null), eb('waits_for', '=', 'key')]))
        .where('turn_of', 'is', null)
        // A row that a person fixes in the form for one inbox is sent by itself, once its login is checked.
        .whereRef('view_id', '=', 'id')
        .where(lease.free)
        .execute();
      return started;
    });
  }

  /**
   * Whether few enough others of the person and the workspace run or have waited for longer. A batch whose rows are all settled, or
   * wait for a key, keeps nobody waiting: a client's missing key must not hold up other clients. A batch that got rows to fix while it
   * was running has begun already, so it goes on.
   */
  async function mayStart({ id, teamId, userId, confirmedAt = 0 }: Batch): Promise<boolean> {
    if (await hasBegun(id)) return true;
    const others = await kysely
      .selectFrom('batches')
      .select('user_id')
      .where('team_id', '=', teamId)
      .where('id', '<>', id)
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('requests')
            .select('requests.id')
            .whereRef('requests.batch_id', '=', 'batches.id')
            .where('requests.outcome_kind', 'is', null)
            .where('requests.waits_for', 'is distinct from', 'key'),
        ),
      )
      .where(({ or, and, eb }) =>
        or([
          eb('state', 'in', ['running', 'stopped']),
          and([
            eb('state', '=', 'waiting'),
            or([eb('confirmed_at', '<', confirmedAt), and([eb('confirmed_at', '=', confirmedAt), eb('id', '<', id)])]),
          ]),
        ]),
      )
      .execute();
    const ofPerson = others.filter(({ user_id }) => user_id === userId);
    return others.length < MAX_RUNNING.workspace && ofPerson.length < MAX_RUNNING.person;
  }

  /** Whether a row is queued, or under way. */
  async function hasBegun(id: string): Promise<boolean> {
    const begun = await kysely
      .selectFrom('requests')
      .select('id')
      .where('batch_id', '=', id)
      .where('outcome_kind', 'is', null)
      .where(({ or, eb }) => or([eb('waits_for', 'is not', null), eb('state', '<>', 'announced')]))
      .limit(1)
      .executeTakeFirst();
    return begun !== undefined;
  }

  /** Deletes a draft's passwords. @throws LeaseLostError */
  async function discard(claimed: ClaimedBatch): Promise<void> {
    await database.transaction(async (within) => {
      await advanceWithin(within, claimed, { state: 'discarded', finishedAt: now() });
      await within.kysely.deleteFrom('batch_drafts').where('batch_id', '=', claimed.id).execute();
    });
  }

  /**
   * Ends the rows that were not sent, and deletes their passwords. Returns the batch as it is now; undefined if there is none
   * that could be stopped.
   */
  function stop(teamId: string, id: string, userId: string): Promise<Batch | undefined> {
    return database.transaction(async (within) => {
      const row = await within.kysely
        .updateTable('batches')
        .set({ state: 'stopped', stopped_by: userId, not_before: DUE })
        .where('id', '=', id)
        .where('team_id', '=', teamId)
        .where('state', 'in', ['waiting', 'running'])
        // Once all rows are settled, the end is being posted. Changing the state then would make it be posted again.
        .where(({ exists, selectFrom }) =>
          exists(selectFrom('requests').select('id').where('batch_id', '=', id).where('outcome_kind', 'is', null)),
        )
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) return undefined;
      await stopWithin(within, id);
      await createAuditRepository({ db: within, now }).add({
        teamId,
        userId,
        action: 'batch_stopped',
        requestId: id,
        details: {},
      });
      return parseBatch(row);
    });
  }

  /** The same for rows that came back since: ColdSend asked them to wait. */
  async function stopRows(batchId: string): Promise<void> {
    await database.transaction((within) => stopWithin(within, batchId));
  }

  async function stopWithin({ kind, kysely }: Executor, batchId: string): Promise<void> {
    const time = now();
    // A row that is locked is being claimed or settled at this moment, so it is under way.
    const free = kysely
      .selectFrom('requests')
      .select('id')
      .where('batch_id', '=', batchId)
      .where('state', 'in', ['accepted', 'announced'])
      .where(lease.free)
      .limit(ROWS_STOPPED_AT_ONCE);
    for (let stopped = ROWS_STOPPED_AT_ONCE; stopped === ROWS_STOPPED_AT_ONCE; await pause()) {
      const rows = await kysely
        .updateTable('requests')
        .set({
          state: 'told',
          outcome: JSON.stringify({ kind: 'stopped' }),
          outcome_kind: 'stopped',
          waits_for: null,
          turn_of: null,
          settled_at: time,
          told_at: time,
          fence: nextFence,
        })
        .where('id', 'in', kind === 'postgres' ? free.forUpdate().skipLocked() : free)
        .returning('id')
        .execute();
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) await kysely.deleteFrom('request_passwords').where('request_id', 'in', ids).execute();
      stopped = ids.length;
    }
  }

  /** Deletes batches that ended before `time`. Their rows are deleted as all requests are. */
  async function deleteFinishedBefore(time: number): Promise<void> {
    await kysely.deleteFrom('batches').where('finished_at', '<', time).execute();
  }

  /** Deletes what is left of drafts that nobody may confirm any more, whatever became of their batch. Returns the number of pieces. */
  async function deleteOldDrafts(): Promise<number> {
    const kept = kysely
      .selectFrom('batches')
      .select('id')
      .where('state', '=', 'draft')
      .where('created_at', '>=', now() - DRAFT_TTL_MS);
    const deleted = await kysely.deleteFrom('batch_drafts').where('batch_id', 'not in', kept).executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  async function find(teamId: string, id: string): Promise<Batch | undefined> {
    const row = await kysely
      .selectFrom('batches')
      .selectAll()
      .where('id', '=', id)
      .where('team_id', '=', teamId)
      .executeTakeFirst();
    return row && parseBatch(row);
  }

  /** The workspace's confirmed batches, the newest first. */
  async function latest(teamId: string, { before, owner, limit }: BatchQuery): Promise<Page<Batch | Unreadable>> {
    const rows = await kysely
      .selectFrom('batches')
      .selectAll()
      .where('team_id', '=', teamId)
      .where('confirmed_at', 'is not', null)
      // A draft of fixed rows is confirmed, too, but its rows are those of another batch.
      .where('fix_of', 'is', null)
      .where(({ and, eb }) =>
        and([
          ...(before === undefined ? [] : [isAfter('created_at', before)]),
          ...(owner === undefined ? [] : [eb('client', '=', toStoredName(owner))]),
        ]),
      )
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const locate = ({ id, created_at: at }: (typeof rows)[number]) => ({ id, at });
    return toPage(rows, { parse: parseBatch, locate, onUnreadable: note }, limit);
  }

  /** The number of batches that are not finished, by state. */
  async function countByState(): Promise<Record<string, number>> {
    const rows = await kysely
      .selectFrom('batches')
      .select('state')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where(isOpen)
      .groupBy('state')
      .execute();
    const counts = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    return { draft: 0, waiting: 0, running: 0, stopped: 0, finished: 0, ...counts };
  }

  function note(id: string, error: unknown): void {
    onUnreadable?.(id, error, 'batches');
  }
}
