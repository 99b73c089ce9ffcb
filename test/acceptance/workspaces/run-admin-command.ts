import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '../../../playground/bot-process.ts';
import { runAdmin } from '../../../src/admin/run-admin.ts';

const ADMIN = fileURLToPath(new URL('../../../src/admin/admin.ts', import.meta.url));

const DEFAULTS = { LOGIN_CHECKS: 'off', PORT: '1' };

export type AdminProcess = {
  output(): string;
  /** Resolves with the exit status, or the signal's name. */
  exited: Promise<number | string>;
  kill(signal?: NodeJS.Signals): void;
};

/**
 * Starts one of the operators' commands in a process of its own, with nothing in its environment but `env` and the compile cache.
 * Unless `env` says otherwise, it asks no DNS and no mail server, and looks for the bot where none is. Without `reads`, nobody reads
 * what it says.
 */
export function startAdminCommand(
  args: string[],
  env: Record<string, string>,
  cwd = '/',
  { reads = true } = {},
): AdminProcess {
  const child = spawn(process.execPath, [ADMIN, ...args], {
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...DEFAULTS, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (!reads) child.stdout.destroy();
  let output = '';
  const onData = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  const exited = once(child, 'close').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  return { output: () => output, exited, kill: (signal = 'SIGKILL') => void child.kill(signal) };
}

/**
 * Runs a command to its end: in this process, which is cheaper, or in its own if the command gets a working folder.
 */
export async function runAdminCommand(
  args: string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<{ status: number | string; output: string }> {
  if (cwd === undefined) return runHere(args, env);
  const { exited, output } = startAdminCommand(args, env, cwd);
  const status = await exited;
  return { status, output: output() };
}

async function runHere(args: string[], env: Record<string, string>): Promise<{ status: number; output: string }> {
  const lines: string[] = [];
  const status = await runAdmin({
    args,
    env: { ...DEFAULTS, ...env },
    print: (line) => void lines.push(`${line}\n`),
    now: Date.now,
  });
  return { status, output: lines.join('') };
}
