import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FaultPoint, FromBot, ToBot, Usage } from './fault-points.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const FAULT_POINTS = new URL('./fault-points.ts', import.meta.url).href;
const COMPILE_CACHE = join(tmpdir(), 'inbox-bot-faults-compiled');
const READY_WITHIN_MS = 30_000;

/** How a process ended: its status or the signal's name. */
export type Ending = number | string;

/** The real bot in a process of its own, with the fault points loaded before it. */
export type FaultyBot = {
  pid: number;
  /** Starts it; resolves with `http://127.0.0.1:PORT` when it is ready, or with how it ended before. */
  start(fault?: FaultPoint): Promise<{ kind: 'ready'; url: string } | { kind: 'ended'; ending: Ending }>;
  /** From now on: where to die. Resolves when it is in force, or the process has ended. */
  arm(fault: FaultPoint | undefined): Promise<void>;
  /** Sets its clock so many milliseconds on (or back). */
  shiftClock(byMs: number): Promise<void>;
  /** What it holds now. */
  measure(): Promise<Usage>;
  signal(signal: NodeJS.Signals): void;
  ended: Promise<Ending>;
  hasEnded(): boolean;
  output(): string;
  /** Where a fault point struck: like `after commit`. */
  diedAt(): string | undefined;
  /** The same of the last of several, since it was last armed. */
  lastStrike(): string | undefined;
  /** Resolves when the fault point strikes that was armed last. */
  nextStrike(): Promise<void>;
  /** Whether a name is one that this run of the bot gave itself. */
  isCalled(name: string): boolean;
};

/** A process with everything loaded that waits for `start`. */
export function prepareBot(env: Record<string, string>): FaultyBot {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', FAULT_POINTS, MAIN], {
    env: { HOST: '127.0.0.1', PORT: '0', FAULT_COMPILE_CACHE: COMPILE_CACHE, LOGIN_CHECKS: 'off', ...env },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ready = Promise.withResolvers<string>();
  let output = '';
  let hasEnded = false;
  let armedAt = 0;
  let strike = Promise.withResolvers<void>();
  const lastStrike = () => /fault: SIG\w+ (.*)/.exec(output.slice(armedAt))?.[1];
  const onData = (chunk: Buffer): void => {
    output += chunk.toString();
    const port = /"port":(\d+).*"message":"Ready"/.exec(output)?.[1];
    if (port !== undefined) ready.resolve(`http://127.0.0.1:${port}`);
    if (lastStrike() !== undefined) strike.resolve();
  };
  child.stdout?.on('data', onData);
  child.stderr?.on('data', onData);
  child.on('error', () => {});
  const ended = once(child, 'close').then(([code, signal]): Ending => {
    hasEnded = true;
    return code ?? signal ?? 'unknown';
  });
  const warm = answer(child, 'warm');

  return {
    pid: child.pid ?? -1,
    async start(fault) {
      const timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
      await Promise.race([warm, ended]);
      send({ kind: 'start', fault });
      const result = await Promise.race([
        ready.promise.then((url) => ({ kind: 'ready', url }) as const),
        ended.then((ending) => ({ kind: 'ended', ending }) as const),
      ]);
      clearTimeout(timer);
      return result;
    },
    arm(fault) {
      armedAt = output.length;
      strike = Promise.withResolvers();
      return ask({ kind: 'arm', fault });
    },
    shiftClock: (byMs) => ask({ kind: 'shift_clock', byMs }),
    async measure() {
      const measured = answer(child, 'measured');
      send({ kind: 'measure' });
      const result = await Promise.race([measured, ended]);
      if (typeof result !== 'object') throw new Error(`the bot has ended: ${result}`);
      return result.usage;
    },
    signal: (signal) => void child.kill(signal),
    ended,
    hasEnded: () => hasEnded,
    output: () => output,
    diedAt: () => /fault: SIG\w+ (.*)/.exec(output)?.[1],
    lastStrike,
    nextStrike: () => strike.promise,
    isCalled: (name) => output.includes(`fault: name ${name}\n`),
  };

  async function ask(message: ToBot): Promise<void> {
    const answered = answer(child, 'armed');
    send(message);
    const timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS);
    await Promise.race([answered, ended]);
    clearTimeout(timer);
  }

  function send(message: ToBot): void {
    if (child.connected) child.send(message, () => {});
  }
}

function answer<K extends FromBot['kind']>(child: ChildProcess, kind: K): Promise<Extract<FromBot, { kind: K }>> {
  const isMeant = (message: FromBot): message is Extract<FromBot, { kind: K }> => message.kind === kind;
  return new Promise((resolve) => {
    const listener = (message: FromBot): void => {
      if (!isMeant(message)) return;
      child.off('message', listener as (message: unknown) => void);
      resolve(message);
    };
    child.on('message', listener as (message: unknown) => void);
  });
}
