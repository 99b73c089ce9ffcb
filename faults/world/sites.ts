import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import type { FaultPoint } from './fault-points.ts';
import type { FaultWorld } from './fault-world.ts';
import { type Ending, type FaultyBot, prepareBot } from './faulty-bot.ts';
import { LEFT_QUERIES, type Query, queryBeside, queryCopy, readFiles } from './read-committed.ts';
import { startReplicas } from './replicas.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A process dies at the fault point, or after so many milliseconds where it does not come to it. */
export type Death = { fault: FaultPoint | undefined; ms: number };

/** What was committed when a process died, and what of that it held. */
export type Died<Committed> = { place: string; committed: Committed; held(owner: string | undefined): boolean };

/** Reads what a campaign wants to know of a database. */
type Read<Committed> = (query: Query) => Promise<Committed>;

/** Where bots run on one database, one of which dies next. */
export type Site<Committed> = {
  /** The one that dies next: people's clicks go to it. */
  bot(): FaultyBot;
  url(): string;
  /** Those of all that live. */
  urls(): string[];
  /**
   * Waits until it is dead, and starts the next one, which dies itself at `next` where that is given. One that has not come to its
   * fault point once all is over is killed then.
   */
  die(death: Death, next: FaultPoint | undefined, over: Promise<unknown>): Promise<Died<Committed>[]>;
  /** Stops those that live, as an operator does. */
  end(): Promise<Ending[]>;
  read(): Promise<Committed>;
  /** Rows that hold passwords which should be gone. */
  countLeft(): Promise<number>;
  /** The database's files, and what all of its bots have logged. */
  written(): Promise<Buffer[]>;
  output(): string;
  close(): Promise<void>;
};

/** One bot on SQLite. */
export async function startSqliteSite<Committed>(world: FaultWorld, read: Read<Committed>): Promise<Site<Committed>> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-faults-'));
  const path = join(folder, 'bot.db');
  const env = { ...world.env, DATABASE_URL: `sqlite:${path}` };
  const bots: FaultyBot[] = [];
  const prepareNext = (): FaultyBot => {
    const next = prepareBot(env);
    bots.push(next);
    return next;
  };
  let spare = prepareNext();
  let bot = spare;
  let url = (await startNext()) ?? '';

  return {
    bot: () => bot,
    url: () => url,
    urls: () => [url],
    async die(death, next, over) {
      await waitForDeath(bot, death, over);
      const died = [await noteDeath()];
      let nextUrl = await startNext(next);
      if (nextUrl === undefined) {
        died.push(await noteDeath());
        nextUrl = await startNext();
      }
      if (nextUrl === undefined) throw new Error(`the bot did not start again:\n${bot.output().slice(-2000)}`);
      url = nextUrl;
      return died;
    },
    end: () => endAll([bot]),
    read: () => read((text) => queryBeside(path, text)),
    countLeft: async () => LEFT_QUERIES.reduce((sum, text) => sum + queryBeside(path, text).length, 0),
    written: async () => [readFiles(path), ...bots.map(toLog)],
    output: () => bot.output().slice(-2000),
    async close() {
      for (const each of [bot, spare]) each.signal('SIGKILL');
      await Promise.all([bot.ended, spare.ended]);
      rmSync(folder, { recursive: true, force: true });
    },
  };

  /** The next process, already loaded, takes over; undefined where it was killed before it was ready. */
  async function startNext(fault?: FaultPoint): Promise<string | undefined> {
    bot = spare;
    spare = prepareNext();
    const started = await bot.start(fault);
    return started.kind === 'ready' ? started.url : undefined;
  }

  async function noteDeath(): Promise<Died<Committed>> {
    await kill(bot);
    return { place: placeOf(bot), committed: await queryCopy(path, read), held: () => true };
  }
}

/** Longer than a lease, with the time that the others need to take over. */
const FROZEN_MS = 6_000;

/**
 * Three replicas on PostgreSQL, of which a random one dies next. With `freezes` it does not die: it stands still past its leases,
 * and then goes on with what it had in memory.
 */
export async function startPostgresSite<Committed>(
  world: FaultWorld,
  readOf: Read<Committed>,
  postgres: TestPostgres,
  random: SeededRandom,
  { freezes = false } = {},
): Promise<Site<Committed>> {
  const replicas = await startReplicas(world, await postgres.createDatabase());
  const read = () => readOf(replicas.query);
  let at = 0;
  const victim = () => {
    const replica = replicas.list[at];
    if (replica === undefined) throw new Error('there is no such replica');
    return replica;
  };

  return {
    bot: () => victim().bot,
    url: () => victim().url,
    urls: () => replicas.list.flatMap(({ url }) => (url === '' ? [] : [url])),
    async die(death, next, over) {
      if (freezes) return [await freeze(death.ms)];
      await waitForDeath(victim().bot, death, over);
      const died = [await noteDeath()];
      const { url } = await replicas.replace(at, next);
      if (url === '') {
        died.push(await noteDeath());
        await replicas.replace(at);
      }
      if (next === undefined) at = random.between(0, replicas.list.length - 1);
      return died;
    },
    end: () => endAll(replicas.list.map(({ bot }) => bot)),
    read,
    countLeft: async () => {
      const left = await Promise.all(LEFT_QUERIES.map((text) => replicas.query(text)));
      return left.flat().length;
    },
    written: async () => [...(await replicas.readFiles()).map(({ bytes }) => bytes), ...replicas.bots.map(toLog)],
    output: () => replicas.list.map(({ bot }) => bot.output().slice(-1000)).join('\n'),
    close: () => replicas.close(),
  };

  async function freeze(ms: number): Promise<Died<Committed>> {
    await sleep(ms);
    const frozen = victim();
    frozen.bot.signal('SIGSTOP');
    await replicas.waitUntilSilent(frozen, 'not active');
    const committed = await read();
    at = random.between(0, replicas.list.length - 1);
    await sleep(FROZEN_MS);
    frozen.bot.signal('SIGCONT');
    const held = (owner: string | undefined): boolean => owner !== undefined && frozen.bot.isCalled(owner);
    return { place: 'frozen at a random moment', committed, held };
  }

  async function noteDeath(): Promise<Died<Committed>> {
    const dead = victim();
    await kill(dead.bot);
    await replicas.waitUntilSilent(dead);
    const held = (owner: string | undefined): boolean => owner !== undefined && dead.bot.isCalled(owner);
    return { place: placeOf(dead.bot), committed: await read(), held };
  }
}

async function waitForDeath(bot: FaultyBot, { fault, ms }: Death, over: Promise<unknown>): Promise<void> {
  const rest = over.catch(() => sleep(ms));
  await Promise.race([bot.ended, sleep(ms), ...(fault === undefined ? [] : [rest])]);
}

function endAll(bots: FaultyBot[]): Promise<Ending[]> {
  for (const bot of bots) bot.signal('SIGTERM');
  return Promise.all(bots.map(({ ended }) => ended));
}

async function kill(bot: FaultyBot): Promise<void> {
  bot.signal('SIGKILL');
  const ending = await bot.ended;
  if (ending !== 'SIGKILL') throw new Error(`the bot ended with ${ending}:\n${bot.output().slice(-2000)}`);
}

function toLog(bot: FaultyBot): Buffer {
  return Buffer.from(bot.output());
}

function placeOf(bot: FaultyBot): string {
  return bot.diedAt() ?? 'at a random moment';
}
