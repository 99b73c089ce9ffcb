import type { Selectable } from 'kysely';
import { z } from 'zod';
import type {
  AccessDecision,
  AccessRequest,
  Decided,
  MadeDecision,
  PostedMessage,
} from '../../add-inbox/people/access-request.ts';
import type { AuditAction } from '../../add-inbox/people/audit.ts';
import { admit, listChanges } from '../../add-inbox/people/workspace-settings.ts';
import type { Database, Executor } from '../database.ts';
import { storedJson } from '../rows/stored-json.ts';
import type { AccessRequestsTable } from '../tables.ts';
import { inWorkspace } from './admin-changes.ts';
import { createAuditRepository } from './audit-repository.ts';
import { createSettingsRepository } from './settings-repository.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Only admins do these. */
const OF_ADMINS: readonly AuditAction[] = [
  'key_stored',
  'key_replaced',
  'key_removed',
  'settings_changed',
  'access_approved',
  'access_declined',
];

/** More admins than anybody wants to ask at once. */
const MAX_ADMINS = 10;

const messagesJson = storedJson(z.array(z.object({ channelId: z.string(), ts: z.string() })));

const decidedRow = z
  .object({ decision: z.enum(['approved', 'declined']), decided_by: z.string() })
  .transform(({ decision, decided_by: by }): MadeDecision => ({ decision, by }));

/** The people who asked to be allowed to add inboxes, and what admins decided. */
export function createAccessRequestRepository({ database, now }: { database: Database; now(): number }) {
  return { ask, withdraw, noteMessages, decide, listAdmins, deleteBefore };

  /** Commits a request; false where the person has asked within a day. */
  function ask({ id, teamId, userId }: AccessRequest): Promise<boolean> {
    return inWorkspace(database, teamId, async (within) => {
      const asked = await within.kysely
        .selectFrom('access_requests')
        .select('id')
        .where('team_id', '=', teamId)
        .where('user_id', '=', userId)
        .where('asked_at', '>', now() - DAY_MS)
        .executeTakeFirst();
      if (asked !== undefined) return false;
      await within.kysely
        .insertInto('access_requests')
        .values({ id, team_id: teamId, user_id: userId, asked_at: now(), messages: '[]' })
        .execute();
      await note(within, teamId, userId, 'access_requested', {});
      return true;
    });
  }

  /** Forgets a request that reached no admin, so that the person can ask again. */
  async function withdraw(id: string): Promise<void> {
    await database.kysely.deleteFrom('access_requests').where('id', '=', id).execute();
  }

  /** Notes the messages to admins. Returns the decision, if one of them has made it while the others were still being posted. */
  function noteMessages({ id, teamId }: AccessRequest, messages: PostedMessage[]): Promise<MadeDecision | undefined> {
    return inWorkspace(database, teamId, async ({ kysely }) => {
      const noting = kysely.updateTable('access_requests').set({ messages: JSON.stringify(messages) });
      const row = await noting.where('id', '=', id).returning(['decision', 'decided_by']).executeTakeFirst();
      return decidedRow.safeParse(row).data;
    });
  }

  /** Decides an open request. An approval adds the person to the chosen people in the same commit. */
  function decide(teamId: string, id: string, adminId: string, decision: AccessDecision): Promise<Decided> {
    return inWorkspace(database, teamId, async (within): Promise<Decided> => {
      const row = await within.kysely
        .selectFrom('access_requests')
        .selectAll()
        .where('id', '=', id)
        .where('team_id', '=', teamId)
        .executeTakeFirst();
      if (row === undefined) return { kind: 'gone' };
      if (row.decision !== null) return { kind: 'decided_before', by: row.decided_by ?? '' };
      const userId = row.user_id;
      const problem = decision === 'approved' ? await admitWithin(within, teamId, userId, adminId) : undefined;
      if (problem !== undefined) return { kind: problem };
      const columns = { decision, decided_by: adminId };
      await within.kysely.updateTable('access_requests').set(columns).where('id', '=', id).execute();
      await note(within, teamId, adminId, `access_${decision}`, { person: userId });
      return { kind: 'decided', userId, messages: parseMessages(row) };
    });
  }

  async function admitWithin(within: Executor, teamId: string, userId: string, adminId: string) {
    const repository = createSettingsRepository(within);
    const before = await repository.find(teamId);
    const whoMayAdd = admit(before.whoMayAdd, userId);
    if (typeof whoMayAdd === 'string') return whoMayAdd;
    const settings = { ...before, whoMayAdd };
    for (const details of listChanges(before, settings)) {
      await repository.save(teamId, settings);
      await note(within, teamId, adminId, 'settings_changed', details);
    }
    return undefined;
  }

  /** The people who have done what only admins can, the latest first. They may be no admins any more. */
  async function listAdmins(teamId: string): Promise<string[]> {
    const [acted, installed] = await Promise.all([
      database.kysely
        .selectFrom('audit_entries')
        .select('user_id')
        .select((eb) => eb.fn.max('at').as('last'))
        .where('team_id', '=', teamId)
        .where('action', 'in', OF_ADMINS)
        .where('user_id', 'is not', null)
        .groupBy('user_id')
        .orderBy('last', 'desc')
        .limit(MAX_ADMINS)
        .execute(),
      database.kysely
        .selectFrom('installations')
        .select('installed_by as user_id')
        .where('team_id', '=', teamId)
        .where('installed_by', '<>', '')
        .execute(),
    ]);
    const ids = [...acted, ...installed].flatMap(({ user_id }) => (user_id === null ? [] : [user_id]));
    return [...new Set(ids)].slice(0, MAX_ADMINS);
  }

  async function deleteBefore(time: number): Promise<void> {
    await database.kysely.deleteFrom('access_requests').where('asked_at', '<', time).execute();
  }

  function note(
    within: Executor,
    teamId: string,
    userId: string,
    action: AuditAction,
    details: Record<string, string>,
  ): Promise<void> {
    return createAuditRepository({ db: within, now }).add({ teamId, userId, action, requestId: undefined, details });
  }
}

function parseMessages({ messages }: Selectable<AccessRequestsTable>) {
  return messagesJson.safeParse(messages).data ?? [];
}
