import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sharePostgres, startPostgres } from '../test/storage/postgres/start-postgres.ts';
import { type Backlog, simulateBacklog } from './backlog.ts';
import { createDatabases } from './databases.ts';
import { type Lab, type Measured, startLab } from './lab.ts';
import { type Memory, measureMemory } from './memory.ts';
import { type Options, parseOptions } from './options.ts';
import { renderReport } from './report.ts';
import { measureStarts, type StartTime } from './start-times.ts';
import { does, isInstalled, type RunningSubject, type Subject, startSubject } from './subjects.ts';
import type { Workload } from './workloads.ts';

export type Load = { workload: Workload; concurrency: number; subject: Subject; rounds: Measured[] };

export type Results = {
  node: string;
  options: Options;
  loads: Load[];
  starts: { subject: Subject; rounds: StartTime[] }[];
  memory: { subject: Subject; rounds: Memory[] }[];
  backlog: Backlog | undefined;
};

const MAX_WARM_UP_MS = 6_000;

/** `npm run bench`: everything measured side by side, in turn; a table on stdout and the numbers as JSON. */
const options = parseOptions(process.argv.slice(2));
const databases = createDatabases(options.judges ? () => startPostgres({ fsync: 'on' }) : sharePostgres);
const lab = await startLab(options.slackDelayMs);
const results: Results = {
  node: process.version,
  options,
  loads: isWanted('loads') ? await measureLoads(lab) : [],
  starts: isWanted('starts') ? await measureStartsInTurn() : [],
  memory: isWanted('memory') ? await measureMemoryInTurn() : [],
  backlog: isWanted('backlog') ? await simulateBacklog(500) : undefined,
};
await lab.stop();
await databases.remove();
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(options.out, JSON.stringify(results, undefined, 1));
console.log(renderReport(results));

function isWanted(part: Options['parts'][number]): boolean {
  return options.parts.includes(part);
}

/** Each round with new processes: one differs from the next by more than most changes do. */
async function measureLoads(lab: Lab): Promise<Load[]> {
  const urls = new Map<Subject, { complete: string; untilAck: string }>();
  for (const subject of options.subjects) {
    urls.set(subject, { complete: await databases.create(subject), untilAck: await databases.create(subject) });
  }
  const loads: Load[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    note(`round ${round + 1} of ${options.rounds}`);
    const complete = new Map<Subject, RunningSubject>();
    const untilAck = new Map<Subject, RunningSubject>();
    // In turn forwards and backwards, so that whatever the first or the last meets is not always met by the same.
    for (const [subject, url] of round % 2 === 0 ? urls : [...urls].reverse()) {
      const started = { standInPort: lab.standInPort, databaseUrl: url.complete, againIn: options.againIn };
      complete.set(subject, await startSubject(subject, started));
      untilAck.set(subject, await startSubject(subject, { ...started, databaseUrl: url.untilAck, endsAtAck: true }));
    }
    await measureRound(lab, loads, (workload) => (workload === 'submission' ? untilAck : complete));
    for (const process of [...complete.values(), ...untilAck.values()]) await process.stop();
  }
  return loads;
}

async function measureRound(
  lab: Lab,
  loads: Load[],
  running: (workload: Workload) => Map<Subject, RunningSubject>,
): Promise<void> {
  for (const workload of options.workloads) {
    const doing = [...running(workload)].filter(([subject]) => does(subject, workload));
    for (const [, process] of doing) {
      await lab.measure(process, { workload, concurrency: 16, ms: MAX_WARM_UP_MS, most: options.warmUpRequests });
    }
    for (const concurrency of options.concurrencies) {
      for (const [subject, process] of doing) {
        // They are compared with each other only, for which one concurrency is enough.
        if (isInstalled(subject) && concurrency !== 16) continue;
        const measured = await lab.measure(process, { workload, concurrency, ms: options.measureMs });
        roundsOf(loads, { workload, concurrency, subject }).push(measured);
      }
    }
  }
}

function roundsOf(loads: Load[], { workload, concurrency, subject }: Omit<Load, 'rounds'>): Measured[] {
  const known = loads.find(
    (load) => load.workload === workload && load.concurrency === concurrency && load.subject === subject,
  );
  if (known !== undefined) return known.rounds;
  const rounds: Measured[] = [];
  loads.push({ workload, concurrency, subject, rounds });
  return rounds;
}

async function measureStartsInTurn(): Promise<Results['starts']> {
  note('starting');
  const { standInPort } = lab;
  const times = await measureStarts(options.subjects.filter(startsAreMeasured), {
    databases,
    standInPort,
    rounds: options.startRounds,
  });
  return [...times].map(([subject, rounds]) => ({ subject, rounds }));
}

function startsAreMeasured(subject: Subject): boolean {
  return subject === 'floor' || subject === 'bolt' || subject === 'sqlite' || subject === 'postgres';
}

async function measureMemoryInTurn(): Promise<Results['memory']> {
  note('memory');
  const memory: Results['memory'] = [];
  for (const subject of options.subjects.filter(
    (each) => each === 'bolt' || each === 'sqlite' || each === 'postgres',
  )) {
    const requests = subject === 'sqlite' ? options.memoryRequests : 0;
    const ms = options.measureMs * 10;
    memory.push({ subject, rounds: [await measureMemory(subject, { lab, databases, ms, requests })] });
  }
  return memory;
}

function note(what: string): void {
  process.stderr.write(`${what}\n`);
}
