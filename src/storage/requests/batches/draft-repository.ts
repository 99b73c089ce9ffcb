import { z } from 'zod';
import { INBOX_TYPES } from '../../../add-inbox/account/providers.ts';
import type { ClaimedBatch } from '../../../add-inbox/batch/batch.ts';
import type { Row, RowDefaults } from '../../../add-inbox/batch/check-rows.ts';
import type { ConfirmedRow, DraftStore, NewDraft } from '../../../add-inbox/batch/drafts.ts';
import { clientDetail } from '../../../add-inbox/people/audit.ts';
import type { Database, Executor } from '../../database.ts';
import { storedJson } from '../../rows/stored-json.ts';
import { draftContext, passwordsContext } from '../../sealing/seal-contexts.ts';
import type { Sealer } from '../../sealing/sealing.ts';
import { createAuditRepository } from '../../workspaces/audit-repository.ts';
import { toKeyColumns } from '../request-row.ts';
import { parseBatch } from './batch-row.ts';

/** Rows that are sealed, or inserted, between two pauses: about 10 ms of work. */
const ROWS_AT_A_TIME = 100;

const text = z.string().optional();

const rowJson: z.ZodType<Row> = z.object({
  line: z.int(),
  account: z.object({
    email_address: text,
    display_name: text,
    inbox_type: z.enum(INBOX_TYPES).optional(),
    smtp_host: text,
    smtp_port: text,
    smtp_username: text,
    smtp_password: text,
    imap_host: text,
    imap_port: text,
    imap_username: text,
    imap_password: text,
    daily_limit: text,
    smtp_use_tls: z.boolean().optional(),
    imap_use_ssl: z.boolean().optional(),
  }),
});

const defaultsJson: z.ZodType<RowDefaults> = z.object({
  inboxType: z.enum(INBOX_TYPES).optional(),
  dailyLimit: z.number().optional(),
  displayName: text,
});

const pieceJson = storedJson(z.object({ defaults: defaultsJson, rows: z.array(rowJson) }));

/**
 * Drafts: rows that a person has not confirmed yet, sealed in pieces. Confirming turns them into requests in one commit. All of
 * it is done in slices, so that 5,000 rows keep nobody waiting.
 */
export function createDraftRepository({
  database,
  sealer,
  now,
}: {
  database: Database;
  sealer: Sealer;
  now(): number;
}): DraftStore {
  return { save, open, discard, confirm, listWaiting };

  /** Replaces the person's earlier draft, which is deleted with its passwords. @throws CommitInDoubtError */
  async function save(draft: NewDraft): Promise<void> {
    const pieces: { id: string; team_id: string; batch_id: string; piece: number; sealed: string }[] = [];
    const { id: batchId, teamId, defaults, rows } = draft;
    for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) {
      const id = `${batchId}.${from}`;
      const plain = JSON.stringify({ defaults, rows: rows.slice(from, from + ROWS_AT_A_TIME) });
      const sealed = sealer.seal(plain, draftContext({ id, teamId }));
      pieces.push({ id, team_id: teamId, batch_id: batchId, piece: from, sealed });
      await pause();
    }
    const createdAt = now();
    await database.transaction(async ({ kysely }) => {
      const mine = kysely
        .selectFrom('batches')
        .select('id')
        .where('team_id', '=', teamId)
        .where('user_id', '=', draft.userId)
        .where('state', '=', 'draft');
      await kysely.deleteFrom('batch_drafts').where('batch_id', 'in', mine).execute();
      await kysely
        .updateTable('batches')
        .set({ state: 'discarded', finished_at: createdAt })
        .where('id', 'in', mine)
        .execute();
      await kysely
        .insertInto('batches')
        .values({
          id: batchId,
          team_id: teamId,
          user_id: draft.userId,
          channel_id: draft.channelId,
          results_channel_id: draft.resultsChannelId ?? null,
          ...toKeyColumns(draft.keyName),
          file_name: draft.fileName ?? null,
          fix_of: draft.fixOf ?? null,
          state: 'draft',
          total: 0,
          results_posted: 0,
          not_before: createdAt,
          tries: 0,
          created_at: createdAt,
          fence: 0,
        })
        .execute();
      for (const piece of pieces) await kysely.insertInto('batch_drafts').values(piece).execute();
    });
  }

  /** @throws SealError, z.ZodError */
  async function open(teamId: string, userId: string, id: string) {
    const batch = await find(database, teamId, userId, id);
    if (batch === undefined) return undefined;
    const pieces = await database.kysely
      .selectFrom('batch_drafts')
      .select(['id', 'sealed'])
      .where('batch_id', '=', id)
      .where('team_id', '=', teamId)
      .orderBy('piece')
      .execute();
    const rows: Row[] = [];
    let defaults: RowDefaults = {};
    for (const piece of pieces) {
      const opened = pieceJson.parse(sealer.open(piece.sealed, draftContext({ id: piece.id, teamId })));
      rows.push(...opened.rows);
      defaults = opened.defaults;
      await pause();
    }
    return { batch, defaults, rows };
  }

  /** Deletes the draft and its passwords. Changes nothing once it is confirmed. */
  async function discard(teamId: string, userId: string, id: string): Promise<void> {
    await database.transaction(async (within) => {
      const discarded = await within.kysely
        .updateTable('batches')
        .set({ state: 'discarded', finished_at: now() })
        .where('id', '=', id)
        .where('team_id', '=', teamId)
        .where('user_id', '=', userId)
        .where('state', '=', 'draft')
        .executeTakeFirst();
      if (discarded.numUpdatedRows === 1n) await deletePieces(within, id);
    });
  }

  /** @throws CommitInDoubtError */
  async function confirm(
    { teamId, userId, id }: { teamId: string; userId: string; id: string },
    rows: ConfirmedRow[],
    expiresAt: number,
  ): ReturnType<DraftStore['confirm']> {
    const sealed: Map<string, string> = new Map();
    for (const [index, row] of rows.entries()) {
      sealed.set(row.id, sealer.seal(JSON.stringify(row.passwords), passwordsContext({ id: row.id, teamId })));
      if (index % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await pause();
    }
    return database.transaction(async (within) => {
      const draft = await find(within, teamId, userId, id);
      if (draft === undefined) return { kind: 'gone' };
      if (draft.state !== 'draft') return { kind: draft.state === 'discarded' ? 'gone' : 'repeated', batch: draft };
      const batch = await begin(within, draft, rows.length);
      // Another submission of the same preview came first.
      if (batch === undefined) return { kind: 'gone' };
      await deletePieces(within, id);
      const { kysely } = within;
      for (let from = 0; from < rows.length; from += ROWS_AT_A_TIME) {
        const slice = rows.slice(from, from + ROWS_AT_A_TIME);
        await kysely
          .insertInto('requests')
          .values(slice.map((row) => toRequestRow(batch, row, expiresAt)))
          .execute();
        await kysely
          .insertInto('request_passwords')
          .values(slice.map((row) => ({ request_id: row.id, sealed: sealed.get(row.id) ?? '' })))
          .execute();
        await pause();
      }
      await note(within, batch, rows.length);
      return { kind: 'confirmed', batch };
    });
  }

  /** A draft becomes a batch of its own, or its rows go to the batch that they fix. */
  async function begin({ kysely }: Executor, draft: ClaimedBatch, total: number): Promise<ClaimedBatch | undefined> {
    const time = now();
    const { fixOf, teamId } = draft;
    const change =
      fixOf === undefined
        ? { state: 'waiting', total, confirmed_at: time, not_before: time }
        : { state: 'discarded', finished_at: time };
    const changed = await kysely
      .updateTable('batches')
      .set(change)
      .where('id', '=', draft.id)
      .where('state', '=', 'draft')
      .returningAll()
      .executeTakeFirst();
    if (changed === undefined) return undefined;
    if (fixOf === undefined) return parseBatch(changed);
    // The rows are queued as those of a new batch are, so the batch starts once more.
    const fixed = await kysely
      .updateTable('batches')
      .set({ state: 'waiting', not_before: time, finished_at: null })
      .where('id', '=', fixOf)
      .where('team_id', '=', teamId)
      .returningAll()
      .executeTakeFirst();
    return fixed && parseBatch(fixed);
  }

  function toRequestRow(batch: ClaimedBatch, { id, line, retryOf, account }: ConfirmedRow, expiresAt: number) {
    return {
      id,
      team_id: batch.teamId,
      user_id: batch.userId,
      view_id: id,
      channel_id: batch.channelId,
      results_channel_id: batch.resultsChannelId ?? null,
      ...toKeyColumns(batch.keyName),
      retry_of: retryOf ?? null,
      // Announced by the batch's card. It is due when it expires, unless the batch queues it before.
      state: 'announced',
      account: JSON.stringify(account),
      not_before: expiresAt,
      tries: 0,
      accepted_at: now(),
      expires_at: expiresAt,
      batch_id: batch.id,
      line,
      fence: 0,
    };
  }

  /** The addresses, in lower case, of the workspace's requests that are not finished. */
  async function listWaiting(teamId: string): Promise<ReadonlySet<string>> {
    const rows = await database.kysely
      .selectFrom('requests')
      .select('account')
      .where('team_id', '=', teamId)
      .where('state', '<>', 'told')
      .where('outcome_kind', 'is', null)
      .execute();
    const addresses = new Set<string>();
    for (const [index, { account }] of rows.entries()) {
      const address = addressJson.safeParse(account);
      if (address.success) addresses.add(address.data.email_address.toLowerCase());
      if (index % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await pause();
    }
    return addresses;
  }

  async function note(
    within: Executor,
    { id, teamId, userId, keyName, channelId, fileName }: ClaimedBatch,
    count: number,
  ) {
    await createAuditRepository({ db: within, now }).add({
      teamId,
      userId,
      action: 'inboxes_requested',
      requestId: id,
      details: {
        count: String(count),
        ...clientDetail(keyName),
        channel: channelId,
        ...(fileName && { file: fileName }),
      },
    });
  }
}

const addressJson = storedJson(z.object({ email_address: z.string() }));

async function deletePieces({ kysely }: Executor, batchId: string): Promise<void> {
  await kysely.deleteFrom('batch_drafts').where('batch_id', '=', batchId).execute();
}

async function find(
  { kysely }: Pick<Executor, 'kysely'>,
  teamId: string,
  userId: string,
  id: string,
): Promise<ClaimedBatch | undefined> {
  const row = await kysely
    .selectFrom('batches')
    .selectAll()
    .where('id', '=', id)
    .where('team_id', '=', teamId)
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row && parseBatch(row);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
