import { setTimeout as sleep } from 'node:timers/promises';
import type { HalfVerdict, LoginVerdict } from '../../add-inbox/account/login-verdict.ts';
import { type AuditNote, clientDetail } from '../../add-inbox/people/audit.ts';
import { type ClaimedRequest, LeaseLostError, type RequestChange } from '../../add-inbox/request/request.ts';
import type { Accepted, RequestToAccept } from '../../add-inbox/request/submit.ts';
import type { Database, Executor } from '../database.ts';
import { type Consequence, inserting } from '../rows/change-together.ts';
import { toAuditRow } from '../workspaces/audit-repository.ts';
import { remembering } from '../workspaces/clients/remembered-repository.ts';
import { DUE } from './batches/batch-row.ts';
import { inOrder } from './lease-sql.ts';
import { createRequestRepository, type RequestRepositoryDeps } from './request-repository.ts';
import { toChangedColumns, unfinished } from './request-row.ts';

/**
 * How long the end of a request waits for the ends of others, to be committed with them. If the bot dies before that, its
 * messages are updated once more.
 */
const TOGETHER_MS = 100;

export type RequestStoreDeps = Omit<RequestRepositoryDeps, 'db'> & { database: Database };

/**
 * The requests as the bot uses them: the table's repository with two additions. The transaction that accepts a request or commits
 * its outcome also writes the audit entry, so neither exists without the other. Leases are renewed on a separate connection, so a
 * busy pool can't delay the renewal.
 */
export function createRequestStore({ database, ...deps }: RequestStoreDeps) {
  const requests = createRequestRepository({ db: database, ...deps });
  const { renew } = createRequestRepository({ db: database.leaseConnection, ...deps });
  const reportTogether = createReportTogether(database, deps);
  return {
    accept,
    claimDue: requests.claimDue,
    renew,
    advance,
    openPasswords: requests.openPasswords,
    openResponseUrl: requests.openResponseUrl,
    find: requests.find,
    findByView: requests.findByView,
    findSuccessor: requests.findSuccessor,
    latest: requests.latest,
    findThreads: requests.findThreads,
    findLastOf: requests.findLastOf,
    countByState: requests.countByState,
    countWaiting: requests.countWaiting,
    deleteFinishedBefore: requests.deleteFinishedBefore,
  };

  /** Like the repository's `accept`, but refuses a retry that is pointless because of a later request. */
  function accept(input: RequestToAccept): Promise<Accepted> {
    const { retryOf, batch } = input;
    if (retryOf === undefined && batch === undefined) return requests.accept(input, noteRequested);
    return database.transaction(async (within) => {
      const requests = createRequestRepository({ db: within, ...deps });
      const { teamId, viewId } = input;
      // A file that fixes the same rows is confirmed before or after this, not at the same time.
      if (batch !== undefined) await lock(within, batch.id);
      const request = retryOf === undefined ? undefined : await requests.findSuccessor(teamId, retryOf);
      if (request !== undefined && request.viewId !== viewId) return { kind: 'superseded', request };
      const accepted = await requests.accept(input, noteRequested);
      if (accepted.kind === 'accepted' && batch !== undefined) await reopen(within, batch.id, accepted.request.id);
      return accepted;
    });
  }

  /**
   * Like the repository's `advance`, but also writes the audit entry for an outcome, or for what was added to it: a check of the
   * login. An inbox that was added is remembered. The end of a request whose outcome is known already waits a moment for others.
   * @throws LeaseLostError
   */
  async function advance(
    claimed: ClaimedRequest,
    change: RequestChange,
    options?: { release?: boolean },
  ): Promise<ClaimedRequest> {
    if (change.outcome === undefined) {
      if (change.state !== 'reported' || options?.release !== true) return requests.advance(claimed, change, options);
      await reportTogether(claimed);
      return { ...claimed, ...change };
    }
    const settled = await database.transaction(async (within) => {
      await lockRequest(within, claimed.id);
      const requests = createRequestRepository({ db: within, ...deps });
      return requests.advance(claimed, change, options, (settled) => [
        ...(claimed.outcome === undefined ? [note(ended(settled))] : []),
        ...noteLogin(settled),
        ...(settled.outcome?.kind === 'added' ? [remembering(settled, deps.now())] : []),
      ]);
    });
    if (settled.batch !== undefined) await endIfLast(database, settled.batch.id);
    return settled;
  }

  function noteRequested(request: ClaimedRequest): Consequence[] {
    return [note(requested(request))];
  }

  function noteLogin(settled: ClaimedRequest): Consequence[] {
    const login = settled.outcome?.kind === 'refused' ? settled.outcome.login : undefined;
    return login === undefined ? [] : [note(loginChecked(settled, login))];
  }

  function note(entry: AuditNote): Consequence {
    return inserting('audit_entries', toAuditRow(entry, deps.now()));
  }
}

/** Ends and releases requests with nothing left to do, many in one commit. A call resolves when its own is on disk. */
function createReportTogether(db: Executor, { owner, now }: Pick<RequestStoreDeps, 'owner' | 'now'>) {
  let gathering: { claimed: ClaimedRequest[]; reported: Promise<Set<string>> } | undefined;

  /** @throws LeaseLostError where the request is not held any more */
  return async (claimed: ClaimedRequest): Promise<void> => {
    gathering ??= gather();
    const { claimed: together, reported } = gathering;
    together.push(claimed);
    if (!(await reported).has(claimed.id)) throw new LeaseLostError(claimed.id);
  };

  function gather() {
    const claimed: ClaimedRequest[] = [];
    const reported = sleep(TOGETHER_MS).then(() => {
      gathering = undefined;
      return report(claimed);
    });
    return { claimed, reported };
  }

  /** Returns the ids of those that were still held. */
  async function report(claimed: ClaimedRequest[]): Promise<Set<string>> {
    const time = now();
    const held = db.kysely
      .selectFrom('requests')
      .select('id')
      .where((eb) => eb.or(claimed.map(({ id, fence }) => eb.and({ id, fence }))))
      .where('lease_owner', '=', owner);
    const reported = await db.kysely
      .updateTable('requests')
      .set(toChangedColumns({ state: 'reported', reportedAt: time }, time))
      .set({ lease_owner: null, lease_until: null })
      .where('id', 'in', inOrder(db, held))
      .returning('id')
      .execute();
    return new Set(reported.map(({ id }) => id));
  }
}

/** A fixed row makes its batch go on. One that was stopped goes on with this row alone, once no other is under way. */
async function reopen({ kysely }: Executor, batchId: string, rowId: string): Promise<void> {
  await kysely
    .updateTable('batches')
    .set({ state: 'running', finished_at: null, not_before: DUE })
    .where('id', '=', batchId)
    .where(({ or, and, not, eb, exists, selectFrom }) => {
      const others = selectFrom('requests').select('id').where('batch_id', '=', batchId).where('id', '<>', rowId);
      const isOver = not(exists(others.where('outcome_kind', 'is', null)));
      return or([eb('state', '=', 'finished'), and([eb('state', '=', 'stopped'), isOver])]);
    })
    .execute();
}

/** So that the statement that settles it sees what was committed by whoever held it last: new passwords, a removed client. */
async function lockRequest(db: Executor, id: string): Promise<void> {
  const request = db.kysely.selectFrom('requests').select('id').where('id', '=', id);
  if (db.kind === 'postgres') await inOrder(db, request).execute();
}

async function lock({ kind, kysely }: Executor, batchId: string): Promise<void> {
  if (kind === 'postgres')
    await kysely.selectFrom('batches').select('id').where('id', '=', batchId).forUpdate().execute();
}

/**
 * Makes the batch due at once where this was its last row. Not in the row's own transaction: of two last rows that are settled at
 * the same time, neither would see the other. The batch looks by itself soon, so a failure here is none of the row's.
 */
async function endIfLast({ kysely }: Executor, batchId: string): Promise<void> {
  await kysely
    .updateTable('batches')
    .set({ not_before: DUE })
    .where('id', '=', batchId)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('requests').select('id').where('batch_id', '=', batchId).where(unfinished))),
    )
    .execute()
    .catch(() => undefined);
}

function requested({ id, teamId, userId, account, keyName, channelId }: ClaimedRequest): AuditNote {
  const details = { email_address: account.email_address, ...clientDetail(keyName), channel: channelId };
  return { teamId, userId, action: 'inbox_requested', requestId: id, details };
}

function ended({ id, teamId, account, keyName, outcome }: ClaimedRequest): AuditNote {
  const details = {
    email_address: account.email_address,
    ...clientDetail(keyName),
    outcome: outcome?.kind ?? '',
    ...(outcome?.kind === 'added' && { inbox_id: outcome.account.inbox_id }),
  };
  return { teamId, userId: undefined, action: 'inbox_outcome', requestId: id, details };
}

/** The bot logged in somewhere with a person's password, so the trail names the servers. */
function loginChecked({ id, teamId, account, keyName }: ClaimedRequest, login: LoginVerdict): AuditNote {
  const details = {
    email_address: account.email_address,
    ...clientDetail(keyName),
    smtp: `${account.smtp_host}:${account.smtp_port} ${resultOf(login.smtp)}`,
    imap: `${account.imap_host}:${account.imap_port} ${resultOf(login.imap)}`,
  };
  return { teamId, userId: undefined, action: 'login_checked', requestId: id, details };
}

function resultOf(verdict: HalfVerdict): string {
  return verdict.kind === 'works' ? verdict.kind : `${verdict.kind} ${verdict.reason}`;
}
