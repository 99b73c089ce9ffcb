import { randomUUID } from 'node:crypto';
import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Cursor, Page } from '../../add-inbox/lists/page.ts';
import {
  AUDIT_ACTIONS,
  type AuditAction,
  type AuditEntry,
  type AuditFilter,
  type AuditNote,
} from '../../add-inbox/people/audit.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Executor } from '../database.ts';
import { createQueues } from '../rate-limit/one-at-a-time.ts';
import { findFloor, isAfter, toPage } from '../rows/read-page.ts';
import type { OnUnreadable } from '../rows/read-rows.ts';
import { orUndefined, storedJson, storedTime } from '../rows/stored-json.ts';
import type { AuditEntriesTable, Tables } from '../tables.ts';
import { stampOf } from './stamp.ts';

/**
 * The maximum number of refused attempts that are noted within an hour: `person` for one person, and `workspace` for one
 * workspace, so that the table can't be filled. Once a workspace has `many`, each person gets only `few`, so that a noisy person
 * doesn't hide the others.
 */
export const REFUSED_AN_HOUR = { person: 20, few: 5, many: 200, workspace: 1_000 };

const HOUR_MS = 60 * 60 * 1000;

/** Longer than a form stays open and than Slack's signatures are accepted. */
const DAY_MS = 24 * HOUR_MS;

const REMOVALS: readonly AuditAction[] = ['key_removed', 'uninstalled'];

const DELETED_AT_ONCE = 100;

const entryRow = z.object({
  id: z.string(),
  team_id: z.string(),
  at: storedTime,
  user_id: orUndefined(z.string()),
  action: z.enum(AUDIT_ACTIONS),
  request_id: orUndefined(z.string()),
  details: storedJson(z.record(z.string(), z.string())),
});

type AuditQuery = AuditFilter & { before?: Cursor | undefined; limit: number };

export type AuditRepository = ReturnType<typeof createAuditRepository>;

/** The audit trail. An entry about another change is written in the same transaction as that change. */
export function createAuditRepository({
  db,
  now,
  onUnreadable,
}: {
  db: Executor;
  now: () => number;
  onUnreadable?: OnUnreadable;
}) {
  const { kysely } = db;
  /** Handles one attempt per workspace at a time. Otherwise, simultaneous attempts would all be counted before any is noted. */
  const queued = createQueues();
  return {
    async add(note: AuditNote): Promise<void> {
      await insert(toAuditRow(note, now()));
    },

    /** Notes a refused attempt. Returns false and notes nothing if there were too many within the hour. */
    addRefused(note: AuditNote & { userId: string }): Promise<boolean> {
      return queued(note.teamId, async () => {
        const row = toAuditRow(note, now());
        const recent = kysely
          .selectFrom('audit_entries')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('team_id', '=', note.teamId)
          .where('action', '=', note.action)
          // Excludes entries from a clock that was set back since. They would count for as long as that clock was ahead.
          .where('at', '>', row.at - HOUR_MS)
          .where('at', '<=', row.at);
        const ofAll = await recent.executeTakeFirstOrThrow();
        const ofPerson = await recent.where('user_id', '=', note.userId).executeTakeFirstOrThrow();
        const { person, few, many, workspace } = REFUSED_AN_HOUR;
        if (ofAll.count >= workspace || ofPerson.count >= (ofAll.count < many ? person : few)) return false;
        await insert(row);
        return true;
      });
    },

    /** The entries, newest first. However many there are, a page reads about ROWS_A_PAGE rows, along one index. */
    async page(teamId: string, query: AuditQuery): Promise<Page<AuditEntry | Unreadable>> {
      const { before, limit } = query;
      const floor = await findFloor(db, { table: 'audit_entries', time: 'at' }, teamId, before);
      const rows = await kysely
        .selectFrom('audit_entries')
        .selectAll()
        .where('team_id', '=', teamId)
        .where((eb) => matches(eb, query, floor))
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const noteUnreadable = (id: string, error: unknown) => onUnreadable?.(id, error, 'audit_entries');
      return toPage(
        rows,
        { parse: parseEntry, locate: ({ id, at }) => ({ id, at }), onUnreadable: noteUnreadable },
        limit,
        floor,
      );
    },

    /** A short text that changes when the workspace removes a key or uninstalls the bot. It covers the last day. */
    async removalsStamp(teamId: string): Promise<string> {
      const rows = await kysely
        .selectFrom('audit_entries')
        .select('id')
        .where('team_id', '=', teamId)
        .where('at', '>', now() - DAY_MS)
        .where('action', 'in', REMOVALS)
        .orderBy('id')
        .execute();
      return stampOf(rows.map(({ id }) => id).join());
    },

    /** Deletes a batch of entries from before `time`, over all workspaces. Returns their number, 0 when none are left. */
    async deleteBefore(time: number): Promise<number> {
      const deleted = await kysely
        .deleteFrom('audit_entries')
        .where('id', 'in', (eb) =>
          eb.selectFrom('audit_entries').select('id').where('at', '<', time).limit(sql.lit(DELETED_AT_ONCE)),
        )
        .executeTakeFirst();
      return Number(deleted.numDeletedRows);
    },
  };

  async function insert(row: ReturnType<typeof toAuditRow>): Promise<void> {
    await kysely.insertInto('audit_entries').values(row).execute();
  }
}

function matches(
  eb: ExpressionBuilder<Tables, 'audit_entries'>,
  { before, userId, actions, since }: AuditQuery,
  floor: number | undefined,
) {
  const earliest = Math.max(floor ?? 0, since ?? 0);
  return eb.and([
    ...(before === undefined ? [] : [isAfter('at', before)]),
    ...(earliest === 0 ? [] : [eb('at', '>=', earliest)]),
    ...(userId === undefined ? [] : [eb('user_id', '=', userId)]),
    ...(actions === undefined ? [] : [eb('action', 'in', actions)]),
  ]);
}

/** The row of an entry. @param at milliseconds since 1970 */
export function toAuditRow({ teamId, userId, action, requestId, details }: AuditNote, at: number) {
  return {
    id: randomUUID(),
    team_id: teamId,
    at,
    user_id: userId ?? null,
    action,
    request_id: requestId ?? null,
    details: JSON.stringify(details),
  };
}

function parseEntry(row: Selectable<AuditEntriesTable>): AuditEntry {
  const { id, team_id, at, user_id, action, request_id, details } = entryRow.parse(row);
  return { id, teamId: team_id, at, userId: user_id, action, requestId: request_id, details };
}
