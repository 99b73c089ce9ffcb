import { z } from 'zod';
import { type CommittedRow, parseCommitted, type Query } from '../world/read-committed.ts';

/** What a database holds of a batch at one moment. */
export type CommittedBatch = {
  state: 'draft' | 'waiting' | 'running' | 'stopped' | 'finished' | 'discarded';
  userId: string;
  /** A draft of rows that failed in another batch, which they become rows of. */
  isFix: boolean;
  /** Slack's taking them was noted. */
  noted: { card: boolean; failures: boolean; results: boolean; summary: boolean };
  /** The run of the process that has claimed it. */
  owner: string | undefined;
  /** The rows of the list, and of each round in which failed ones were fixed, by address. */
  rounds: Map<string, CommittedRow>[];
};

const BATCHES_QUERY =
  'select id, user_id, fix_of, state, shown, failures_ts, results_posted, summary_ts, lease_owner from batches order by created_at';
const ROWS_QUERY = `
  select batch_id, account, state, outcome_kind, reply_ts, lease_owner, row_number() over (
    partition by batch_id, line order by accepted_at, id
  ) - 1 as round from requests where batch_id is not null`;

const batchRow = z.object({
  id: z.string(),
  user_id: z.string(),
  fix_of: z.string().nullable(),
  state: z.enum(['draft', 'waiting', 'running', 'stopped', 'finished', 'discarded']),
  shown: z.string().nullable(),
  failures_ts: z.string().nullable(),
  results_posted: z.number(),
  summary_ts: z.string().nullable(),
  lease_owner: z.string().nullable(),
});

const ofBatch = z.looseObject({ batch_id: z.string(), round: z.coerce.number() });

/** By the batch's id. */
export async function readBatches(query: Query): Promise<Map<string, CommittedBatch>> {
  const batches = z.array(batchRow).parse(await query(BATCHES_QUERY));
  const rows = Map.groupBy(z.array(ofBatch).parse(await query(ROWS_QUERY)), ({ batch_id }) => batch_id);
  return new Map(
    batches.map(({ id, user_id, fix_of, state, shown, failures_ts, results_posted, summary_ts, lease_owner }) => [
      id,
      {
        state,
        userId: user_id,
        isFix: fix_of !== null,
        noted: {
          card: shown !== null,
          failures: failures_ts !== null,
          results: results_posted === 1,
          summary: summary_ts !== null,
        },
        owner: lease_owner ?? undefined,
        rounds: toRounds(rows.get(id) ?? []),
      },
    ]),
  );
}

function toRounds(rows: z.output<typeof ofBatch>[]): Map<string, CommittedRow>[] {
  const byRound = Map.groupBy(rows, ({ round }) => round);
  return Array.from({ length: byRound.size }, (_, round) => parseCommitted(byRound.get(round) ?? []));
}
