import { setImmediate as pause } from 'node:timers/promises';
import type { Updateable } from 'kysely';
import { z } from 'zod';
import { INBOX_TYPES } from '../../../add-inbox/account/providers.ts';
import type { ClaimedBatch } from '../../../add-inbox/batch/batch.ts';
import { type Row, type RowDefaults, rowShape } from '../../../add-inbox/batch/check-rows.ts';
import type {
  AnsweredDraft,
  ConfirmedRow,
  DraftKey,
  DraftStore,
  NewDraft,
  SpendingPage,
} from '../../../add-inbox/batch/drafts.ts';
import { clientDetail } from '../../../add-inbox/people/audit.ts';
import { LINK_TTL_MS } from '../../../add-inbox/secure-links/secure-link.ts';
import type { Database, Executor } from '../../database.ts';
import { storedJson } from '../../rows/stored-json.ts';
import { draftContext, passwordsContext } from '../../sealing/seal-contexts.ts';
import type { Sealer } from '../../sealing/sealing.ts';
import type { BatchesTable } from '../../tables.ts';
import { createAuditRepository } from '../../workspaces/audit-repository.ts';
import { spendLink } from '../../workspaces/secure-link-repository.ts';
import { loginJson } from '../outcome-json.ts';
import { toKeyColumns, unfinished } from '../request-row.ts';
import { DUE, parseBatch } from './batch-row.ts';
import { createBatchRows } from './batch-rows.ts';

/** Rows that are sealed, or inserted, between two pauses: about 10 ms of work. */
const ROWS_AT_A_TIME = 100;

const ROWS_READ_AT_A_TIME = 500;

const GONE = { kind: 'gone' } as const;

const STOPPING = { kind: 'stopping' } as const;

const text = z.string().optional();

const rowJson: z.ZodType<Row> = z.object({
  line: z.int(),
  account: z.object(rowShape(text)),
  // Only a refusal holds a row back. An unknown reason from a newer version must not make the whole draft unreadable.
  login: loginJson.optional().catch(undefined),
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
      const replaced = await kysely
        .updateTable('batches')
        .set({ state: 'discarded', finished_at: createdAt })
        .where('team_id', '=', teamId)
        .where('user_id', '=', draft.userId)
        .where('state', '=', 'draft')
        .where('id', '<>', batchId)
        .returning('id')
        .execute();
      for (const { id } of replaced) await deletePieces(kysely, id);
      await insertDraft(kysely, draft, createdAt);
      for (const piece of pieces) await kysely.insertInto('batch_drafts').values(piece).execute();
    });
  }

  /** @throws SealError, z.ZodError */
  async function open(teamId: string, userId: string, id: string): ReturnType<DraftStore['open']> {
    const batch = await find(database, { teamId, userId, id });
    const answered = await findAnswer(database, batch);
    if (batch === undefined || answered !== undefined) return answered ?? GONE;
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
    return { kind: 'open', batch, defaults, rows };
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
      if (discarded.numUpdatedRows === 1n) await deletePieces(within.kysely, id);
    });
  }

  /** @throws CommitInDoubtError */
  async function confirm(
    key: DraftKey,
    rows: ConfirmedRow[],
    expiresAt: number,
    page?: SpendingPage,
  ): ReturnType<DraftStore['confirm']> {
    const sealed: Map<string, string> = new Map();
    for (const [index, { id, passwords }] of rows.entries()) {
      sealed.set(id, sealer.seal(JSON.stringify(passwords), passwordsContext({ id, teamId: key.teamId })));
      if (index % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await pause();
    }
    return database.transaction(async (within) => {
      const { kysely } = within;
      if (page?.fix !== undefined) await insertDraft(kysely, page.fix, now());
      const draft = await lock(within, key);
      const fixed = draft?.state === 'draft' ? draft.fixOf : undefined;
      if (fixed !== undefined && (await createBatchRows(within).isStopping(fixed))) return STOPPING;
      const worksUntil = expiresAt + LINK_TTL_MS;
      if (page !== undefined && !(await spendLink(within, { ...page, now: now(), worksUntil }))) return GONE;
      const answered = await findAnswer(within, draft);
      if (draft === undefined || answered !== undefined) return answered ?? GONE;
      await deletePieces(kysely, draft.id);
      const left = draft.fixOf === undefined ? rows : await withoutRetried(within, draft.fixOf, rows);
      const batch = left.length === 0 ? undefined : await begin(within, draft, left.length, page?.fileName);
      if (batch === undefined) {
        await update(within, draft.id, { state: 'discarded', finished_at: now() });
        return GONE;
      }
      for (let from = 0; from < left.length; from += ROWS_AT_A_TIME) {
        const slice = left.slice(from, from + ROWS_AT_A_TIME);
        await kysely
          .insertInto('requests')
          .values(slice.map((row) => toRequestRow(batch, key.userId, row, expiresAt)))
          .execute();
        await kysely
          .insertInto('request_passwords')
          .values(slice.map(({ id }) => ({ request_id: id, sealed: sealed.get(id) ?? '' })))
          .execute();
        await pause();
      }
      await note(within, batch, key.userId, left.length);
      return { kind: 'confirmed', batch };
    });
  }

  /**
   * A draft becomes a batch of its own, or its rows go to the batch that they fix, which starts once more. Of a batch that runs or
   * waits, only the new rows are queued by that; rows that a stop has ended stay ended. Undefined if that batch is gone.
   */
  async function begin(
    within: Executor,
    { id, fixOf, fileName }: ClaimedBatch,
    total: number,
    file_name = fileName,
  ): Promise<ClaimedBatch | undefined> {
    const confirmed_at = now();
    if (fixOf === undefined)
      return update(within, id, {
        state: 'waiting',
        total,
        confirmed_at,
        not_before: DUE,
        file_name: file_name ?? null,
      });
    await update(within, id, { state: 'discarded', confirmed_at, finished_at: confirmed_at });
    return update(within, fixOf, { state: 'waiting', not_before: DUE, finished_at: null });
  }

  function toRequestRow(
    batch: ClaimedBatch,
    userId: string,
    { id, line, retryOf, account }: ConfirmedRow,
    expiresAt: number,
  ) {
    return {
      id,
      team_id: batch.teamId,
      user_id: userId,
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

  /** The addresses, in lower case, of the workspace's requests that are not finished. Read in slices, as the rest. */
  async function listWaiting(teamId: string): Promise<ReadonlySet<string>> {
    const addresses = new Set<string>();
    for (let after: string | undefined = ''; after !== undefined; ) {
      const rows = await database.kysely
        .selectFrom('requests')
        .select(['id', 'account'])
        .where(unfinished)
        .where('team_id', '=', teamId)
        .where('outcome_kind', 'is', null)
        .where('id', '>', after)
        .orderBy('id')
        .limit(ROWS_READ_AT_A_TIME)
        .execute();
      for (const { account } of rows) {
        const address = addressJson.safeParse(account);
        if (address.success) addresses.add(address.data.email_address.toLowerCase());
      }
      after = rows.length < ROWS_READ_AT_A_TIME ? undefined : rows.at(-1)?.id;
      await pause();
    }
    return addresses;
  }

  function note(within: Executor, batch: ClaimedBatch, userId: string, count: number): Promise<void> {
    const { id, teamId, keyName, channelId, fileName } = batch;
    const details = {
      count: String(count),
      ...clientDetail(keyName),
      channel: channelId,
      ...(fileName && { file: fileName }),
    };
    return createAuditRepository({ db: within, now }).add({
      teamId,
      userId,
      action: 'inboxes_requested',
      requestId: id,
      details,
    });
  }
}

const addressJson = storedJson(z.object({ email_address: z.string() }));

/** A page's draft has the same id each time. Once it is confirmed, this changes nothing. */
async function insertDraft(
  kysely: Executor['kysely'],
  draft: Omit<NewDraft, 'defaults' | 'rows'>,
  createdAt: number,
): Promise<void> {
  await kysely
    .insertInto('batches')
    .values({
      id: draft.id,
      team_id: draft.teamId,
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
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ state: 'draft', created_at: createdAt, finished_at: null })
        .where('batches.state', '=', 'discarded')
        .where('batches.confirmed_at', 'is', null),
    )
    .execute();
}

async function deletePieces(kysely: Executor['kysely'], batchId: string): Promise<void> {
  await kysely.deleteFrom('batch_drafts').where('batch_id', '=', batchId).execute();
}

/** The answer to the draft's confirmation; undefined if it is still a draft. */
async function findAnswer(
  { kysely }: Pick<Executor, 'kysely'>,
  draft: ClaimedBatch | undefined,
): Promise<AnsweredDraft | undefined> {
  if (draft?.state === 'draft') return undefined;
  if (draft?.confirmedAt === undefined) return GONE;
  if (draft.fixOf === undefined) return { kind: 'repeated', batch: draft };
  const row = await kysely.selectFrom('batches').selectAll().where('id', '=', draft.fixOf).executeTakeFirst();
  return row === undefined ? GONE : { kind: 'repeated', batch: parseBatch(row) };
}

/** The rows that nobody has fixed in the meantime. The batch is locked, so nobody can until this is committed. */
async function withoutRetried({ kysely }: Executor, batchId: string, rows: ConfirmedRow[]): Promise<ConfirmedRow[]> {
  const retries = await kysely
    .selectFrom('requests')
    .select('retry_of')
    .where('batch_id', '=', batchId)
    .where('retry_of', 'is not', null)
    .execute();
  const retried = new Set(retries.map(({ retry_of }) => retry_of));
  return rows.filter(({ retryOf }) => retryOf !== undefined && !retried.has(retryOf));
}

/** The draft, locked together with the batch that it fixes, in the order of their ids. */
async function lock(within: Executor, key: DraftKey): Promise<ClaimedBatch | undefined> {
  const draft = await find(within, key);
  if (draft === undefined || within.kind === 'sqlite') return draft;
  const ids = [draft.id, ...(draft.fixOf === undefined ? [] : [draft.fixOf])];
  await within.kysely.selectFrom('batches').select('id').where('id', 'in', ids).orderBy('id').forUpdate().execute();
  return find(within, key);
}

async function find(
  { kysely }: Pick<Executor, 'kysely'>,
  { teamId, userId, id }: DraftKey,
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

async function update(
  { kysely }: Executor,
  id: string,
  set: Updateable<BatchesTable>,
): Promise<ClaimedBatch | undefined> {
  const row = await kysely.updateTable('batches').set(set).where('id', '=', id).returningAll().executeTakeFirst();
  return row && parseBatch(row);
}
