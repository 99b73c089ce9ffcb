import { Logger, run, runMigrations } from 'graphile-worker';
import pg from 'pg';
import type { AccountToAdd } from '../../src/add-inbox/account/sender-account.ts';
import { addSenderAccount, announce, startBolt, tell } from './bolt-app.ts';
import { doJob, type Progress, toJob } from './durable-job.ts';
import { settings } from './plain-app.ts';

/*
 * Bolt and graphile-worker. A job's payload can't be changed once it is taken, so what has to be wiped and how far it got stand
 * in a table of our own, written in one statement with the job (`add_job` is part of its SQL API).
 */

type Payload = { viewId: string; account: AccountToAdd };

declare global {
  namespace GraphileWorker {
    interface Tasks {
      add: Payload;
    }
  }
}

const AT_ONCE = 24;
const calls = { announce, addSenderAccount, tell };
const pgPool = new pg.Pool({ connectionString: settings.databaseUrl, max: AT_ONCE + 1 });
/** Its own logger writes a line for each job. */
const logger = new Logger(() => (level, text) => {
  if (level === 'error' || level === 'warning') console.error(text);
});

await runMigrations({ pgPool, logger });
await pgPool.query(
  'create table if not exists additions (view_id text primary key, sealed text, ts text, status text)',
);
if (!settings.endsAtAck) await startWorker();

await startBolt(async ({ viewId, account: submitted }) => {
  const { account, sealed } = toJob(viewId, submitted);
  await pgPool.query({
    name: 'accept',
    text: `with added as (insert into additions (view_id, sealed) values ($1, $2) on conflict do nothing returning 1)
      select graphile_worker.add_job('add', $3::json) from added`,
    values: [viewId, sealed, JSON.stringify({ viewId, account } satisfies Payload)],
  });
  return undefined;
});

async function startWorker(): Promise<void> {
  // Nobody else works on this database: what is locked was left behind by a process that is dead. Without this it stays locked
  // for four hours.
  await pgPool.query(`select graphile_worker.force_unlock_workers(array(
    select distinct locked_by from graphile_worker.jobs where locked_by is not null))`);
  await run({
    pgPool,
    logger,
    noHandleSignals: true,
    // As in https://worker.graphile.org/docs/performance.
    preset: { worker: { concurrentJobs: AT_ONCE, localQueue: { size: AT_ONCE + 1 }, completeJobBatchDelay: 0 } },
    taskList: { add: (payload, { job }) => add(payload, job.attempts) },
  });
}

async function add({ viewId, account }: Payload, attempts: number): Promise<void> {
  const progress = attempts > 1 ? await findProgress(viewId) : undefined;
  const steps = {
    arm: async (ts: string): Promise<string> => {
      const text = 'update additions set ts = $2 where view_id = $1 and ts is null returning sealed';
      const { rows } = await pgPool.query({ name: 'arm', text, values: [viewId, ts] });
      return rows[0].sealed;
    },
    settle: async (status: string) => {
      const text = 'update additions set status = $2, sealed = null where view_id = $1';
      await pgPool.query({ name: 'settle', text, values: [viewId, status] });
    },
  };
  await doJob({ viewId, account }, progress, steps, calls);
}

async function findProgress(viewId: string): Promise<Progress | undefined> {
  const text = 'select ts, status from additions where view_id = $1 and ts is not null';
  const { rows } = await pgPool.query({ text, values: [viewId] });
  return rows[0];
}
