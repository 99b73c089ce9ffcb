import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/**
 * Says how much CPU all processes of this PostgreSQL have used since the first look, in milliseconds. Linux only, and on the
 * same machine. A process that ended between two looks is counted up to the last one that saw it.
 */
export async function watchPostgresCpu(databaseUrl: string): Promise<() => number> {
  const server = await findServer(databaseUrl);
  const seen = new Map<number, number>();
  let totalMs = 0;
  const look = (): number => {
    for (const pid of processesOf(server)) {
      const before = seen.get(pid) ?? 0;
      const now = Math.max(before, cpuMsOf(pid));
      totalMs += now - before;
      seen.set(pid, now);
    }
    return totalMs;
  };
  look();
  totalMs = 0;
  return look;
}

/** Each session has a process of its own, whose parent is the server. */
async function findServer(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const server = parentOf(rows[0]?.pid ?? Number.NaN);
  await client.end();
  if (server === undefined) throw new Error('the PostgreSQL that is measured has to run on this machine');
  return server;
}

function processesOf(server: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => pid === server || parentOf(pid) === server);
}

function parentOf(pid: number): number | undefined {
  const parent = /\) \S (\d+) /.exec(read(`/proc/${pid}/stat`))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

/** From nanoseconds, where `stat` counts hundredths of a second. 0 if the process has ended. */
function cpuMsOf(pid: number): number {
  return Number(read(`/proc/${pid}/schedstat`).split(' ')[0]) / 1e6;
}

/** Empty if the process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
