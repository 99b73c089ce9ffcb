import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

const START_WITHIN_MS = 30_000;

export type Child = {
  /** Sends a message and resolves with the answer to it; one at a time. */
  ask<T>(question: object, answer: z.ZodType<T>): Promise<T>;
  /** The next message that comes on its own. */
  message<T>(shape: z.ZodType<T>): Promise<T>;
  /** The first line of its output that matches. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
};

export type ChildOptions = {
  args?: string[];
  env?: Record<string, string>;
  preload?: string[];
  nodeOptions?: string[];
};

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a file, named from this folder, as a process of its own. The benchmark ends when that process fails. */
export function startChild(file: string, { args = [], env, preload = [], nodeOptions = [] }: ChildOptions = {}): Child {
  const imports = preload.map((name) => `--import=${new URL(name, import.meta.url).href}`);
  const main = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, ...imports, main, ...args], {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  let isListening = true;
  let output = '';
  let onOutput = (): void => {};
  const onData = (chunk: Buffer): void => {
    // Only the latest is kept once it is up, so that a talkative process costs next to nothing here.
    output = isListening ? output + chunk.toString() : chunk.toString();
    onOutput();
  };
  child.stdout?.on('data', onData);
  child.stderr?.on('data', onData);
  let isWanted = true;
  child.on('exit', (code, signal) => {
    running.delete(child);
    if (!isWanted) return;
    console.error(`${file} ended with ${code ?? signal}\n${output}`);
    process.exit(1);
  });

  return {
    async ask(question, answer) {
      const answered = once(child, 'message');
      child.send(question);
      const [message] = await answered;
      return answer.parse(message);
    },

    async message(shape) {
      const [message] = await once(child, 'message');
      return shape.parse(message);
    },

    line: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${file} did not say ${pattern}:\n${output}`)),
          START_WITHIN_MS,
        );
        onOutput = () => {
          const found = pattern.exec(output);
          if (found === null) return;
          clearTimeout(timer);
          onOutput = () => {};
          isListening = false;
          resolve(found);
        };
        onOutput();
      }),

    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await end('SIGTERM');
      clearTimeout(timer);
    },

    kill: () => end('SIGKILL'),
  };

  async function end(signal: NodeJS.Signals): Promise<void> {
    isWanted = false;
    if (!running.has(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
