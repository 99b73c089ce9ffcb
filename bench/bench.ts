import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Backlog, simulateBacklog } from './backlog.ts';
import { createDatabases } from './databases.ts';
import { type Lab, type Measured, startLab } from './lab.ts';
import { type Memory, measureMemory } from './memory.ts';
import { type Options, parseOptions } from './options.ts';
import { renderReport } from './report.ts';
import { measureStarts, type StartTime } from './start-times.ts';
import { type RunningSubject, type Subject, startSubject } from './subjects.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

export type Load = { workload: Workload; concurrency: number; subject: Subject; rounds: Measured[] };

export type Results = {
  node: string;
  options: Options;
  loads: Load[];
  starts: { subject: Subject; rounds: StartTime[] }[];
  memory: { subject: Subject; rounds: Memory[] }[];
  backlog: Backlog;
};

const MAX_WARM_UP_MS = 30_000;

/** `npm run bench`: everything measured side by side, in turn; a table on stdout and the numbers as JSON. */
const options = parseOptions(process.argv.slice(2));
const databases = createDatabases();
const lab = await startLab(options.slackDelayMs);
const results: Results = {
  node: process.version,
  options,
  loads: await measureLoads(lab),
  starts: await measureStartsInTurn(),
  memory: await measureMemoryInTurn(),
  backlog: await simulateBacklog(500),
};
await lab.stop();
await databases.remove();
mkdirSync(dirname(options.out), { recursive: true });
writeFileSync(options.out, JSON.stringify(results, undefined, 1));
console.log(renderReport(results));

async function measureLoads(lab: Lab): Promise<Load[]> {
  const complete = new Map<Subject, RunningSubject>();
  const untilAck = new Map<Subject, RunningSubject>();
  for (const subject of options.subjects) {
    const started = { standInPort: lab.standInPort, databaseUrl: await databases.create(subject) };
    complete.set(subject, await startSubject(subject, started));
    const other = { ...started, databaseUrl: await databases.create(subject), endsAtAck: true };
    untilAck.set(subject, await startSubject(subject, other));
  }
  const loads: Load[] = [];
  for (let round = -1; round < options.rounds; round += 1) {
    note(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
    for (const workload of WORKLOADS) {
      const running = workload === 'submission' ? untilAck : complete;
      for (const concurrency of round < 0 ? [16] : options.concurrencies) {
        for (const [subject, process] of running) {
          // They are compared with each other only, for which one concurrency is enough.
          if ((subject === 'many' || subject === 'full') && concurrency !== 16) continue;
          const load = round < 0 ? { ms: MAX_WARM_UP_MS, most: options.warmUpRequests } : { ms: options.measureMs };
          const measured = await lab.measure(process, { workload, concurrency, ...load });
          if (round >= 0) roundsOf(loads, { workload, concurrency, subject }).push(measured);
        }
      }
    }
  }
  for (const process of [...complete.values(), ...untilAck.values()]) await process.stop();
  return loads;
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
  const subjects = options.subjects.filter((subject) => subject !== 'many' && subject !== 'full');
  const { standInPort } = lab;
  const times = await measureStarts(subjects, { databases, standInPort, rounds: options.startRounds });
  return [...times].map(([subject, rounds]) => ({ subject, rounds }));
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
