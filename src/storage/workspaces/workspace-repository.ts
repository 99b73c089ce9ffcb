import { type Expression, sql } from 'kysely';
import type { Database, Executor } from '../database.ts';
import { isOpen } from '../requests/batches/batch-row.ts';
import { inOrder, nextFence } from '../requests/lease-sql.ts';
import { unfinished } from '../requests/request-row.ts';
import type { Tables } from '../tables.ts';
import { inWorkspace } from './admin-changes.ts';
import { createAuditRepository } from './audit-repository.ts';

/** Requests are kept for 90 days: a workspace that left has nothing left by then, and its row goes too. */
const REMEMBERED_MS = 91 * 24 * 60 * 60 * 1000;

type TeamTable = { [Table in keyof Tables]: Tables[Table] extends { team_id: string } ? Table : never }[keyof Tables];

/** The fate of each table's rows when a workspace uninstalls; the compiler asks for every table that has workspaces. */
const WHEN_UNINSTALLED: Record<TeamTable, 'deleted' | 'ended' | 'kept'> = {
  installations: 'ended',
  coldsend_keys: 'deleted',
  workspace_settings: 'deleted',
  client_presets: 'deleted',
  remembered: 'deleted',
  batch_drafts: 'deleted',
  secure_links: 'deleted',
  inbox_actions: 'deleted',
  access_requests: 'deleted',
  batches: 'ended',
  requests: 'ended',
  audit_entries: 'kept',
};

const DELETED = (Object.keys(WHEN_UNINSTALLED) as TeamTable[]).filter((table) => WHEN_UNINSTALLED[table] === 'deleted');

export type WorkspaceRepository = ReturnType<typeof createWorkspaceRepository>;

/**
 * Removes workspaces with everything of theirs: token, keys, settings, passwords. Never beside a change of an admin, which locks keys
 * and requests in another order.
 */
export function createWorkspaceRepository({ database, now }: { database: Database; now: () => number }) {
  return { remove, clear, sweep };

  /**
   * Removes the installation of that time; false, and nothing removed, where the workspace has another one by now, or none.
   *
   * @param installedAt undefined where the time can't be read: then it is the one there is
   * @param why what the audit trail says about it
   */
  function remove(teamId: string, installedAt: number | undefined, why: string): Promise<boolean> {
    return inWorkspace(database, teamId, async (within) => {
      const left = await within.kysely
        .updateTable('installations')
        .set({ sealed_token: null, team_name: '', scopes: '[]', installed_by: '', removed_at: now() })
        .where('team_id', '=', teamId)
        .$if(installedAt !== undefined, (query) => query.where('installed_at', '=', installedAt ?? 0))
        .where('sealed_token', 'is not', null)
        .executeTakeFirst();
      if (left.numUpdatedRows !== 1n) return false;
      await clearWithin(within, teamId);
      await noteRemoval(within, teamId, why);
      return true;
    });
  }

  /** Removes what is a workspace's where no installation is kept, because its token stands in the environment. */
  function clear(teamId: string, why: string): Promise<boolean> {
    return inWorkspace(database, teamId, async (within) => {
      const cleared = await clearWithin(within, teamId);
      if (cleared) await noteRemoval(within, teamId, why);
      return cleared;
    });
  }

  /**
   * Removes what came in for workspaces that had left already: a submission or a key that was on its way. Returns the ids of
   * the workspaces where there was something.
   */
  async function sweep(): Promise<string[]> {
    const { kysely } = database;
    await kysely
      .deleteFrom('installations')
      .where('removed_at', '<', now() - REMEMBERED_MS)
      .execute();
    const left = kysely.selectFrom('installations').select('team_id').where('removed_at', 'is not', null);
    const found = await Promise.all([
      ...DELETED.map((table) =>
        kysely.selectFrom(table).select('team_id').distinct().where('team_id', 'in', left).execute(),
      ),
      kysely
        .selectFrom('requests')
        .select('team_id')
        .distinct()
        .where(unfinished)
        .where('state', '<>', 'armed')
        .where('team_id', 'in', left)
        .execute(),
      kysely.selectFrom('batches').select('team_id').distinct().where(isOpen).where('team_id', 'in', left).execute(),
    ]);
    const cleared: string[] = [];
    for (const teamId of new Set(found.flat().map(({ team_id }) => team_id))) {
      if (await sweepOne(teamId)) cleared.push(teamId);
    }
    return cleared;
  }

  function sweepOne(teamId: string): Promise<boolean> {
    return inWorkspace(database, teamId, async (within) => {
      // The lock makes somebody who installs again at this moment wait, and come after it.
      const locked = await within.kysely
        .updateTable('installations')
        .set((eb) => ({ removed_at: eb.ref('removed_at') }))
        .where('team_id', '=', teamId)
        .where('removed_at', 'is not', null)
        .executeTakeFirst();
      return locked.numUpdatedRows === 1n && clearWithin(within, teamId);
    });
  }

  async function clearWithin({ kysely }: Executor, teamId: string): Promise<boolean> {
    // As everybody locks them: batches first, then requests, then what belongs to them, each in the order of the ids.
    let changed = await endBatches(kysely, teamId);
    if (database.kind === 'postgres') await inOrder(database, unfinishedOf(kysely, teamId)).execute();
    for (const table of DELETED) {
      changed += (await kysely.deleteFrom(table).where('team_id', '=', teamId).executeTakeFirst()).numDeletedRows;
    }
    const ofTeam = (id: Expression<string>) => unfinishedOf(kysely, teamId).where('id', '=', id);
    const wiped = await kysely
      .deleteFrom('request_passwords')
      .where((eb) => eb.exists(ofTeam(eb.ref('request_passwords.request_id'))))
      .executeTakeFirst();
    const ended = await endRequests(kysely, teamId);
    return changed + wiped.numDeletedRows + ended > 0n;
  }

  function unfinishedOf(kysely: Executor['kysely'], teamId: string) {
    return kysely.selectFrom('requests').select('id').where(unfinished).where('team_id', '=', teamId);
  }

  /** A batch has nothing left to do, or its rows that are being sent have no place to be reported. */
  async function endBatches(kysely: Executor['kysely'], teamId: string): Promise<bigint> {
    const open = kysely.selectFrom('batches').select('id').where('team_id', '=', teamId).where(isOpen);
    const ended = await kysely
      .updateTable('batches')
      .set({
        state: sql`case state when 'draft' then 'discarded' else 'finished' end`,
        finished_at: now(),
        lease_owner: null,
        lease_until: null,
        fence: nextFence,
      })
      .where('id', 'in', inOrder(database, open))
      .executeTakeFirst();
    return ended.numUpdatedRows;
  }

  /**
   * Ends what waits, without a word. The fence makes whoever works on it notice. What is being sent is left to its holder, who
   * settles it and finds no place to report it.
   */
  async function endRequests(kysely: Executor['kysely'], teamId: string): Promise<bigint> {
    const time = now();
    const expired = { outcome: JSON.stringify({ kind: 'expired' }), outcome_kind: 'expired', settled_at: time };
    const waiting = await kysely
      .updateTable('requests')
      .set(expired)
      .where('team_id', '=', teamId)
      .where(unfinished)
      .where('state', 'in', ['accepted', 'announced'])
      .executeTakeFirst();
    const ended = await kysely
      .updateTable('requests')
      .set({
        state: 'told',
        told_at: time,
        response_url: null,
        waits_for: null,
        turn_of: null,
        lease_owner: null,
        lease_until: null,
        fence: nextFence,
      })
      .where('team_id', '=', teamId)
      .where(unfinished)
      .where('state', '<>', 'armed')
      .executeTakeFirst();
    const armed = await kysely
      .updateTable('requests')
      .set({ response_url: null })
      .where('team_id', '=', teamId)
      .where(unfinished)
      .where('response_url', 'is not', null)
      .executeTakeFirst();
    return waiting.numUpdatedRows + ended.numUpdatedRows + armed.numUpdatedRows;
  }

  function noteRemoval(within: Executor, teamId: string, why: string): Promise<void> {
    const note = { teamId, userId: undefined, action: 'uninstalled', requestId: undefined, details: { why } } as const;
    return createAuditRepository({ db: within, now }).add(note);
  }
}
