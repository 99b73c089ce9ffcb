import { createHash } from 'node:crypto';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { addSenderAccount, announce, startBolt, tell } from './bolt-app.ts';
import { doJob, type Job, type Progress, toJob } from './durable-job.ts';
import { settings } from './plain-app.ts';

/*
 * Bolt and pg-boss. The job holds the sealed passwords; how far it got stands in a table of our own, with the job's id.
 */

const QUEUE = 'add';
const WORKERS = 24;
const calls = { announce, addSenderAccount, tell };
const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: WORKERS });
/** Dead processes are noticed by their heartbeats, as soon as pg-boss allows. */
const boss = new PgBoss({
  db: { executeSql: (text, values) => pool.query(text, values) },
  schedule: false,
  superviseIntervalSeconds: 1,
  monitorIntervalSeconds: 1,
});
boss.on('error', (error) => console.error(error));

await boss.start();
await boss.createQueue(QUEUE, { heartbeatSeconds: 10, retryLimit: 25, retryDelay: 1, retryBackoff: true });
await pool.query('create table if not exists additions (id uuid primary key, ts text not null, status text)');

type Worker = { id: string; isBusy: boolean };
const workers: Worker[] = [];
let next = 0;
while (!settings.endsAtAck && workers.length < WORKERS) await addWorker();

await startBolt(async ({ viewId, account }) => {
  const id = await boss.send(QUEUE, toJob(viewId, account), { id: toUuid(viewId) });
  return id === null ? undefined : wakeWorker;
});

async function addWorker(): Promise<void> {
  const worker: Worker = { id: '', isBusy: false };
  worker.id = await boss.work<Job, void, { pollingIntervalSeconds: number }>(
    QUEUE,
    { pollingIntervalSeconds: 5 },
    async ([job]) => {
      if (job === undefined) return;
      worker.isBusy = true;
      await add(job.id, job.data, job.retryCount).finally(() => {
        worker.isBusy = false;
      });
    },
  );
  workers.push(worker);
}

/** One worker looks for a job at once. With LISTEN and NOTIFY all of them would, for each job: measured at twice the CPU. */
function wakeWorker(): void {
  for (let tries = 0; tries < workers.length; tries += 1) {
    next = (next + 1) % workers.length;
    if (workers[next]?.isBusy === false) break;
  }
  boss.notifyWorker(workers[next]?.id ?? '');
}

async function add(id: string, job: Job, retryCount: number): Promise<void> {
  const progress = retryCount > 0 ? await findProgress(id) : undefined;
  const steps = {
    arm: async (ts: string): Promise<string> => {
      await pool.query({ name: 'arm', text: 'insert into additions (id, ts) values ($1, $2)', values: [id, ts] });
      return job.sealed;
    },
    settle: async (status: string) => {
      const text = `with settled as (update additions set status = $2 where id = $1)
        update pgboss.job set data = data - 'sealed' where name = '${QUEUE}' and id = $1`;
      await pool.query({ name: 'settle', text, values: [id, status] });
    },
  };
  await doJob(job, progress, steps, calls);
}

async function findProgress(id: string): Promise<Progress | undefined> {
  const { rows } = await pool.query('select ts, status from additions where id = $1', [id]);
  return rows[0];
}

/** The same view has the same id, and pg-boss takes each id once. */
function toUuid(viewId: string): string {
  return createHash('sha256').update(viewId).digest('hex').slice(0, 32);
}
