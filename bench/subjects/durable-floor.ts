import { DatabaseSync } from 'node:sqlite';
import { doJob, toJob } from './durable-job.ts';
import { addSenderAccount, announce, startFloor, tell } from './floor-app.ts';
import { settings } from './plain-app.ts';

/**
 * The floor with the four commits that the promise takes (accepted, armed, settled, told) and sealed passwords. It does not take
 * over after a crash, which costs nothing until then.
 */

const calls = { announce, addSenderAccount, tell };

const db = new DatabaseSync(settings.databaseUrl.replace('sqlite:', ''));
db.exec(`
  pragma journal_mode = WAL;
  pragma synchronous = FULL;
  create table if not exists jobs (view_id text primary key, account text, sealed text, ts text, status text, told integer)
    strict, without rowid;`);
const insert = db.prepare('insert into jobs (view_id, account, sealed) values (?, ?, ?)');
const arm = db.prepare('update jobs set ts = ? where view_id = ?');
const settle = db.prepare('update jobs set status = ?, sealed = null where view_id = ?');
const markTold = db.prepare('update jobs set told = 1 where view_id = ?');

await startFloor(({ viewId, account: submitted }) => {
  const job = toJob(viewId, submitted);
  insert.run(viewId, JSON.stringify(job.account), job.sealed);
  return async () => {
    const steps = {
      arm: (ts: string) => {
        arm.run(ts, viewId);
        return job.sealed;
      },
      settle: (status: string) => settle.run(status, viewId),
    };
    await doJob(job, undefined, steps, calls);
    markTold.run(viewId);
  };
});
