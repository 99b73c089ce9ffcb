import { sql } from 'kysely';
import { z } from 'zod';
import {
  ACTION_KINDS,
  type ActionOutcome,
  type AskedAction,
  type InboxAction,
  NOT_DONE_WHYS,
} from '../../add-inbox/actions/inbox-action.ts';
import { type AuditNote, clientDetail } from '../../add-inbox/people/audit.ts';
import type { ClosedWhy } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Database, Executor } from '../database.ts';
import { createRequestLease } from '../requests/lease-sql.ts';
import { outcomeJson, toOutcomeJson } from '../requests/outcome-json.ts';
import { type OnUnreadable, readRows } from '../rows/read-rows.ts';
import { orUndefined, storedJson } from '../rows/stored-json.ts';
import { createAuditRepository } from './audit-repository.ts';

/** Slack did not accept the result for this long, so it is not offered any more. */
const REPORTED_WITHIN_MS = 24 * 60 * 60 * 1000;

const CLAIMED_AT_ONCE = 20;

const DELETED_AT_ONCE = 100;

const actionOutcomeJson: z.ZodType<ActionOutcome> = z.union([
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('gone'), reason: z.string() }),
  z.object({ kind: z.literal('unsupported'), status: z.number() }),
  z.object({ kind: z.literal('not_done'), why: z.enum(NOT_DONE_WHYS) }),
  outcomeJson.transform((outcome, context) => {
    if (outcome.kind === 'refused' || outcome.kind === 'key_refused' || outcome.kind === 'unknown') return outcome;
    context.addIssue({ code: 'custom', message: 'is no outcome of an action' });
    return z.NEVER;
  }),
]);

const actionRow = z.object({
  id: z.string(),
  team_id: z.string(),
  user_id: z.string(),
  request_id: z.string(),
  kind: z.enum(ACTION_KINDS),
  recipient: z.string(),
  outcome: orUndefined(storedJson(actionOutcomeJson)),
});

type InboxActionRepositoryDeps = {
  database: Database;
  /** Names this run of the process; leases are held in its name. */
  owner: string;
  /** Longer than an action takes. Leases are not renewed. */
  leaseMs: number;
  now(): number;
  onUnreadable?: OnUnreadable;
};

/** The table of test emails and removals. Leases are those of requests. */
export function createInboxActionRepository({
  database,
  owner,
  leaseMs,
  now,
  onUnreadable,
}: InboxActionRepositoryDeps) {
  const { kysely } = database;
  const lease = createRequestLease(database.kind, { owner, leaseMs });
  return { arm, settle, claimLeft, finish, release, deleteBefore };

  /** Commits the action with its audit entry, held by this process. False where it is under way or was done before. */
  function arm(asked: AskedAction, request: AddInboxRequest): Promise<boolean> {
    return database.transaction(async (within) => {
      const inserted = await within.kysely
        .insertInto('inbox_actions')
        .values({
          id: asked.id,
          team_id: asked.teamId,
          user_id: asked.userId,
          request_id: asked.requestId,
          kind: asked.kind,
          recipient: asked.recipient,
          once: asked.viewId ?? (await nameRemoval(within, asked.requestId)),
          state: 'armed',
          armed_at: now(),
          lease_owner: owner,
          lease_until: lease.until,
        })
        .onConflict((conflict) => conflict.columns(['team_id', 'once']).doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows !== 1n) return false;
      await note(within, aboutAction(asked, request));
      return true;
    });
  }

  /** Of several removals at once, all have the same name. Once it is settled, a person can try again. */
  async function nameRemoval({ kysely }: Executor, requestId: string): Promise<string> {
    const settled = await kysely
      .selectFrom('inbox_actions')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('request_id', '=', requestId)
      .where('kind', '=', 'remove')
      .where('state', '<>', 'armed')
      .executeTakeFirstOrThrow();
    return `remove ${requestId} ${settled.count}`;
  }

  /** One commit with the audit entry and, in the request, why nothing more can be done with its inbox. */
  function settle(action: InboxAction, request: AddInboxRequest, outcome: ActionOutcome): Promise<boolean> {
    return database.transaction(async (within) => {
      const settled = await within.kysely
        .updateTable('inbox_actions')
        .set({ state: 'settled', outcome: toStored(outcome) })
        .where('id', '=', action.id)
        .where('state', '=', 'armed')
        .where('lease_owner', '=', owner)
        .executeTakeFirst();
      if (settled.numUpdatedRows !== 1n) return false;
      await close(within, request, findClosed(action, outcome));
      const { details, ...about } = aboutAction(action, request);
      await note(within, { ...about, userId: undefined, details: { ...details, outcome: outcome.kind } });
      return true;
    });
  }

  /** A removal counts, whatever a test email that was under way at the same time is told about the inbox. */
  async function close({ kysely }: Executor, { id, outcome }: AddInboxRequest, closed: ClosedWhy | undefined) {
    if (closed === undefined || outcome?.kind !== 'added') return;
    const columns = { outcome: toOutcomeJson({ ...outcome, closed }) };
    const closing = kysely.updateTable('requests').set(columns).where('id', '=', id);
    await closing.where('outcome', 'not like', '%"closed":"removed"%').execute();
  }

  /** The unreported actions that no process works on, from now on held by this one. */
  async function claimLeft(): Promise<InboxAction[]> {
    const rows = await kysely
      .with(
        (cte) => cte('left_over').materialized(),
        (query) => {
          const left = query
            .selectFrom('inbox_actions')
            .select('id')
            .where('state', '<>', 'told')
            .where('armed_at', '>', now() - REPORTED_WITHIN_MS)
            .where(lease.free)
            .limit(CLAIMED_AT_ONCE);
          return database.kind === 'postgres' ? left.forUpdate().skipLocked() : left;
        },
      )
      .updateTable('inbox_actions')
      .set({ lease_owner: owner, lease_until: lease.until })
      .where('id', 'in', (eb) => eb.selectFrom('left_over').select('left_over.id'))
      .returning(['id', 'team_id', 'user_id', 'request_id', 'kind', 'recipient', 'outcome', 'armed_at'])
      .execute();
    const read = readRows(
      rows,
      parseAction,
      ({ id, armed_at: at }) => ({ id, at }),
      (id, error) => onUnreadable?.(id, error, 'inbox_actions'),
    );
    return read.flatMap((action) => ('unreadable' in action ? [] : [action]));
  }

  async function finish(id: string): Promise<void> {
    await set(id, { state: 'told' });
  }

  async function release(id: string): Promise<void> {
    await set(id, {});
  }

  async function set(id: string, change: { state?: string }): Promise<void> {
    await kysely
      .updateTable('inbox_actions')
      .set({ ...change, lease_owner: null, lease_until: null })
      .where('id', '=', id)
      .where('lease_owner', '=', owner)
      .execute();
  }

  /** Deletes a batch of actions from before `time`. Returns their number, 0 when none are left. */
  async function deleteBefore(time: number): Promise<number> {
    const old = kysely.selectFrom('inbox_actions').select('id').where('armed_at', '<', time);
    const deleted = await kysely
      .deleteFrom('inbox_actions')
      .where('id', 'in', old.limit(sql.lit(DELETED_AT_ONCE)))
      .executeTakeFirst();
    return Number(deleted.numDeletedRows);
  }

  function note(within: Executor, entry: AuditNote): Promise<void> {
    return createAuditRepository({ db: within, now }).add(entry);
  }
}

function findClosed({ kind }: InboxAction, outcome: ActionOutcome): ClosedWhy | undefined {
  if (outcome.kind === 'unsupported') return 'unsupported';
  const isRemoved = outcome.kind === 'gone' || (outcome.kind === 'done' && kind === 'remove');
  return isRemoved ? 'removed' : undefined;
}

function toStored(outcome: ActionOutcome): string {
  return outcome.kind === 'refused' ? toOutcomeJson(outcome) : JSON.stringify(outcome);
}

function aboutAction(
  { teamId, userId, kind, recipient }: Omit<AskedAction, 'viewId'>,
  { id, account, keyName, outcome }: AddInboxRequest,
): AuditNote {
  const details = {
    email_address: account.email_address,
    ...clientDetail(keyName),
    ...(outcome?.kind === 'added' && { inbox_id: outcome.account.inbox_id }),
    ...(kind === 'test_email' && { recipient }),
  };
  const action = kind === 'remove' ? 'inbox_removal' : 'test_email';
  return { teamId, userId, action, requestId: id, details };
}

function parseAction(row: unknown): InboxAction {
  const { id, team_id, user_id, request_id, kind, recipient, outcome } = actionRow.parse(row);
  return { id, teamId: team_id, userId: user_id, requestId: request_id, kind, recipient, outcome };
}
