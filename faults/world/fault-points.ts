import crypto from 'node:crypto';
import { writeSync } from 'node:fs';
import { Server } from 'node:http';
import { enableCompileCache, flushCompileCache, syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * Loaded into the bot's process before its own code (`--import`): counts each commit and each network write, and kills the
 * process with SIGKILL right before or after one of them. Its parent says by IPC when to start and where to die.
 */

/** What the parent sends. `armed` is answered with the same word once it is in force. */
export type ToBot =
  | { kind: 'start'; fault: FaultPoint | undefined }
  | { kind: 'arm'; fault: FaultPoint | undefined }
  | { kind: 'shift_clock'; byMs: number }
  | { kind: 'measure' };

/** Dies (or is frozen) at the `at`-th point from now on, or from the next request of Slack on. */
export type FaultPoint = {
  at: number;
  side: 'before' | 'after';
  since?: 'now' | 'request';
  signal?: 'SIGKILL' | 'SIGSTOP';
};

export type FromBot = { kind: 'warm' } | { kind: 'armed' } | { kind: 'measured'; usage: Usage };

/** What a process holds after its garbage was collected; `resources` counts timers, sockets and so on by Node's names. */
export type Usage = { heapBytes: number; rssBytes: number; resources: Record<string, number> };

const CHANGES = /^\s*(insert|update|delete|with|create|drop|alter|pragma wal_checkpoint|commit|release)/i;
const COMMITS = /^\s*(commit|release)/i;

let fault: FaultPoint | undefined;
let passed = 0;
let isCounting = true;
let shiftMs = 0;

countCommits();
countWrites();
noticeRequests();
tellNames();
shiftClock();
await waitForStart();

function point<T>(what: string, work: () => T): T {
  if (isCounting) passed += 1;
  if (fault === undefined || !isCounting || passed !== fault.at) return work();
  const { side, signal = 'SIGKILL' } = fault;
  const strike = (): void => {
    writeSync(2, `fault: ${signal} ${side} ${what}\n`);
    process.kill(process.pid, signal);
  };
  if (side === 'before') strike();
  const result = work();
  if (side === 'after') strike();
  return result;
}

/** The names that a run of the bot gives itself, so that what it has claimed can be told from what others have. */
function tellNames(): void {
  const { randomUUID } = crypto;
  crypto.randomUUID = (options) => {
    const name = randomUUID(options);
    writeSync(2, `fault: name ${name}\n`);
    return name;
  };
  syncBuiltinESMExports();
}

function countCommits(): void {
  const texts = new WeakMap<StatementSync, { database: DatabaseSync; sql: string }>();
  const { exec, prepare } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
    return COMMITS.test(sql) ? point('commit', () => exec.call(this, sql)) : exec.call(this, sql);
  };
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql) {
    const statement = prepare.call(this, sql);
    texts.set(statement, { database: this, sql });
    return statement;
  };
  for (const name of ['run', 'all', 'get'] as const) {
    const original = StatementSync.prototype[name];
    const counted = function (this: StatementSync, ...values: unknown[]): unknown {
      const text = texts.get(this);
      const ends = text !== undefined && (COMMITS.test(text.sql) || !text.database.isTransaction);
      const commits = text !== undefined && ends && CHANGES.test(text.sql);
      return commits
        ? point('commit', () => Reflect.apply(original, this, values))
        : Reflect.apply(original, this, values);
    };
    Object.defineProperty(StatementSync.prototype, name, { value: counted, configurable: true, writable: true });
  }
}

/** Each write of a TCP socket: to Slack, to ColdSend, to PostgreSQL (a statement), and the answers to Slack. */
function countWrites(): void {
  for (const name of ['_write', '_writev'] as const) {
    const original = Socket.prototype[name];
    if (original === undefined) throw new Error(`sockets have no ${name} any more`);
    Object.defineProperty(Socket.prototype, name, {
      value(this: Socket, ...given: never[]): unknown {
        const write = () => Reflect.apply(original, this, given);
        return this.remotePort === undefined ? write() : point(`write to ${nameOf(this.remotePort)}`, write);
      },
      configurable: true,
      writable: true,
    });
  }
}

/** What a start leaves to be tidied up in the background comes before the first request, and is not of its path. */
function noticeRequests(): void {
  const { emit } = Server.prototype;
  Server.prototype.emit = function (this: Server, event: string | symbol, ...given: unknown[]) {
    if (event === 'request') isCounting = true;
    return Reflect.apply(emit, this, [event, ...given]);
  };
}

/** `FAULT_PORTS` names who listens where (`41833=Slack`); to every other port goes an answer of ours. */
function nameOf(port: number): string {
  const named = process.env.FAULT_PORTS?.split(',').find((entry) => entry.startsWith(`${port}=`));
  return named?.slice(named.indexOf('=') + 1) ?? 'whoever asked';
}

function shiftClock(): void {
  const realNow = Date.now.bind(Date);
  Date.now = () => realNow() + shiftMs;
}

/** All modules are loaded by then, so that a bot that waits to replace another one is there at once. */
async function waitForStart(): Promise<void> {
  const { channel } = process;
  if (process.send === undefined || channel == null) return;
  enableCompileCache(process.env.FAULT_COMPILE_CACHE);
  await import('../../src/app/app.ts');
  flushCompileCache();
  const started = Promise.withResolvers<void>();
  process.on('message', (message: ToBot) => {
    switch (message.kind) {
      case 'start':
        arm(message.fault);
        return started.resolve();
      case 'arm':
        arm(message.fault);
        return tell({ kind: 'armed' });
      case 'shift_clock':
        shiftMs += message.byMs;
        return tell({ kind: 'armed' });
      case 'measure':
        return tell({ kind: 'measured', usage: measure() });
    }
  });
  process.on('disconnect', () => process.exit(1));
  tell({ kind: 'warm' });
  await started.promise;
  channel.unref();
}

function arm(given: FaultPoint | undefined): void {
  passed = 0;
  isCounting = given?.since !== 'request';
  fault = given;
}

function measure(): Usage {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  const { heapUsed, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, rssBytes: rss, resources };
}

function tell(message: FromBot): void {
  process.send?.(message);
}
