import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type CommittedRow, parseCommitted } from '../world/read-committed.ts';

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

/** Passwords of drafts that are none any more: a row of this query is a violation. */
export const DRAFTS_LEFT_QUERY =
  "select batch_drafts.id from batch_drafts left join batches on batches.id = batch_id where coalesce(state, 'gone') <> 'draft'";

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
export async function readBatches(
  query: (text: string) => unknown[] | Promise<unknown[]>,
): Promise<Map<string, CommittedBatch>> {
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

/** Runs a query beside the bot that runs on this file. */
export function queryBeside(path: string, text: string): unknown[] {
  return queryAndClose(new DatabaseSync(path, { readOnly: true, timeout: 1_000 }), text);
}

/** Reads a copy of the files, so that whoever opens them next finds them as the dead process left them. */
export async function readBatchesCopy(path: string): Promise<Map<string, CommittedBatch>> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-copy-'));
  try {
    for (const suffix of ['', '-wal']) {
      if (existsSync(path + suffix)) writeFileSync(join(folder, `copy${suffix}`), readFileSync(path + suffix));
    }
    return await readBatches((text) => queryAndClose(new DatabaseSync(join(folder, 'copy')), text));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function queryAndClose(database: DatabaseSync, text: string): unknown[] {
  try {
    return database.prepare(text).all();
  } finally {
    database.close();
  }
}
