import { globSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TARGETS } from './targets.ts';

export type Settings = {
  seed: number;
  /** How many mutants to try; all where there are fewer. */
  sample: number;
  /** Source files, as `src/…`. */
  files: string[];
};

export const HELP = `npm run test:mutants -- [--seed 1] [--sample 200 | --all] [FILE...]

Makes small faults in the sources, one at a time, each in a copy, and lists those that neither a test nor the types notice.
FILEs are paths or globs below src/; without any, the files in mutants/targets.ts. The status is 1 where something is left.`;

/** @throws TypeError where an argument is unknown, no whole number, or names no file */
export function parseSettings(args: string[], root: string): Settings {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      sample: { type: 'string', default: '200' },
      all: { type: 'boolean', default: false },
    },
  });
  return {
    seed: wholeNumber('--seed', values.seed),
    sample: values.all ? Number.POSITIVE_INFINITY : wholeNumber('--sample', values.sample),
    files: positionals.length === 0 ? Object.keys(TARGETS) : positionals.flatMap((pattern) => filesOf(pattern, root)),
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`${name} must be a whole number`);
  return Number(text);
}

function filesOf(pattern: string, root: string): string[] {
  const files = globSync(pattern, { cwd: root }).toSorted();
  if (files.length === 0) throw new TypeError(`no file is named ${pattern}`);
  return files;
}
