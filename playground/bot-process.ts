import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** As `npm start` has it: types are stripped and code is compiled once. */
export const COMPILE_CACHE = fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));

/** A wait that fails instead of hanging for ever when the bot does not come up. */
const READY_WITHIN_MS = 20_000;

export type BotProcess = {
  pid: number;
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Everything written to stdout and stderr so far. */
  output(): string;
  /** Resolves with the exit status, or the signal's name. */
  exited: Promise<number | string>;
  /** Sends a signal and resolves when the process has ended. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
  signal(signal: NodeJS.Signals): void;
};

/** The bot did not become ready; carries how it ended and what it said. */
export class BotDidNotStart extends Error {
  readonly status: number | string;
  readonly output: string;
  constructor(status: number | string, output: string) {
    super(`the bot ended with ${status} before it was ready:\n${output}`);
    this.name = 'BotDidNotStart';
    this.status = status;
    this.output = output;
  }
}

/**
 * Starts the bot as an operator does, in a process of its own and with nothing in its environment but `env`. It logs in to no
 * mailbox unless `env` says so: most servers that tests name are not on this machine.
 * Resolves when it is ready; rejects with BotDidNotStart where it ends before.
 *
 * @param main of another version, for a deploy
 */
export async function startBotProcess(env: Record<string, string>, main = MAIN): Promise<BotProcess> {
  const child = spawn(process.execPath, ['--preserve-symlinks', main], {
    env: { HOST: '127.0.0.1', PORT: '0', NODE_COMPILE_CACHE: COMPILE_CACHE, LOGIN_CHECKS: 'off', ...env },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ready = Promise.withResolvers<string>();
  const onData = (chunk: Buffer): void => {
    output += chunk.toString();
    const port = /"port":(\d+).*"message":"Ready"/.exec(output)?.[1];
    if (port !== undefined) ready.resolve(`http://127.0.0.1:${port}`);
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  const exited = once(child, 'close').then(([code, signal]: (number | string | null)[]) => code ?? signal ?? 'unknown');
  void exited.then((status) => ready.reject(new BotDidNotStart(status, output)));
  const timer = setTimeout(() => ready.reject(new BotDidNotStart('no exit', output)), READY_WITHIN_MS);
  try {
    const url = await ready.promise;
    return { pid: pidOf(child), url, output: () => output, exited, stop, signal: (signal) => void child.kill(signal) };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    child.kill(signal);
    return exited;
  }
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('the process has no id');
  return child.pid;
}
