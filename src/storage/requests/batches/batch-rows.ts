import { setImmediate as pause } from 'node:timers/promises';
import { type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type { BatchCounts, BatchProgress, BatchRow } from '../../../add-inbox/batch/batch.ts';
import type { Executor } from '../../database.ts';
import { type OnUnreadable, readRows } from '../../rows/read-rows.ts';
import { orUndefined, storedJson } from '../../rows/stored-json.ts';
import { outcomeJson } from '../outcome-json.ts';
import { accountJson } from '../request-row.ts';

const ROWS_READ_AT_ONCE = 500;

/** The lines of batches, each as its last request stands. They are rows of the table of requests. */
export function createBatchRows({ kysely }: Pick<Executor, 'kysely'>, onUnreadable?: OnUnreadable) {
  return { countProgress, listRows, listFailed, isStopping };

  async function countProgress(batchId: string): Promise<BatchProgress> {
    const rows = await kysely
      .selectFrom('requests')
      .select(['waits_for', shownKind.as('kind')])
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('batch_id', '=', batchId)
      .where(isLatest)
      .groupBy(['waits_for', 'kind'])
      .execute();
    const countOf = (kind: keyof BatchCounts) =>
      rows.filter((row) => row.kind === kind).reduce((sum, { count }) => sum + count, 0);
    return {
      counts: {
        added: countOf('added'),
        exists: countOf('exists'),
        refused: countOf('refused'),
        key_refused: countOf('key_refused'),
        unknown: countOf('unknown'),
        expired: countOf('expired'),
        stopped: countOf('stopped'),
        unsettled: countOf('unsettled'),
      },
      waitsForKey: rows.some(({ kind, waits_for }) => kind === 'unsettled' && waits_for === 'key'),
    };
  }

  /** All lines, in order, without secrets. */
  function listRows(batchId: string): Promise<BatchRow[]> {
    return readAll(rowsOf(batchId));
  }

  function listFailed(teamId: string, batchId: string): Promise<BatchRow[]> {
    const failed = ['refused', 'key_refused', 'unknown', 'expired'];
    return readAll(rowsOf(batchId).where('team_id', '=', teamId).where(shownKind, 'in', failed));
  }

  /** Reads in slices, so that nobody waits for long. A slice may have no row that can be read. */
  async function readAll(query: ReturnType<typeof rowsOf>): Promise<BatchRow[]> {
    const all: BatchRow[] = [];
    for (let after: number | undefined = 0; after !== undefined; await pause()) {
      const rows = await query.where('line', '>', after).orderBy('line').limit(ROWS_READ_AT_ONCE).execute();
      all.push(...parseRows(rows));
      after = rows.length < ROWS_READ_AT_ONCE ? undefined : (rows.at(-1)?.line ?? undefined);
    }
    return all;
  }

  function rowsOf(batchId: string) {
    return kysely
      .selectFrom('requests')
      .select(['id', 'line', 'account', 'outcome', 'accepted_at', shownKind.as('kind'), 'outcome_kind'])
      .where('batch_id', '=', batchId)
      .where(isLatest);
  }

  function parseRows(rows: Parameters<typeof parseRow>[0][]): BatchRow[] {
    const read = readRows(
      rows,
      parseRow,
      ({ id, accepted_at: at }) => ({ id, at }),
      (id, error) => onUnreadable?.(id, error, 'requests'),
    );
    return read.flatMap((row) => ('unreadable' in row ? [] : [row]));
  }

  /** A row that is under way in a stopped batch must not be sent again when it comes back, so the batch can't start before. */
  async function isStopping(batchId: string): Promise<boolean> {
    const underWay = await kysely
      .selectFrom('batches')
      .innerJoin('requests', 'requests.batch_id', 'batches.id')
      .select('requests.id')
      .where('batches.id', '=', batchId)
      .where('batches.state', '=', 'stopped')
      .where('requests.outcome_kind', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return underWay !== undefined;
  }
}

/** True for the last request of a line. */
const isLatest = sql<SqlBool>`not exists (
  select 1 from requests as later
  where later.batch_id = requests.batch_id and later.line = requests.line
    and (later.accepted_at > requests.accepted_at or later.accepted_at = requests.accepted_at and later.id > requests.id)
)`;

/**
 * How a line counts. It is settled, but not over, while the bot checks the login that ColdSend refused. ColdSend has an inbox
 * already if an earlier try of the same line added it, which nobody could tell then.
 */
const shownKind = sql<string>`case
  when requests.outcome_kind is null or requests.state = 'settled' then 'unsettled'
  when requests.outcome_kind = 'exists' and exists (
    select 1 from requests as earlier
    where earlier.batch_id = requests.batch_id and earlier.line = requests.line and earlier.outcome_kind = 'unknown'
  ) then 'added'
  else requests.outcome_kind
end`;

const rowSchema = z.object({
  id: z.string(),
  line: z.int(),
  account: storedJson(accountJson),
  outcome: orUndefined(storedJson(outcomeJson)),
  kind: z.string(),
  outcome_kind: z.string().nullable(),
});

function parseRow(row: {
  id: string;
  line: number | null;
  account: string;
  outcome: string | null;
  kind: string;
  outcome_kind: string | null;
  accepted_at: number;
}): BatchRow {
  const { id, line, account, outcome, kind, outcome_kind } = rowSchema.parse(row);
  return {
    line,
    requestId: id,
    account,
    outcome,
    isAddedBefore: kind === 'added' && outcome_kind === 'exists',
  };
}
