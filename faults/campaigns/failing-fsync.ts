import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFacts } from '../judging/check-facts.ts';
import type { Committed } from '../judging/facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import {
  countDeath,
  countOne,
  countVerdict,
  createTally,
  endTrial,
  type OnTrial,
  type Tally,
} from '../judging/tally.ts';
import { type Answer, addressOf, type FaultWorld, startFaultWorld } from '../world/fault-world.ts';
import { prepareBot } from '../world/faulty-bot.ts';
import { queryCopy, readRows, readRowsBeside, readWhenReported } from '../world/read-committed.ts';
import { createSeededRandom } from '../world/seeded-random.ts';
import { type FsyncFaults, prepareFsyncFaults } from './fsync-faults.ts';

/** About as many fsyncs has the path of one request. */
const SYNCS_OF_PATH = 8;

/** What could not be committed is tried again after 5 s, then 10 s. */
const REPORTED_WITHIN_MS = 40_000;
const READY_WITHIN_MS = 10_000;
const NOT_READY_WITHIN_MS = 2_000;
const TRIALS_PER_WORLD = 50;

export type FsyncPlan = {
  requests: number;
  /** One character for each fsync; the last one for all after it. */
  syncs: string;
  /** Killed so long after the last answer; otherwise fsync works again then. */
  killed: boolean;
  afterMs: number;
  /** Where it was killed: started once while fsync fails still. */
  restartsBroken: boolean;
  /** Whether who was not told "accepted" presses again while fsync fails, and once it works again. */
  pressAgain: { broken: boolean; healed: boolean };
  coldsendTakesMs: number;
};

/**
 * Lets fsync of the database's files fail with EIO, once or for good, at any commit of the path, then work again with the
 * process killed in between or not. What a failed fsync was to save is still in the system's memory, as it is on a real disk:
 * a bot that is killed may find committed what had failed.
 */
export async function failFsync(options: { seed: number; times: number; onTrial?: OnTrial }): Promise<Tally> {
  const { seed, times, onTrial } = options;
  const tally = createTally('fsync failing under SQLite');
  const startedAt = performance.now();
  while (tally.trials < times) {
    const trials = Math.min(TRIALS_PER_WORLD, times - tally.trials);
    const isPossible = await runWorld(tally, trials, seed + tally.trials, onTrial);
    if (!isPossible)
      return { ...tally, name: `${tally.name} (not tried: it can't be made to fail here without a C compiler)` };
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

export function planFsync(seed: number): FsyncPlan {
  const random = createSeededRandom(seed);
  const requests = random.pick([1, 1, 1, 2, 3]);
  const works = random.pick([0, random.between(0, SYNCS_OF_PATH * requests)]);
  const fails = random.pick(['x', 'xo', 'xxo', 'xox', 'xxxo']);
  return {
    requests,
    syncs: 'o'.repeat(works) + fails,
    killed: random.next() < 0.6,
    afterMs: random.pick([0, random.between(0, 60), random.between(0, 1_500)]),
    restartsBroken: random.next() < 0.3,
    pressAgain: { broken: random.next() < 0.4, healed: random.next() < 0.6 },
    coldsendTakesMs: random.pick([0, 0, 15, 100]),
  };
}

async function runWorld(tally: Tally, trials: number, firstSeed: number, onTrial?: OnTrial): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-fsync-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const path = join(data, 'bot.db');
  const faults = prepareFsyncFaults(folder, path);
  if (faults === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return false;
  }
  const world = await startFaultWorld();
  const env = { ...world.env, ...faults.env, DATABASE_URL: `sqlite:${path}` };
  let spare = prepareBot(env);
  let bot = spare;
  try {
    let url = await startNext();
    await world.prepare(url);
    for (let seed = firstSeed; seed < firstSeed + trials; seed += 1) {
      const before = tally.violations.length;
      try {
        url = await runTrial(faults, seed, url);
      } catch (error) {
        tally.violations.push(`${error instanceof Error ? error.message : error}\n${bot.output().slice(-2000)}`);
        return true;
      } finally {
        endTrial(tally, seed, before, onTrial);
      }
    }
  } finally {
    countStrikes(tally, bot.output());
    for (const each of [bot, spare]) each.signal('SIGKILL');
    await Promise.all([bot.ended, spare.ended]);
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return true;

  async function startNext(): Promise<string> {
    bot = spare;
    spare = prepareBot(env);
    const started = await bot.start();
    if (started.kind !== 'ready') throw new Error('the bot did not start');
    return started.url;
  }

  /** Says why and ends, or waits without doing anything. */
  async function mustNotStart(): Promise<string> {
    bot = spare;
    spare = prepareBot(env);
    const started = await bot.start();
    if (started.kind === 'ready') await mustNotBeReady(started.url);
    else if (started.ending !== 1 || !bot.output().includes("can't be used"))
      throw new Error(`with fsync failing the start ended with ${started.ending}`);
    return started.kind === 'ready' ? 'started while fsync failed' : 'refused to start while fsync failed';
  }

  async function runTrial({ plan, heal }: FsyncFaults, seed: number, url: string): Promise<string> {
    const { requests, syncs, killed, afterMs, restartsBroken, pressAgain, coldsendTakesMs } = planFsync(seed);
    const addresses = Array.from({ length: requests }, (_, index) => addressOf(String(seed), index));
    const answers = new Map<string, Answer[]>(addresses.map((address) => [address, []]));
    const last = (address: string) => answers.get(address)?.at(-1);
    const pressAll = (botUrl: string) =>
      Promise.all(
        addresses.map(async (address) => {
          if (last(address) === 'accepted') return;
          const answer = await world.press(address, botUrl);
          answers.get(address)?.push(answer);
          countOne(tally.answers, answer);
        }),
      );
    world.coldsend.answerAlways(coldsendTakesMs === 0 ? undefined : { kind: 'slow', delayMs: coldsendTakesMs });

    const outputBefore = bot.output().length;
    plan(syncs);
    await pressAll(url);
    if (pressAgain.broken) await pressAll(url);
    await sleep(afterMs);
    const struck = bot.output().slice(outputBefore).includes('fault: EIO');
    if (!killed && syncs.endsWith('x') && struck) await mustNotBeReady(url);
    const crashes: Map<string, Committed>[] = [];
    const noteCrash = async (place: string): Promise<void> => {
      bot.signal('SIGKILL');
      await bot.ended;
      countStrikes(tally, bot.output());
      countDeath(tally, place);
      crashes.push(await queryCopy(path, readRows));
    };
    let nextUrl = url;
    if (killed) await noteCrash(syncs.endsWith('x') ? 'while fsync failed' : 'after fsync had failed');
    if (killed && restartsBroken) {
      plan('x');
      await noteCrash(await mustNotStart());
    }
    heal();
    if (killed) nextUrl = await startNext();
    await waitUntilReady(nextUrl);
    if (pressAgain.healed) {
      await pressAll(nextUrl);
      const refused = addresses.filter((address) => last(address) !== 'accepted');
      for (const address of refused) tally.violations.push(`${address}: still ${last(address)}, with fsync working`);
    }
    await judge(world, addresses, crashes, answers);
    return nextUrl;
  }

  async function judge(
    world: FaultWorld,
    addresses: string[],
    crashes: Map<string, Committed>[],
    answers: Map<string, Answer[]>,
  ): Promise<void> {
    const rows = await readRowsBeside(path);
    const isDue = (address: string) => rows.has(address) || answers.get(address)?.includes('accepted') === true;
    await world.reports.waitFor(addresses.filter(isDue), REPORTED_WITHIN_MS);
    for (const address of addresses) {
      const given = answers.get(address) ?? [];
      const known = {
        acknowledged: given.includes('accepted'),
        crashes: crashes.map((found) => found.get(address)),
        committed: await readWhenReported(path, address, REPORTED_WITHIN_MS),
      };
      countVerdict(tally, checkFacts(gatherFacts(world, address, known)), known.acknowledged);
    }
    noteProblems(world, tally);
  }
}

/** Each look is a commit, and one may still get through. */
async function mustNotBeReady(url: string): Promise<void> {
  for (const deadline = performance.now() + NOT_READY_WITHIN_MS; ; ) {
    const { status } = await fetch(`${url}/readyz`);
    if (status === 503) return;
    if (performance.now() > deadline) throw new Error(`with fsync failing /readyz answers ${status}`);
    await sleep(50);
  }
}

async function waitUntilReady(url: string): Promise<void> {
  for (const deadline = performance.now() + READY_WITHIN_MS; ; ) {
    if ((await fetch(`${url}/readyz`)).ok) return;
    if (performance.now() > deadline) throw new Error('with fsync working again, the bot is still not ready');
    await sleep(50);
  }
}

function countStrikes(tally: Tally, output: string): void {
  for (const [, path = ''] of output.matchAll(/fault: EIO (.+)/g)) countOne(tally.failedSyncs, basename(path));
}
