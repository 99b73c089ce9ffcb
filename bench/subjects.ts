import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Child, startChild } from './child.ts';
import { watchPostgresCpu } from './postgres-cpu.ts';
import { BOT_TOKEN, createForm, SEALING_KEY, SIGNING_SECRET, type Workload } from './workloads.ts';

/**
 * What is measured. `again` is the same as `sqlite`, and `postgres-again` as `postgres`, so that the noise of a run shows; `many`
 * is the bot on SQLite for many workspaces, of which one has installed it, and `full` the same with 10,000 of them and a million
 * finished requests.
 */
export const SUBJECTS = [
  'floor',
  'durable-floor',
  'bolt',
  'better-sqlite3',
  'graphile-worker',
  'pg-boss',
  'sqlite',
  'again',
  'postgres',
  'postgres-again',
  'many',
  'full',
] as const;

export type Subject = (typeof SUBJECTS)[number];

export const TITLES: Record<Subject, string> = {
  floor: 'floor',
  'durable-floor': 'durable floor',
  bolt: 'bare Bolt',
  'better-sqlite3': 'Bolt + better-sqlite3',
  'graphile-worker': 'Bolt + graphile-worker',
  'pg-boss': 'Bolt + pg-boss',
  sqlite: 'bot, SQLite',
  again: 'bot, SQLite, again',
  postgres: 'bot, PostgreSQL',
  'postgres-again': 'bot, PostgreSQL, again',
  many: 'bot, SQLite, many workspaces',
  full: 'bot, SQLite, 10,000 workspaces, 1,000,000 finished',
};

/** What an engineer would build instead, with the same promise. */
export const PEERS = ['better-sqlite3', 'graphile-worker', 'pg-boss'] as const satisfies Subject[];

/** The subjects that are not the bot. */
const FILES: Partial<Record<Subject, string>> = {
  floor: 'floor.ts',
  'durable-floor': 'durable-floor.ts',
  bolt: 'bare-bolt.ts',
  'better-sqlite3': 'better-sqlite3.ts',
  'graphile-worker': 'graphile-worker.ts',
  'pg-boss': 'pg-boss.ts',
};

export const isBot = (subject: Subject): boolean => FILES[subject] === undefined;

export const isAgain = (subject: Subject): boolean => subject === 'again' || subject === 'postgres-again';

export const isInstalled = (subject: Subject): boolean => subject === 'many' || subject === 'full';

/**
 * Durable subjects and bare Bolt answer everything but a good submission and its job with the same code, and these two are what
 * the noise is wanted for.
 */
export function does(subject: Subject, workload: Workload): boolean {
  const isDurable = FILES[subject] !== undefined && subject !== 'floor' && subject !== 'bolt';
  return (!isDurable && !isAgain(subject)) || workload === 'submission' || workload === 'job';
}

const usage = z.object({ cpuMs: z.number(), rssMb: z.number() });

export type Usage = z.output<typeof usage>;

export type RunningSubject = {
  port: number;
  /** From spawn until it said that it is ready. */
  readyMs: number;
  /** The CPU with that of its database where that is a server. */
  usage(): Promise<Usage>;
  stop(): Promise<void>;
  /** Ends it as a crash does. */
  kill(): Promise<void>;
};

export type StartOptions = {
  standInPort: number;
  databaseUrl: string;
  /** Answers submissions and does nothing after that. */
  endsAtAck?: boolean;
  nodeOptions?: string[];
  rateLimit?: string;
  /** Another process counts the CPU of the database. */
  sharesDatabase?: boolean;
  /** The checkout whose code the subjects called "again" run. */
  againIn?: string | undefined;
};

const BOT = readStartScript();

const viewsFile = join(tmpdir(), `inbox-bot-bench-views-${process.pid}.json`);

/** Starts a subject with nothing in its environment but its settings; resolves when it is ready. */
export async function startSubject(subject: Subject, options: StartOptions): Promise<RunningSubject> {
  const { standInPort, databaseUrl, endsAtAck = false, nodeOptions = [], sharesDatabase = false } = options;
  const { who, how } = createForm();
  writeFileSync(viewsFile, JSON.stringify({ who, how }));
  const api = `http://127.0.0.1:${standInPort}`;
  const preload = ['subjects/report-usage.js'];
  const env: Record<string, string> = {
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: `${api}/api/`,
    COLDSEND_API_URL: `${api}/coldsend`,
    NODE_ENV: 'production',
  };
  const file = FILES[subject];
  if (file === undefined) {
    if (endsAtAck) preload.push('subjects/without-worker.ts');
    Object.assign(env, BOT.env, {
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEYS: `${SEALING_KEY.id}:${Buffer.from(SEALING_KEY.key).toString('base64')}`,
      // So that ColdSend's limit is not what is measured, and is counted as ever.
      COLDSEND_RATE_LIMIT: options.rateLimit ?? '1000/1,1000/1',
      HOST: '127.0.0.1',
      PORT: '0',
    });
  } else {
    Object.assign(env, {
      VIEWS: viewsFile,
      ENDS_AT_ACK: endsAtAck ? '1' : '0',
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEY: Buffer.from(SEALING_KEY.key).toString('base64'),
    });
  }
  Object.assign(env, isInstalled(subject) ? MANY_WORKSPACES : { SLACK_BOT_TOKEN: BOT_TOKEN });
  const countsDatabase = databaseUrl.startsWith('postgres') && !sharesDatabase;
  const databaseCpuMs = countsDatabase ? await watchPostgresCpu(databaseUrl) : () => 0;
  const checkout = isAgain(subject) ? (options.againIn ?? '..') : '..';
  const startedAt = performance.now();
  const child: Child =
    file === undefined
      ? startChild(`${checkout}/${BOT.file}`, { env, preload, nodeOptions: [...BOT.nodeOptions, ...nodeOptions] })
      : startChild(`subjects/${file}`, { env, preload, nodeOptions });
  const [, port] = await child.line(/"port":(\d+).*Ready/);
  return {
    port: Number(port),
    readyMs: performance.now() - startedAt,
    usage: async () => {
      const { cpuMs, rssMb } = await child.ask({}, usage);
      return { cpuMs: cpuMs + databaseCpuMs(), rssMb };
    },
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

const MANY_WORKSPACES = {
  SLACK_CLIENT_ID: '1.2',
  SLACK_CLIENT_SECRET: '0123456789abcdef0123456789abcdef',
  SLACK_STATE_SECRET: 'only for this benchmark, and long enough',
  PUBLIC_URL: 'http://127.0.0.1:1',
};

/** As `npm start` does it: `NAME=value exec node <options> <file>`. */
function readStartScript(): { env: Record<string, string>; nodeOptions: string[]; file: string } {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string().regex(/^(?:\w+=\S+ )*exec node /) }) })
    .parse(manifest);
  const words = scripts.start.split(' ');
  const settings = words.splice(0, words.indexOf('exec')).map((word) => word.split('=', 2));
  const nodeOptions = words.slice(2);
  return { env: Object.fromEntries(settings), file: nodeOptions.pop() ?? '', nodeOptions };
}
