import { fileURLToPath } from 'node:url';
import { createSeededRandom } from '../faults/world/seeded-random.ts';
import { findStale, isEquivalent } from './equivalents.ts';
import type { Mutant } from './find-mutants.ts';
import { parseSources } from './parse-sources.ts';
import { HELP, parseSettings } from './settings.ts';
import { tryMutants } from './try-mutants.ts';

const AT_ONCE = 2;
const PROGRESS_EVERY = 50;

/** `npm run test:mutants`: small faults in the sources, one at a time; those that nothing notices are printed. */
const args = process.argv.slice(2);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
if (args.includes('--help')) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { seed, sample, files } = parseSettings(args, root);
  const found = parseSources(root, files);
  const mutants = pickSome(
    found.filter((mutant) => !isEquivalent(mutant)),
    { seed, sample },
  );
  console.log(`${mutants.length} of ${found.length} faults in ${files.length} files, seed ${seed}`);
  for (const { file, change } of findStale(found, files)) console.log(`listed, but gone: ${file}  ${change}`);
  const survivors: Mutant[] = [];
  let tried = 0;
  await tryMutants(mutants, {
    root,
    atOnce: AT_ONCE,
    onTried: (mutant, survives) => {
      tried += 1;
      if (survives) survivors.push(mutant);
      if (survives) console.log(describe(mutant));
      if (tried % PROGRESS_EVERY === 0) console.log(`${tried} tried, ${survivors.length} unnoticed`);
    },
  });
  console.log(`\n${survivors.length} of ${tried} faults went unnoticed${survivors.length === 0 ? '' : ':'}`);
  for (const mutant of survivors.toSorted(byPlace)) console.log(describe(mutant));
  if (survivors.length > 0) process.exitCode = 1;
}

function pickSome<T>(all: readonly T[], { seed, sample }: { seed: number; sample: number }): T[] {
  const random = createSeededRandom(seed);
  return all
    .map((item) => ({ item, rank: random.next() }))
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, sample)
    .map(({ item }) => item);
}

function describe({ file, line, change }: Mutant): string {
  return `${file}:${line}  ${change}`;
}

function byPlace(one: Mutant, other: Mutant): number {
  return one.file === other.file ? one.start - other.start : one.file < other.file ? -1 : 1;
}
