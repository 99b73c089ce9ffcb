import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import type { Committed } from '../judging/facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countDeath, countVerdict, createTally, type Tally } from '../judging/tally.ts';
import type { FaultPoint } from '../world/fault-points.ts';
import { addressOf, spellingsOf, startFaultWorld } from '../world/fault-world.ts';
import { PASSWORDS_LEFT_QUERY, readAllWhenReported } from '../world/read-committed.ts';
import { startReplicas } from '../world/replicas.ts';
import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';

const REPLICAS = 3;

const KILLS_PER_WORLD = 25;

/** About as many statements and network writes does one request make. */
const POINTS_OF_PATH = 50;

const MAX_PATH_MS = 200;
const REPORTED_WITHIN_MS = 60_000;

/** How one replica dies: under which load, and where. */
export type ReplicaKill = {
  /** Its place among the three. */
  victim: number;
  coldsendTakesMs: number;
  death: { kind: 'at_point'; fault: FaultPoint } | { kind: 'after'; ms: number };
  /** For each submission, the places of the replicas that it is delivered to at once. */
  deliveredTo: number[][];
};

/**
 * Kills one of three replicas after the other under load, each replaced at once, while the others take over what the dead ones
 * held. A world of 25 kills is one trial: its seed repeats the requests, who is killed and where.
 */
export async function killOnPostgres(options: {
  postgres: TestPostgres;
  seed: number;
  kills: number;
  /** @param kill how many there were before it */
  plan?: (random: SeededRandom, kill: number) => ReplicaKill;
  onTrial?: (seed: number, violations: string[], tally: Tally) => void;
}): Promise<Tally> {
  const { plan = planKill } = options;
  const tally = createTally('SIGKILL on PostgreSQL, 3 replicas');
  const startedAt = performance.now();
  while (tally.kills < options.kills) {
    const seed = options.seed + tally.trials;
    const before = tally.violations.length;
    const kills = Math.min(KILLS_PER_WORLD, options.kills - tally.kills);
    try {
      await runWorld(tally, seed, kills, await options.postgres.createDatabase(), plan);
    } catch (error) {
      tally.violations.push(error instanceof Error ? error.message : String(error));
      tally.kills += 1;
    }
    tally.trials += 1;
    for (let at = before; at < tally.violations.length; at += 1) {
      tally.violations[at] = `seed ${seed}: ${tally.violations[at]}`;
    }
    options.onTrial?.(seed, tally.violations.slice(before), tally);
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

function planKill(random: SeededRandom): ReplicaKill {
  const victim = random.between(0, REPLICAS - 1);
  const all = Array.from({ length: REPLICAS }, (_, place) => place);
  const fault: FaultPoint = {
    at: random.between(1, POINTS_OF_PATH),
    since: 'request',
    side: random.pick(['before', 'after']),
  };
  return {
    victim,
    coldsendTakesMs: random.pick([0, 5, 20]),
    death: random.next() < 0.5 ? { kind: 'at_point', fault } : { kind: 'after', ms: random.between(0, MAX_PATH_MS) },
    deliveredTo: Array.from({ length: random.between(1, 3) }, () => {
      if (random.next() < 0.2) return all;
      return random.next() < 0.7 ? [victim] : [random.pick([victim, ...all])];
    }),
  };
}

/** One request each; kills 0 and 1 are before and after the first statement or network write of its path, and so on. */
export function planEachPoint(_random: SeededRandom, kill: number): ReplicaKill {
  const victim = kill % REPLICAS;
  const fault = { at: Math.floor(kill / 2) + 1, since: 'request', side: kill % 2 === 0 ? 'before' : 'after' } as const;
  return { victim, coldsendTakesMs: 0, death: { kind: 'at_point', fault }, deliveredTo: [[victim]] };
}

async function runWorld(
  tally: Tally,
  seed: number,
  kills: number,
  databaseUrl: string,
  plan: (random: SeededRandom, kill: number) => ReplicaKill,
): Promise<void> {
  const random = createSeededRandom(seed);
  const world = await startFaultWorld();
  const replicas = await startReplicas(world, databaseUrl, { count: REPLICAS });
  const crashes = new Map<string, (Committed | undefined)[]>();
  const acknowledged = new Map<string, boolean>();
  try {
    await world.prepare(replicas.list[0]?.url ?? '');
    for (let kill = 0; kill < kills; kill += 1) await killOne(kill);
    const held = [...(await replicas.read()).keys()].filter((address) => crashes.has(address));
    await world.reports.waitFor(held, REPORTED_WITHIN_MS);
    const rows = await readAllWhenReported(replicas.read, held, REPORTED_WITHIN_MS);
    for (const [address, states] of crashes) {
      const isAcknowledged = acknowledged.get(address) ?? false;
      const known = { acknowledged: isAcknowledged, crashes: states, committed: rows.get(address) };
      countVerdict(tally, checkFacts(gatherFacts(world, address, known)), isAcknowledged);
    }
    noteProblems(world, tally);
    await checkPasswords([...crashes.keys()]);
  } finally {
    await replicas.close();
    await world.close();
  }

  async function killOne(kill: number): Promise<void> {
    const { victim: victimAt, coldsendTakesMs, death, deliveredTo } = plan(random, tally.kills);
    const victim = replicas.list[victimAt];
    if (victim === undefined) throw new Error('there is no such replica');
    world.coldsend.answerAlways({ kind: 'slow', delayMs: coldsendTakesMs });
    await victim.bot.arm(death.kind === 'at_point' ? death.fault : undefined);
    const submitted = deliveredTo.map(async (places, index) => {
      const address = addressOf(String(seed), kill * 10 + index);
      const urls = places.flatMap((place) => replicas.list[place]?.url ?? []);
      crashes.set(address, []);
      acknowledged.set(address, await world.submit(address, urls));
    });
    await Promise.race([victim.bot.ended, sleep(death.kind === 'at_point' ? 2 * MAX_PATH_MS : death.ms)]);
    victim.bot.signal('SIGKILL');
    const ending = await victim.bot.ended;
    if (ending !== 'SIGKILL')
      tally.violations.push(`a replica ended with ${ending}:\n${victim.bot.output().slice(-2000)}`);
    const replaced = replicas.replace(victimAt);
    await replicas.waitUntilSilent(victim);
    for (const [address, row] of await replicas.read()) {
      if (row.owner !== undefined && row.state !== 'reported' && victim.bot.isCalled(row.owner))
        crashes.get(address)?.push(row);
    }
    countDeath(tally, victim.bot.diedAt() ?? 'at a random moment');
    await Promise.all([...submitted, replaced]);
  }

  /** As they are, they are in no file at any time; sealed, in no row once their request is settled. */
  async function checkPasswords(addresses: string[]): Promise<void> {
    const passwords = addresses.flatMap(spellingsOf);
    for (const { name, bytes } of await replicas.readFiles()) {
      const readable = passwords.filter((password) => bytes.includes(password));
      if (readable.length > 0) tally.violations.push(`${readable.length} passwords can be read in ${name}`);
    }
    const left = await replicas.query(PASSWORDS_LEFT_QUERY);
    if (left.length > 0) tally.violations.push(`${left.length} settled requests have passwords`);
  }
}
