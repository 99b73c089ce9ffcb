import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Committed, OUTCOMES } from '../judging/facts.ts';

const accountJson = z.string().transform((text) => z.object({ email_address: z.string() }).parse(JSON.parse(text)));

const row = z.object({
  account: accountJson,
  state: z
    .enum(['accepted', 'announced', 'armed', 'settled', 'told'])
    .transform((stored) => (stored === 'told' ? 'reported' : stored)),
  outcome_kind: z.enum(OUTCOMES).nullable(),
  reply_ts: z.string().nullable(),
  lease_owner: z.string().nullable(),
});

/** What a database holds, by address; `owner` is the run of the process that has claimed it. */
export type CommittedRow = Committed & { owner: string | undefined };

const COMMITTED_QUERY = 'select account, state, outcome_kind, reply_ts, lease_owner from requests';

export function parseCommitted(rows: unknown[]): Map<string, CommittedRow> {
  return new Map(
    rows.map((unknownRow) => {
      const { account, state, outcome_kind, reply_ts, lease_owner } = row.parse(unknownRow);
      const outcome = outcome_kind ?? undefined;
      return [
        account.email_address,
        { state, outcome, replyNoted: reply_ts !== null, owner: lease_owner ?? undefined },
      ];
    }),
  );
}

export async function readRows(query: Query): Promise<Map<string, CommittedRow>> {
  return parseCommitted(await query(COMMITTED_QUERY));
}

/** Reads beside the bot that runs on it, as the operators' commands do. */
export function readRowsBeside(path: string): Promise<Map<string, CommittedRow>> {
  return readRows((text) => queryBeside(path, text));
}

/** What it holds of an address once its outcome is reported: the last commit comes a moment after the last word to Slack. */
export async function readWhenReported(
  path: string,
  address: string,
  withinMs = 5_000,
): Promise<CommittedRow | undefined> {
  return (await readAllWhenReported(() => readRowsBeside(path), [address], withinMs)).get(address);
}

/** The same of several, read by `read`; those that are not there count as reported. */
export async function readAllWhenReported(
  read: () => Promise<Map<string, CommittedRow>>,
  addresses: string[],
  withinMs: number,
): Promise<Map<string, CommittedRow>> {
  for (const deadline = performance.now() + withinMs; ; ) {
    const rows = await read();
    const isDone = addresses.every((address) => (rows.get(address)?.state ?? 'reported') === 'reported');
    if (isDone || performance.now() > deadline) return rows;
    await sleep(10);
  }
}

/** Passwords are deleted in the commit that settles their request, or ends their draft: a row of these queries is a violation. */
export const LEFT_QUERIES = [
  "select request_id from request_passwords left join requests on id = request_id where coalesce(state, 'gone') in ('settled', 'told', 'gone')",
  "select batch_drafts.id from batch_drafts left join batches on batches.id = batch_id where coalesce(state, 'gone') <> 'draft'",
];

/** Runs a query on a database; its rows. */
export type Query = (text: string) => unknown[] | Promise<unknown[]>;

/** Runs a query beside the bot that runs on this file. */
export function queryBeside(path: string, text: string): unknown[] {
  return queryAndClose(new DatabaseSync(path, { readOnly: true, timeout: 1_000 }), text);
}

/** Queries a copy of the files, so that whoever opens them next finds them as the dead process left them. */
export async function queryCopy<Read>(path: string, read: (query: Query) => Promise<Read>): Promise<Read> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-copy-'));
  try {
    for (const suffix of ['', '-wal']) {
      if (existsSync(path + suffix)) writeFileSync(join(folder, `copy${suffix}`), readFileSync(path + suffix));
    }
    return await read((text) => queryAndClose(new DatabaseSync(join(folder, 'copy')), text));
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

/** The files of an SQLite database as they are now, for looking for secrets in them. */
export function readFiles(path: string): Buffer {
  return Buffer.concat(
    ['', '-wal', '-journal'].flatMap((end) => (existsSync(path + end) ? [readFileSync(path + end)] : [])),
  );
}
