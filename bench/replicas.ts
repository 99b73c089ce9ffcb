import { parseArgs } from 'node:util';
import { startPgbouncer } from '../test/storage/postgres/start-pgbouncer.ts';
import { sharePostgres, startPostgres } from '../test/storage/postgres/start-postgres.ts';
import { type Fill, fillDatabase } from './fill-database.ts';
import { startLab } from './lab.ts';
import { type Measured, measureReplicas, type Plan } from './replicas/measure-replicas.ts';
import { watchCalls } from './replicas/watch-calls.ts';

/*
 * `npm run bench:replicas`: three bots on PostgreSQL through PgBouncer with as much in the database as there may ever be, against
 * the same with next to nothing; a table on stdout. `--quick` shows that it runs. It needs Debian's package `pgbouncer`.
 */

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' } },
});
const { quick } = options;
const ROUNDS = Number(options.rounds ?? (quick ? 1 : 3));
const FULL: Fill = quick
  ? { workspaces: 20, finished: 400, batches: 3, rowsOfBatch: 10 }
  : { workspaces: 10_000, finished: 1_000_000, batches: 100, rowsOfBatch: 200 };
/** One workspace with as much in it as each of the many has. */
const EMPTY: Fill = { workspaces: 1, finished: FULL.finished / FULL.workspaces, batches: 0, rowsOfBatch: 0 };
const PLAN: Plan = quick
  ? { limit: { requests: 15, seconds: 1 }, homes: 5, idleMs: 100, warmUps: 1, windows: 2 }
  : { limit: { requests: 90, seconds: 5 }, homes: 60, idleMs: 10_000, warmUps: 2, windows: 3 };

const FILLS = { empty: EMPTY, again: EMPTY, full: FULL };
type Name = keyof typeof FILLS;

const postgres = await (quick ? sharePostgres() : startPostgres({ fsync: 'on' }));
const pgbouncer = await startPgbouncer(await postgres.createDatabase(), { poolSize: 20 });
const lab = await startLab(0);
const calls = await watchCalls(lab.eventsPort);
const rounds = await measureInTurn().finally(async () => {
  calls.close();
  await lab.stop();
  await pgbouncer.stop();
  await postgres.stop();
});
showAll();

/** In turn, the full database first or last, so that whatever the first or the last meets is not always met by the same. */
async function measureInTurn(): Promise<Record<Name, Measured>[]> {
  const [empty, again, full] = [await fill(FILLS.empty), await fill(FILLS.again), await fill(FILLS.full)];
  const measure = (url: string, { workspaces }: Fill) => measureReplicas(url, workspaces, { lab, calls, plan: PLAN });
  const measured: Record<Name, Measured>[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    note(`round ${round + 1} of ${ROUNDS}`);
    const first = round % 2 === 0 ? undefined : await measure(full, FILLS.full);
    const alone = await measure(empty, FILLS.empty);
    measured.push({
      empty: alone,
      again: quick ? alone : await measure(again, FILLS.again),
      full: first ?? (await measure(full, FILLS.full)),
    });
    note(JSON.stringify(measured.at(-1)));
  }
  return measured;
}

async function fill(what: Fill): Promise<string> {
  const startedAt = performance.now();
  const url = await postgres.createDatabase();
  await fillDatabase(url, what);
  note(`filled in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  return pgbouncer.through(url);
}

function showAll(): void {
  console.log('| what | one workspace | all | all ÷ one | bound |  | A/A |\n|---|---|---|---|---|---|---|');
  show('good submission to ColdSend, p50', 'claimMs', { unit: 'ms', most: 1.2 });
  show('a job, CPU', 'claimCpuMs', { unit: 'ms', most: 1.2 });
  show('the Home opened to `views.publish`, p50', 'homeMs', { unit: 'ms', most: 1.2 });
  show('the Home, CPU', 'homeCpuMs', { unit: 'ms', most: 1.2 });
  const { limit, windows } = PLAN;
  const allowedS = (windows - 1) * limit.seconds;
  show(`${windows * limit.requests} requests at once, sent; ${allowedS} s allowed`, 'backlogS', {
    unit: 's',
    most: 1.2,
  });
  show('each of them, CPU', 'backlogCpuMs', { unit: 'ms', most: 1.2 });
  show('three idle replicas, CPU a second', 'idleCpuMs', { unit: 'ms' });
  show('start, until each workspace was looked at', 'startS', { unit: 's' });
  const most = Math.max(...rounds.flatMap((round) => Object.values(round).map((measured) => measured.most)));
  console.log(`\nAt most ${most} requests in any ${limit.seconds} s, of ${limit.requests} that ColdSend allows.`);
}

function show(what: string, of: keyof Measured, { unit, most }: { unit: string; most?: number }): void {
  const ratios = (name: Name) => rounds.map((round) => round[name][of] / round.empty[of]);
  const value = (name: Name) => `${round(medianOf(rounds.map((each) => each[name][of])))} ${unit}`;
  const spread = (values: number[]) =>
    `${medianOf(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
  const isReached = most !== undefined && medianOf(ratios('full')) <= most;
  const judged = most === undefined || quick ? '– | ' : `≤ ${most} | ${isReached ? 'reached' : '**missed**'}`;
  console.log(
    `| ${what} | ${value('empty')} | ${value('full')} | ${spread(ratios('full'))} | ${judged} | ${spread(ratios('again'))} |`,
  );
}

function medianOf(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}

function note(what: string): void {
  process.stderr.write(`${what}\n`);
}
