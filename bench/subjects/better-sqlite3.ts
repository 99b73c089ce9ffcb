import Database from 'better-sqlite3';
import { addSenderAccount, announce, startBolt, tell } from './bolt-app.ts';
import { doJob, type Job, type Progress, toJob } from './durable-job.ts';
import { settings } from './plain-app.ts';

/*
 * Bolt and a table in SQLite, one process: what is committed there is done, in this process or in the next one. Nothing has to
 * be polled for, since whoever accepts a job works on it.
 */

type Row = { view_id: string; account: string; sealed: string | null; ts: string | null; status: string | null };

const MAX_AT_ONCE = 64;
const RETRY_MS = 5_000;
const calls = { announce, addSenderAccount, tell };

const db = new Database(settings.databaseUrl.replace('sqlite:', ''));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(`create table if not exists jobs (
  view_id text primary key, account text not null, sealed text, ts text, status text, told integer not null default 0
) strict, without rowid`);

const insert = db.prepare('insert into jobs (view_id, account, sealed) values (?, ?, ?) on conflict do nothing');
const arm = db.prepare('update jobs set ts = ? where view_id = ?');
const settle = db.prepare('update jobs set status = ?, sealed = null where view_id = ?');
const markTold = db.prepare('update jobs set told = 1 where view_id = ?');
const find = db.prepare<[string], Row>('select * from jobs where view_id = ?');
const untold = db.prepare<[], Row>('select * from jobs where told = 0');

let running = 0;
const waiting: (() => void)[] = [];

const leftBehind = settings.endsAtAck ? [] : untold.all();
await startBolt(({ viewId, account }) => {
  const job = toJob(viewId, account);
  const { changes } = insert.run(viewId, JSON.stringify(job.account), job.sealed);
  return changes === 0 ? undefined : () => run(job);
});
for (const row of leftBehind) void takeOver(row);

async function takeOver({ view_id, account, sealed, ts, status }: Row): Promise<void> {
  await run(
    { viewId: view_id, account: JSON.parse(account), sealed: sealed ?? '' },
    ts === null ? undefined : { ts, status },
  );
}

async function run(job: Job, progress?: Progress): Promise<void> {
  if (running >= MAX_AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    const { viewId, sealed } = job;
    const steps = {
      arm: (ts: string) => {
        arm.run(ts, viewId);
        return sealed;
      },
      settle: (status: string) => settle.run(status, viewId),
    };
    await doJob(job, progress, steps, calls);
    markTold.run(viewId);
  } catch {
    setTimeout(() => again(job.viewId), RETRY_MS);
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function again(viewId: string): void {
  const row = find.get(viewId);
  if (row !== undefined) void takeOver(row);
}
