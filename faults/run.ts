import { runAll } from './run-all.ts';
import { parseSettings, renderHelp } from './settings.ts';

/*
 * The fault tests at any size: `node faults/run.ts`, with the counts in the environment (`--help` lists them). It prints each
 * trial that broke the promise with its seed, now and then how far it is, and at the end of each campaign what it counted.
 */

const PROGRESS_EVERY_MS = 30_000;

if (process.argv.includes('--help')) console.log(renderHelp());
else await run();

async function run(): Promise<void> {
  const settings = parseSettings(process.env, process.argv.includes('only') ? 0 : undefined);
  console.log(JSON.stringify({ startedAt: new Date().toISOString(), ...settings }));
  let printedAt = performance.now();
  const tallies = runAll(settings, (seed, violations, tally) => {
    for (const violation of violations) console.log(`VIOLATION ${violation}`);
    if (performance.now() < printedAt + PROGRESS_EVERY_MS && violations.length === 0) return;
    printedAt = performance.now();
    console.log(JSON.stringify({ at: new Date().toISOString(), seed, ...tally, diedAt: undefined }));
  });
  for await (const tally of tallies) {
    console.log(JSON.stringify(tally, null, 2));
    if (tally.violations.length > 0) process.exitCode = 1;
  }
}
