import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./failing-fsync.c', import.meta.url));

export type FsyncFaults = {
  /** What a process is started with whose fsync is to fail. */
  env: Record<string, string>;
  /** One character for each fsync of the database's files from now on, the last one for all after it: `x` fails. */
  plan(steps: string): void;
  /** From now on all of them work. */
  heal(): void;
};

/**
 * Makes what lets fsync fail for the files of the database `path`; what that takes is put in `folder`. Undefined where there is no C compiler or the
 * library can't be loaded. SQLite is a part of Node, but its fsync is the system's library's, which can be replaced.
 */
export function prepareFsyncFaults(folder: string, path: string): FsyncFaults | undefined {
  const library = join(folder, 'failing-fsync.so');
  const plan = join(folder, 'fsync-plan');
  const env = { LD_PRELOAD: library, FAULT_FSYNC_OF: path, FAULT_FSYNC_PLAN: plan };
  const faults: FsyncFaults = {
    env,
    plan(steps) {
      // Whole at once: the bot may look at it at any moment.
      writeFileSync(`${plan}.new`, steps);
      renameSync(`${plan}.new`, plan);
    },
    heal: () => rmSync(plan, { force: true }),
  };
  try {
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl'], { stdio: 'ignore' });
    return strikes(faults, path) ? faults : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a process of this Node hears of it at all. */
function strikes(faults: FsyncFaults, path: string): boolean {
  const probe = `${path}-probe`;
  const script = `
    const fs = require('node:fs');
    try { fs.fsyncSync(fs.openSync(${JSON.stringify(probe)}, 'w')); } catch ({ code }) { console.log(code); }`;
  faults.plan('x');
  const said = execFileSync(process.execPath, ['-e', script], { env: faults.env, stdio: ['ignore', 'pipe', 'ignore'] });
  faults.heal();
  rmSync(probe, { force: true });
  return said.toString().trim() === 'EIO';
}
