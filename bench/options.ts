import { parseArgs } from 'node:util';
import { isInstalled, SUBJECTS, type Subject } from './subjects.ts';

export type Options = {
  subjects: Subject[];
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
 */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      'slack-delay': { type: 'string', default: '0' },
      out: { type: 'string', default: 'bench/results/latest.json' },
    },
  });
  const slackDelayMs = Number(values['slack-delay']);
  if (values.quick) {
    return {
      subjects: SUBJECTS.filter((subject) => subject !== 'again' && !isInstalled(subject)),
      rounds: 1,
      concurrencies: [4],
      measureMs: 100,
      warmUpRequests: 20,
      slackDelayMs,
      startRounds: 1,
      memoryRequests: 0,
      judges: false,
      out: values.out,
    };
  }
  return {
    subjects: [...SUBJECTS],
    rounds: Number(values.rounds),
    concurrencies: [1, 16],
    measureMs: 600,
    warmUpRequests: 1_000,
    slackDelayMs,
    startRounds: 7,
    memoryRequests: values.long ? 500_000 : 100_000,
    judges: true,
    out: values.out,
  };
}
