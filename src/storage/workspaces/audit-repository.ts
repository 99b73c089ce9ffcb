import { randomUUID } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { AUDIT_ACTIONS, type AuditAction, type AuditEntry, type AuditNote } from '../../add-inbox/people/audit.ts';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import type { Executor } from '../database.ts';
import { createQueues } from '../rate-limit/one-at-a-time.ts';
import { type OnUnreadable, readRows } from '../rows/read-rows.ts';
import { orUndefined, storedJson, storedTime } from '../rows/stored-json.ts';
import type { AuditEntriesTable } from '../tables.ts';
import { stampOf } from './stamp.ts';

/**
 * How many refused attempts are noted within an hour: of one person at most `person`, but only `few` of them once the workspace has
 * `many`, so that those who make noise hide nobody else; of a workspace at most `workspace`, so that nobody can fill the table.
 */
export const REFUSED_AN_HOUR = { person: 20, few: 5, many: 200, workspace: 1_000 };

const HOUR_MS = 60 * 60 * 1000;

/** Longer than any form is open and than Slack's signatures are taken. */
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

export type AuditPage = { until: number; skip: number; limit: number };

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
  /** One attempt at a time of each workspace: those that come at once would all be counted before any of them is noted. */
  const queued = createQueues();
  return {
    async add(note: AuditNote): Promise<void> {
      await insert(toRow(note, now()));
    },

    /** Notes a refused attempt; false, and nothing noted, once there were too many within the hour. */
    addRefused(note: AuditNote & { userId: string }): Promise<boolean> {
      return queued(note.teamId, async () => {
        const row = toRow(note, now());
        const recent = kysely
          .selectFrom('audit_entries')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('team_id', '=', note.teamId)
          .where('action', '=', note.action)
          // Not those of a clock that was set back since: they would count for as long as it was ahead.
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

    /** Of what was noted until `until`, the newest first: `limit` entries after the first `skip`. */
    async page(teamId: string, { until, skip, limit }: AuditPage): Promise<(AuditEntry | Unreadable)[]> {
      const rows = await kysely
        .selectFrom('audit_entries')
        .selectAll()
        .where('team_id', '=', teamId)
        .where('at', '<=', until)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .offset(skip)
        .limit(limit)
        .execute();
      return readRows(
        rows,
        parseEntry,
        ({ id, at }) => ({ id, at }),
        (id, error) => onUnreadable?.(id, error, 'audit_entries'),
      );
    },

    /** A short text that is another one once the workspace has removed a key, or itself, within the last day. */
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

    /** Deletes some of all workspaces' entries from before `time`; returns how many, 0 once none is left. */
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

  async function insert(row: ReturnType<typeof toRow>): Promise<void> {
    await kysely.insertInto('audit_entries').values(row).execute();
  }
}

function toRow({ teamId, userId, action, requestId, details }: AuditNote, at: number) {
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
