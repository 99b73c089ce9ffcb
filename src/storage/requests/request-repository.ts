import { type SqlBool, sql, type Updateable } from 'kysely';
import type { Passwords } from '../../add-inbox/account/sender-account.ts';
import { type OwnerName, toStoredName } from '../../add-inbox/keys/key-owner.ts';
import {
  type AddInboxRequest,
  type ClaimedRequest,
  LeaseLostError,
  PasswordsUnreadableError,
  PasswordsWipedError,
  type RequestChange,
} from '../../add-inbox/request/request.ts';
import type { Accepted, RequestToAccept } from '../../add-inbox/request/submit.ts';
import { ALL_SHARES } from '../../add-inbox/worker/shares.ts';
import type { Executor } from '../database.ts';
import { withinShares } from '../rate-limit/within-shares.ts';
import { type Consequence, changeTogether, inserting } from '../rows/change-together.ts';
import type { OnUnreadable } from '../rows/read-rows.ts';
import { canAnotherOpen } from '../sealing/known-keys.ts';
import { passwordsContext, responseUrlContext } from '../sealing/seal-contexts.ts';
import { SealError, type Sealer } from '../sealing/sealing.ts';
import type { RequestsTable } from '../tables.ts';
import { createRequestLease, inOrder, nextFence } from './lease-sql.ts';
import { findThreads } from './lists/find-threads.ts';
import { type LatestQuery, listLatest } from './lists/list-latest.ts';
import { toNewRequest } from './new-request.ts';
import { createRequestCounts } from './request-counts.ts';
import { findSuccessor } from './request-retries.ts';
import {
  expiresAt,
  findRowsByView,
  findSealed,
  parseClaimedRequest,
  parseRequest,
  passwordsJson,
  REQUEST_COLUMNS,
  toAnnouncementColumns,
  toCarriedColumns,
  toChangedColumns,
  toKeyColumns,
  unfinished,
} from './request-row.ts';
import { setAside } from './set-aside.ts';

/**
 * A request that is queued or waits for a key is put off until it expires at the latest. All others are put off for the hour that
 * ColdSend may ask for. A later time was written before the clock was set back.
 */
const MAX_WAIT_MS = 25 * 60 * 60 * 1000;
const MAX_RETRY_WAIT_MS = 2 * 60 * 60 * 1000;

/** To find times that are absurd, all unfinished requests have to be read, so it is done only so often. */
const ABSURD_EVERY_MS = 60_000;

/** A queued request whose slot is this much later than announced gets a new time, and people see it. */
const OVERDUE_MS = 15_000;

const DELETED_AT_ONCE = 100;

/**
 * `not_before` is later than anybody meant. To wait until it expires is always meant: for a key, or for a batch to start. Nothing is
 * calculated with what is stored, which may be any number.
 */
function isAbsurd(time: number) {
  return sql<SqlBool>`(not_before > case
    when waits_for = 'key' or turn_of is not null then cast(${time + MAX_WAIT_MS} as bigint)
    else cast(${time + MAX_RETRY_WAIT_MS} as bigint)
  end and (state = 'armed' or coalesce(waits_for, 'key') <> 'key' or not_before <> coalesce(expires_at, 0)))`;
}

export type RequestRepositoryDeps = {
  db: Executor;
  sealer: Sealer;
  /** Names this run of the process; leases are held in its name. */
  owner: string;
  /** A whole number. */
  leaseMs: number;
  now: () => number;
  /** Told about rows that this version can't read (a newer one wrote them, or nobody should have). */
  onUnreadable?: OnUnreadable;
};

export type RequestRepository = ReturnType<typeof createRequestRepository>;

/** The table of requests. Times are milliseconds since 1970, taken from `now`; leases go by the database's clock. */
export function createRequestRepository({ db, sealer, owner, leaseMs, now, onUnreadable }: RequestRepositoryDeps) {
  const { kysely } = db;
  const lease = createRequestLease(db.kind, { owner, leaseMs });
  let soughtAbsurdAt: number | undefined;

  return {
    /**
     * Commits a submission, held by this owner with fence 1 so that work on it starts at once. Of several submissions of one
     * view the first counts, and the others change nothing. After an error it may have been committed.
     *
     * @param also what is committed with it
     */
    async accept(
      input: RequestToAccept,
      also: (request: ClaimedRequest) => Consequence[] = () => [],
    ): Promise<Exclude<Accepted, { kind: 'superseded' }>> {
      const request = toNewRequest(input, now());
      const { passwords, responseUrl } = input;
      const accepting = kysely
        .insertInto('requests')
        .values({
          id: request.id,
          team_id: request.teamId,
          user_id: request.userId,
          view_id: request.viewId,
          channel_id: request.channelId,
          results_channel_id: request.resultsChannelId ?? null,
          ...toKeyColumns(request.keyName),
          retry_of: request.retryOf ?? null,
          state: request.state,
          account: JSON.stringify(request.account),
          response_url: responseUrl === undefined ? null : sealer.seal(responseUrl, responseUrlContext(request)),
          ...toAnnouncementColumns(request.announcement),
          waits_for: request.waitsFor ?? null,
          not_before: request.notBefore,
          tries: request.tries,
          accepted_at: request.acceptedAt,
          expires_at: request.expiresAt,
          batch_id: request.batch?.id ?? null,
          line: request.batch?.line ?? null,
          lease_owner: owner,
          lease_until: lease.until,
          fence: request.fence,
        })
        .onConflict((conflict) => conflict.columns(['team_id', 'view_id']).doNothing());
      const sealing = passwords === undefined ? [] : [sealPasswords(request, passwords)];
      const accepted = await changeTogether(db, accepting, [...sealing, ...also(request)]);
      if (accepted) return { kind: 'accepted', request };

      const first = await findByView(request.teamId, request.viewId);
      if (!first) throw new Error(`request ${request.id} was neither accepted nor made before`);
      return { kind: 'repeated', request: first };
    },

    /**
     * Takes up to `limit` requests that are due and held by nobody, single inboxes before rows of batches, and the oldest first;
     * two owners never get the same one. Nothing
     * of those who have their shares in use here. What this version can't read is set aside: it takes a place once, and never again.
     */
    async claimDue(limit: number, shares = ALL_SHARES): Promise<ClaimedRequest[]> {
      const time = now();
      // Queued requests are left to the queue, unless they have expired or are overdue. An announced request that waits for its
      // password becomes due when it has one, or expires.
      const isTime = seeksAbsurd(time) ? sql`(not_before <= ${time} or ${isAbsurd(time)})` : sql`not_before <= ${time}`;
      const isDue = sql<SqlBool>`set_aside_at is null and ${isTime} and (
        turn_of is null or not_before <= ${time - OVERDUE_MS} or ${expiresAt} <= ${time}
      ) and (waits_for is null or waits_for <> 'password' or state = 'accepted' or ${expiresAt} <= ${time})
        and ${lease.free}`;
      const rows = await kysely
        // Materialized, so that PostgreSQL locks what it takes and no more, whatever it plans.
        .with(
          (cte) => cte('due').materialized(),
          (query) => {
            const due = query
              .selectFrom('requests')
              .select('id')
              .where(unfinished)
              .where(isDue)
              .where(sql<SqlBool>`id in ${withinShares(isDue, lease, shares)}`)
              .orderBy(sql`batch_id is not null`)
              .orderBy('accepted_at')
              .orderBy('id')
              .limit(limit);
            return db.kind === 'postgres' ? due.forUpdate().skipLocked() : due;
          },
        )
        .updateTable('requests')
        .set({ fence: nextFence, lease_owner: owner, lease_until: lease.until })
        .where('id', 'in', (eb) => eb.selectFrom('due').select('due.id'))
        .returning(REQUEST_COLUMNS)
        .execute();
      const claimed: ClaimedRequest[] = [];
      const unreadable: string[] = [];
      for (const row of rows) {
        try {
          claimed.push(parseClaimedRequest(row));
        } catch (error) {
          note(row.id, error);
          unreadable.push(row.id);
        }
      }
      if (unreadable.length > 0) {
        // Those that can be read are claimed already: whatever happens here, somebody has to work on them.
        await setAside(db, unreadable, time, sql<SqlBool>`lease_owner = ${owner}`).catch((error: unknown) =>
          note(unreadable.join(), error),
        );
      }
      return claimed.sort(inOrderOfClaims);
    },

    /** Holds the requests for another `leaseMs`. Returns the ids of those that are still held here. */
    async renew(claimed: ClaimedRequest[]): Promise<string[]> {
      const fences = new Map(claimed.map(({ id, fence }) => [id, fence]));
      const ids = [...fences.keys()];
      const held = await kysely
        .updateTable('requests')
        .set({ lease_until: lease.until })
        .where('id', 'in', (eb) => inOrder(db, eb.selectFrom('requests').select('id').where('id', 'in', ids)))
        .where('lease_owner', '=', owner)
        .returning(['id', 'fence'])
        .execute();
      return held.filter(({ id, fence }) => fences.get(id) === fence).map(({ id }) => id);
    },

    /**
     * Commits one step, with what the steps before it left to this commit, and returns the request as it is now. Settling wipes the passwords, and reporting the response URL, in the
     * same commit. With `release` the request is released at once; a claim is needed to go on with it.
     *
     * @throws LeaseLostError where the request is not held any more; nothing is changed then.
     */
    async advance(
      claimed: ClaimedRequest,
      change: RequestChange,
      { release = false }: { release?: boolean } = {},
      also: (advanced: ClaimedRequest) => Consequence[] = () => [],
    ): Promise<ClaimedRequest> {
      const time = now();
      const complete = withTimes(change, time);
      const columns = { ...toCarriedColumns(claimed), ...toChangedColumns(complete, time) };
      const set = release ? { ...columns, lease_owner: null, lease_until: null } : { ...columns, lease_owner: owner };
      const advanced = { ...claimed, ...complete };
      const wiping = complete.outcome === undefined ? [] : [wipePasswords(claimed)];
      const isHeld = await changeTogether(db, updateHeld(claimed, set), [...wiping, ...also(advanced)]);
      if (!isHeld) throw new LeaseLostError(claimed.id);
      return advanced;
    },

    /** Releases the request for whoever claims it next. Changes nothing where it is not held any more. */
    async release({ id, fence }: ClaimedRequest): Promise<void> {
      await updateHeld({ id, fence }, { lease_owner: null, lease_until: null }).execute();
    },

    async find(teamId: string, id: string): Promise<AddInboxRequest | undefined> {
      const row = await select().where('id', '=', id).where('team_id', '=', teamId).executeTakeFirst();
      return row && parseRequest(row);
    },

    findByView,

    latest: (teamId: string, query: LatestQuery) => listLatest(db, teamId, query, note),

    findThreads: (teamId: string, ids: string[]) => findThreads(db, teamId, ids),

    /** The person's last request for a single inbox. */
    async findLastOf(teamId: string, userId: string): Promise<AddInboxRequest | undefined> {
      const query = select().where('team_id', '=', teamId).where('user_id', '=', userId).where('batch_id', 'is', null);
      const row = await query.orderBy('accepted_at', 'desc').orderBy('id', 'desc').limit(1).executeTakeFirst();
      return row && parseRequest(row);
    },

    findSuccessor: (teamId: string, id: string) => findSuccessor(db, teamId, id),

    /** @throws LeaseLostError where the request is not held any more; PasswordsWipedError; PasswordsUnreadableError. */
    async openPasswords(claimed: ClaimedRequest): Promise<Passwords> {
      const [row] = await findSealed(db, { id: claimed.id, fence: claimed.fence, owner });
      if (!row) throw new LeaseLostError(claimed.id);
      if (row.sealed === null) throw new PasswordsWipedError(claimed.id);
      return passwordsJson.parse(await openSealed(claimed, row.sealed));
    },

    /** Undefined where there was none, and once the outcome is reported. @throws SealError */
    async openResponseUrl(request: AddInboxRequest): Promise<string | undefined> {
      const row = await kysely
        .selectFrom('requests')
        .select('response_url')
        .where('id', '=', request.id)
        .where('team_id', '=', request.teamId)
        .executeTakeFirst();
      return row?.response_url ? sealer.open(row.response_url, responseUrlContext(request)) : undefined;
    },

    /**
     * Makes what waits for this owner's key, or for its slot with the old one, due at once;
     * returns how many. It can come between a worker's look at the old key and its
     * committing "waits for the key": look at the key's version again after that commit.
     */
    async resumeWaitingForKey(teamId: string, owner: OwnerName): Promise<number> {
      const resumed = await kysely
        .updateTable('requests')
        .set({ not_before: 0, waits_for: null, turn_of: null })
        .where('id', 'in', (eb) =>
          inOrder(
            db,
            eb
              .selectFrom('requests')
              .select('id')
              .where(unfinished)
              .where('team_id', '=', teamId)
              .where('client', '=', toStoredName(owner))
              .where('waits_for', 'in', ['key', 'rate_limited']),
          ),
        )
        .executeTakeFirst();
      return Number(resumed.numUpdatedRows);
    },

    /** Deletes some requests reported before `time`, so few that nobody waits long; returns how many, 0 once none is left. */
    async deleteFinishedBefore(time: number): Promise<number> {
      const deleted = await kysely
        .deleteFrom('requests')
        .where('id', 'in', (eb) =>
          eb.selectFrom('requests').select('id').where('told_at', '<', time).limit(sql.lit(DELETED_AT_ONCE)),
        )
        .where('state', '=', 'told')
        .executeTakeFirst();
      return Number(deleted.numDeletedRows);
    },

    ...createRequestCounts(db),
  };

  function seeksAbsurd(time: number): boolean {
    if (soughtAbsurdAt !== undefined && Math.abs(time - soughtAbsurdAt) < ABSURD_EVERY_MS) return false;
    soughtAbsurdAt = time;
    return true;
  }

  function note(id: string, error: unknown): void {
    onUnreadable?.(String(id), error, 'requests');
  }

  /** Passwords that another bot can open are left to it; any others will open for nobody. */
  async function openSealed(claimed: ClaimedRequest, sealed: string): Promise<string> {
    try {
      return sealer.open(sealed, passwordsContext(claimed));
    } catch (error) {
      if (!(error instanceof SealError) || (await canAnotherOpen(db, sealer, sealed))) throw error;
      onUnreadable?.(claimed.id, error, 'request_passwords');
      throw new PasswordsUnreadableError(claimed.id);
    }
  }

  async function findByView(teamId: string, viewId: string): Promise<AddInboxRequest | undefined> {
    const [row] = await findRowsByView(db, { teamId, viewId });
    return row && parseRequest(row);
  }

  function select() {
    return kysely.selectFrom('requests').select(REQUEST_COLUMNS);
  }

  function sealPasswords(request: ClaimedRequest, passwords: Passwords): Consequence {
    const sealed = sealer.seal(JSON.stringify(passwords), passwordsContext(request));
    return inserting('request_passwords', { request_id: request.id, sealed });
  }

  /** Changes no row where the request is not held any more. */
  function updateHeld({ id, fence }: Pick<ClaimedRequest, 'id' | 'fence'>, set: Updateable<RequestsTable>) {
    const query = kysely.updateTable('requests').set(set).where('id', '=', id);
    return query.where('fence', '=', fence).where('lease_owner', '=', owner);
  }
}

function wipePasswords({ id }: ClaimedRequest): Consequence {
  return (isMade) => sql`delete from request_passwords where request_id = ${id} and ${isMade}`;
}

/** Whole milliseconds, and the times that belong to a state even where the caller leaves them out. */
function withTimes(change: RequestChange, time: number): RequestChange {
  return {
    ...(change.state === 'settled' && { settledAt: time }),
    ...(change.state === 'reported' && { reportedAt: time }),
    ...change,
    ...(change.notBefore !== undefined && { notBefore: Math.ceil(change.notBefore) }),
  };
}

function inOrderOfClaims(a: ClaimedRequest, b: ClaimedRequest): number {
  const singlesFirst = Number(a.batch !== undefined) - Number(b.batch !== undefined);
  return singlesFirst || a.acceptedAt - b.acceptedAt || (a.id < b.id ? -1 : 1);
}
