import { z } from 'zod';
import { type CommittedRow, parseCommitted, type Query } from '../world/read-committed.ts';

/** What a database holds of a batch at one moment. */
export type CommittedBatch = {
  state: 'draft' | 'waiting' | 'running' | 'stopped' | 'finished' | 'discarded';
  userId: string;
  /** Slack's taking them was noted. */
  noted: { card: boolean; failures: boolean; results: boolean; summary: boolean };
  /** The run of the process that has claimed it. */
  owner: string | undefined;
  /** By address. */
  rows: Map<string, CommittedRow>;
};

const BATCHES_QUERY =
  'select id, user_id, state, shown, failures_ts, results_posted, finished_at, lease_owner from batches order by created_at';
const ROWS_QUERY =
  'select batch_id, account, state, outcome_kind, reply_ts, lease_owner from requests where batch_id is not null';

const batchRow = z.object({
  id: z.string(),
  user_id: z.string(),
  state: z.enum(['draft', 'waiting', 'running', 'stopped', 'finished', 'discarded']),
  shown: z.string().nullable(),
  failures_ts: z.string().nullable(),
  results_posted: z.number(),
  finished_at: z.union([z.string(), z.number()]).nullable(),
  lease_owner: z.string().nullable(),
});

const ofBatch = z.looseObject({ batch_id: z.string() });

/** By the batch's id. */
export async function readBatches(query: Query): Promise<Map<string, CommittedBatch>> {
  const batches = z.array(batchRow).parse(await query(BATCHES_QUERY));
  const rows = Map.groupBy(z.array(ofBatch).parse(await query(ROWS_QUERY)), ({ batch_id }) => batch_id);
  return new Map(
    batches.map(({ id, user_id, state, shown, failures_ts, results_posted, finished_at, lease_owner }) => [
      id,
      {
        state,
        userId: user_id,
        noted: {
          card: shown !== null,
          failures: failures_ts !== null,
          results: results_posted === 1,
          summary: finished_at !== null,
        },
        owner: lease_owner ?? undefined,
        rows: parseCommitted(rows.get(id) ?? []),
      },
    ]),
  );
}
