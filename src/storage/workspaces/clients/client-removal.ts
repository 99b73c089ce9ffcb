import { sql } from 'kysely';
import { z } from 'zod';
import type { ClientInbox } from '../../../add-inbox/keys/client-inbox.ts';
import { findKeyOf, type OwnerName, toStoredName } from '../../../add-inbox/keys/key-owner.ts';
import { clientDetail } from '../../../add-inbox/people/audit.ts';
import type { Database, Executor } from '../../database.ts';
import { DUE } from '../../requests/batches/batch-row.ts';
import { inOrder, nextFence } from '../../requests/lease-sql.ts';
import { outcomeJson } from '../../requests/outcome-json.ts';
import { accountJson, unfinished } from '../../requests/request-row.ts';
import { type OnUnreadable, readRows } from '../../rows/read-rows.ts';
import { storedJson, storedTime } from '../../rows/stored-json.ts';
import type { Sealer } from '../../sealing/sealing.ts';
import { inWorkspace } from '../admin-changes.ts';
import { createAuditRepository } from '../audit-repository.ts';
import { createColdsendKeyRepository } from '../coldsend-key-repository.ts';
import { createClientPresetsRepository } from './client-presets-repository.ts';
import { createRememberedRepository } from './remembered-repository.ts';

const STOPPED = { outcome: JSON.stringify({ kind: 'stopped' }), outcome_kind: 'stopped' };

const inboxRow = z.object({
  user_id: z.string(),
  account: storedJson(accountJson),
  outcome: storedJson(outcomeJson),
  accepted_at: storedTime,
});

type ClientRemovalDeps = { database: Database; sealer: Sealer; now(): number; onUnreadable?: OnUnreadable };

/** Removes a client with everything that waits for it, and lists the inboxes that were added for it. */
export function createClientRemoval({ database, sealer, now, onUnreadable }: ClientRemovalDeps) {
  return { removeClient, listInboxes };

  /**
   * Removes the key with its channels, presets and what is remembered, and ends the requests that were not sent, in one commit with
   * the audit entries. Returns the number of those requests; undefined, and nothing changed, where another admin has changed the client since `revision`.
   */
  function removeClient(
    teamId: string,
    userId: string,
    client: OwnerName,
    revision: string,
  ): Promise<number | undefined> {
    return inWorkspace(database, teamId, async (within) => {
      const keys = createColdsendKeyRepository({ db: within, sealer, now });
      const key = findKeyOf(await keys.list(teamId), client);
      if (key?.revision !== revision) return undefined;
      await stopBatches(within, teamId, userId, client);
      await keys.remove(teamId, client);
      await createClientPresetsRepository(within).remove(teamId, client);
      const stopped = await stopRequests(within, teamId, client);
      // After the requests: whoever commits that an inbox was added holds its request first.
      await createRememberedRepository(within).forget(teamId, { owner: client });
      const audit = createAuditRepository({ db: within, now });
      const about = { teamId, userId, requestId: undefined };
      const details = { ...clientDetail(client), last_four: key.lastFour };
      await audit.add({ ...about, action: 'key_removed', details });
      await audit.add({ ...about, action: 'client_removed', details: { ...details, not_sent: String(stopped) } });
      return stopped;
    });
  }

  /** As everybody locks them: batches first, then requests, each in the order of the ids. */
  async function stopBatches({ kysely }: Executor, teamId: string, userId: string, client: OwnerName): Promise<void> {
    const running = kysely
      .selectFrom('batches')
      .select('id')
      .where('team_id', '=', teamId)
      .where('client', '=', toStoredName(client))
      .where('state', 'in', ['waiting', 'running']);
    const stopped = { state: 'stopped', stopped_by: userId, not_before: DUE };
    await kysely.updateTable('batches').set(stopped).where('id', 'in', inOrder(database, running)).execute();
  }

  /**
   * Ends the requests that were not sent, and deletes their passwords. The fence makes a process that works on one notice. Rows of
   * batches are reported by their batch. A request that is being sent is left to the process that sends it.
   */
  async function stopRequests({ kysely }: Executor, teamId: string, client: OwnerName): Promise<number> {
    const time = now();
    const ofIt = kysely
      .selectFrom('requests')
      .select('id')
      .where(unfinished)
      .where('team_id', '=', teamId)
      .where('client', '=', toStoredName(client));
    // Those that are being sent, too: whoever settles one comes before all this, or finds no key to remember it for.
    if (database.kind === 'postgres') await inOrder(database, ofIt).execute();
    const waiting = ofIt.where('state', 'in', ['accepted', 'announced']);
    const rows = await kysely
      .updateTable('requests')
      .set({
        ...STOPPED,
        state: sql<string>`case when batch_id is null then 'settled' else 'told' end`,
        told_at: sql<number | null>`case when batch_id is null then null else cast(${time} as bigint) end`,
        settled_at: time,
        not_before: DUE,
        tries: 0,
        waits_for: null,
        turn_of: null,
        lease_owner: null,
        lease_until: null,
        fence: nextFence,
      })
      .where('id', 'in', inOrder(database, waiting))
      .returning('id')
      .execute();
    const ended = kysely.selectFrom('requests').select('id').where('team_id', '=', teamId);
    const ofClient = ended.where('client', '=', toStoredName(client)).where('outcome_kind', '=', 'stopped');
    if (rows.length > 0) await kysely.deleteFrom('request_passwords').where('request_id', 'in', ofClient).execute();
    return rows.length;
  }

  /** The inboxes that were added for the client, or may have been, the oldest first; rows of batches, too. */
  async function listInboxes(teamId: string, client: OwnerName, skip: number, limit: number): Promise<ClientInbox[]> {
    const rows = await database.kysely
      .selectFrom('requests')
      .select(['id', 'user_id', 'account', 'outcome', 'accepted_at'])
      .where('team_id', '=', teamId)
      .where('client', '=', toStoredName(client))
      .where('outcome_kind', 'in', ['added', 'unknown'])
      .orderBy('accepted_at')
      .orderBy('id')
      .offset(skip)
      .limit(limit)
      .execute();
    return readRows(
      rows,
      parseInbox,
      ({ id, accepted_at: at }) => ({ id, at }),
      (id, error) => onUnreadable?.(id, error, 'requests'),
    );
  }
}

function parseInbox(row: unknown): ClientInbox {
  const { user_id, account, outcome, accepted_at } = inboxRow.parse(row);
  return { userId: user_id, account, outcome, acceptedAt: accepted_at };
}
