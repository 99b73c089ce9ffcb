import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isAgain, isInstalled, SUBJECTS, type Subject } from './subjects.ts';
import { WORKLOADS, type Workload } from './workloads.ts';

const PARTS = ['loads', 'starts', 'memory', 'backlog'] as const;

export type Options = {
  parts: (typeof PARTS)[number][];
  subjects: Subject[];
  workloads: Workload[];
  /** The checkout whose code the subjects called "again" run. */
  againIn: string | undefined;
  rounds: number;
  concurrencies: number[];
  /** How long a subject is under load at a time. */
  measureMs: number;
  /** Requests of each kind that each new process gets before it is measured. */
  warmUpRequests: number;
  slackDelayMs: number;
  startRounds: number;
  /** Commands, and as many forged requests, twice each, to see whether memory grows. */
  memoryRequests: number;
  /** Whether the results say what reached its target. */
  judges: boolean;
  /** Where the JSON goes. */
  out: string;
};

/**
 * `--quick` shows within seconds that everything runs, and its numbers mean nothing. `--long` counts a million forged requests.
 * `--parts`, `--subjects`, `--workloads` and `--at-once` each take a list with commas, and leave everything else out. With
 * `--again=PATH`, the subjects called "again" run the code of another checkout, so that both are compared in one run.
 */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      parts: { type: 'string', default: PARTS.join() },
      subjects: { type: 'string', default: SUBJECTS.join() },
      workloads: { type: 'string', default: WORKLOADS.join() },
      'at-once': { type: 'string', default: '1,16' },
      again: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      'slack-delay': { type: 'string', default: '0' },
      out: { type: 'string', default: 'bench/results/latest.json' },
    },
  });
  const chosen = {
    parts: z.array(z.enum(PARTS)).parse(values.parts.split(',')),
    workloads: z.array(z.enum(WORKLOADS)).parse(values.workloads.split(',')),
    againIn: values.again && resolve(values.again),
    slackDelayMs: Number(values['slack-delay']),
    out: values.out,
  };
  const subjects = z.array(z.enum(SUBJECTS)).parse(values.subjects.split(','));
  if (values.quick) {
    return {
      ...chosen,
      subjects: subjects.filter((subject) => !isAgain(subject) && !isInstalled(subject)),
      rounds: 1,
      concurrencies: [4],
      measureMs: 100,
      warmUpRequests: 20,
      startRounds: 1,
      memoryRequests: 0,
      judges: false,
    };
  }
  return {
    ...chosen,
    subjects,
    rounds: Number(values.rounds),
    concurrencies: values['at-once'].split(',').map(Number),
    measureMs: 1_000,
    warmUpRequests: 1_000,
    startRounds: 7,
    memoryRequests: values.long ? 500_000 : 100_000,
    judges: true,
  };
}
