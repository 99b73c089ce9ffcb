import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFacts } from '../judging/check-facts.ts';
import type { Committed } from '../judging/facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countDeath, countVerdict, createTally, type Tally } from '../judging/tally.ts';
import type { FaultPoint } from '../world/fault-points.ts';
import { addressOf, type FaultWorld, spellingsOf, startFaultWorld } from '../world/fault-world.ts';
import { type FaultyBot, prepareBot } from '../world/faulty-bot.ts';
import {
  countPasswordsLeft,
  readAllWhenReported,
  readCommittedBeside,
  readCommittedCopy,
  readFiles,
} from '../world/read-committed.ts';
import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';

/** About as many commits and network writes does one request make; a process that gets past them is killed at rest. */
const POINTS_OF_PATH = 16;

/** The same for starting and taking up what was left. */
const POINTS_OF_RESTART = 25;

const MAX_PATH_MS = 80;

/** Past all of it, while the housekeeping begins. */
const MAX_AFTERWARDS_MS = 1_300;
const REPORTED_WITHIN_MS = 30_000;
const COMMITTED_WITHIN_MS = 5_000;
const TRIALS_PER_WORLD = 50;

/** How the process of one trial dies. */
export type Death = { kind: 'at_point'; fault: FaultPoint } | { kind: 'after'; ms: number };

export type KillPlan = { requests: number; death: Death; coldsendTakesMs: number; restartFaults: FaultPoint[] };

/**
 * Kills the bot on SQLite once or more a trial and starts it again on the same database until all is reported. Everything about a
 * trial follows from its seed (but for what the machine's timing adds to a death after so many milliseconds).
 */
export async function killOnSqlite(options: {
  seed: number;
  kills: number;
  plan?: (seed: number) => KillPlan;
  onTrial?: (seed: number, violations: string[], tally: Tally) => void;
}): Promise<Tally> {
  const { seed, kills, plan = planKill, onTrial } = options;
  const tally = createTally('SIGKILL on SQLite');
  const startedAt = performance.now();
  while (tally.kills < kills) {
    await runWorld(tally, Math.min(TRIALS_PER_WORLD, kills - tally.kills), seed + tally.trials, plan, onTrial);
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

export function planKill(seed: number): KillPlan {
  const random = createSeededRandom(seed);
  const requests = random.pick([1, 1, 1, 2, 3]);
  const death: Death =
    random.next() < 0.5
      ? { kind: 'at_point', fault: { ...pointUpTo(random, POINTS_OF_PATH * requests), since: 'request' } }
      : { kind: 'after', ms: random.between(0, random.next() < 0.03 ? MAX_AFTERWARDS_MS : MAX_PATH_MS) };
  const restartFaults = random.next() < 0.2 ? [pointUpTo(random, POINTS_OF_RESTART)] : [];
  return { requests, death, coldsendTakesMs: random.pick([0, 0, 5, 15]), restartFaults };
}

function pointUpTo(random: SeededRandom, most: number): FaultPoint {
  return { at: random.between(1, most), side: random.pick(['before', 'after']) };
}

async function runWorld(
  tally: Tally,
  trials: number,
  firstSeed: number,
  plan: (seed: number) => KillPlan,
  onTrial?: (seed: number, violations: string[], tally: Tally) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-faults-'));
  const path = join(folder, 'bot.db');
  const world = await startFaultWorld();
  const env = { ...world.env, DATABASE_URL: `sqlite:${path}` };
  let spare = prepareBot(env);
  let bot = spare;
  try {
    const url = await startNext();
    if (url === undefined) throw new Error(`the bot did not start:\n${bot.output()}`);
    await world.prepare(url);
    let botUrl = url;
    const addresses: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + trials; seed += 1) {
      const before = tally.violations.length;
      try {
        botUrl = await runTrial(seed, botUrl, addresses);
      } catch (error) {
        tally.violations.push(`${error instanceof Error ? error.message : error}\n${bot.output().slice(-2000)}`);
        return;
      } finally {
        tally.trials += 1;
        for (let at = before; at < tally.violations.length; at += 1) {
          tally.violations[at] = `seed ${seed}: ${tally.violations[at]}`;
        }
        onTrial?.(seed, tally.violations.slice(before), tally);
      }
    }
    checkPasswords(path, addresses, tally, `seeds ${firstSeed} to ${firstSeed + trials - 1}`);
    bot.signal('SIGTERM');
    const ending = await bot.ended;
    if (ending !== 0) tally.violations.push(`seed ${firstSeed}…: ended with ${ending} on SIGTERM`);
  } finally {
    for (const each of [bot, spare]) each.signal('SIGKILL');
    await Promise.all([bot.ended, spare.ended]);
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }

  /** The next process, already loaded, takes over; undefined where it was killed before it was ready. */
  async function startNext(fault?: FaultPoint): Promise<string | undefined> {
    bot = spare;
    spare = prepareBot(env);
    const started = await bot.start(fault);
    return started.kind === 'ready' ? started.url : undefined;
  }

  async function runTrial(seed: number, url: string, allAddresses: string[]): Promise<string> {
    const { requests, death, coldsendTakesMs, restartFaults } = plan(seed);
    const addresses = Array.from({ length: requests }, (_, index) => addressOf(String(seed), index));
    allAddresses.push(...addresses);
    world.coldsend.answerAlways(coldsendTakesMs === 0 ? undefined : { kind: 'slow', delayMs: coldsendTakesMs });
    const crashes = new Map<string, (Committed | undefined)[]>(addresses.map((address) => [address, []]));
    const noteCrash = (place: string): void => {
      countDeath(tally, place);
      const rows = readCommittedCopy(path);
      for (const address of addresses) crashes.get(address)?.push(rows.get(address));
    };

    await bot.arm(death.kind === 'at_point' ? death.fault : undefined);
    const submitted = Promise.all(addresses.map((address) => world.submit(address, [url])));
    await waitForDeath(world, bot, death, addresses, submitted);
    const acknowledged = await submitted;
    noteCrash(bot.diedAt() ?? 'at a random moment');

    let nextUrl: string | undefined;
    for (const fault of restartFaults) {
      nextUrl = await startNext(fault);
      if (nextUrl === undefined) noteCrash(`${bot.diedAt()}, while taking up what was left`);
      else await Promise.race([bot.ended, world.reports.waitFor(committedOf(crashes), REPORTED_WITHIN_MS)]);
      if (nextUrl !== undefined && bot.hasEnded()) {
        noteCrash(`${bot.diedAt()}, while taking up what was left`);
        nextUrl = undefined;
      }
    }
    if (nextUrl !== undefined) await bot.arm(undefined);
    if (bot.hasEnded()) nextUrl = await startNext();
    if (nextUrl === undefined) throw new Error('the bot did not start again');
    await world.reports.waitFor(committedOf(crashes), REPORTED_WITHIN_MS);
    const rows = await readAllWhenReported(
      async () => readCommittedBeside(path),
      committedOf(crashes),
      COMMITTED_WITHIN_MS,
    );

    for (const [index, address] of addresses.entries()) {
      const facts = gatherFacts(world, address, {
        acknowledged: acknowledged[index] ?? false,
        crashes: crashes.get(address) ?? [],
        committed: rows.get(address),
      });
      countVerdict(tally, checkFacts(facts), facts.acknowledged);
    }
    noteProblems(world, tally);
    return nextUrl;
  }
}

async function waitForDeath(
  { reports }: FaultWorld,
  bot: FaultyBot,
  death: Death,
  addresses: string[],
  submitted: Promise<boolean[]>,
): Promise<void> {
  if (death.kind === 'after') {
    await Promise.race([bot.ended, sleep(death.ms)]);
  } else {
    const done = submitted.then((acknowledged) =>
      reports.waitFor(
        addresses.filter((_address, index) => acknowledged[index]),
        REPORTED_WITHIN_MS,
      ),
    );
    // Where it dies, nothing more is reported, and nobody waits for that any longer.
    done.catch(() => {});
    await Promise.race([bot.ended, done]);
  }
  bot.signal('SIGKILL');
  const ending = await bot.ended;
  if (ending !== 'SIGKILL') throw new Error(`the bot ended with ${ending}`);
}

function committedOf(crashes: Map<string, (Committed | undefined)[]>): string[] {
  return [...crashes].flatMap(([address, states]) => (states.some((state) => state !== undefined) ? [address] : []));
}

/** As they are, they are in no file at any time; sealed, in no row once their request is settled. */
function checkPasswords(path: string, addresses: string[], tally: Tally, seeds: string): void {
  const files = readFiles(path);
  const readable = addresses.flatMap(spellingsOf).filter((password) => files.includes(password));
  const left = countPasswordsLeft(path);
  if (readable.length > 0) tally.violations.push(`${seeds}: ${readable.length} passwords can be read in the files`);
  if (left > 0) tally.violations.push(`${seeds}: ${left} settled requests have passwords`);
}
