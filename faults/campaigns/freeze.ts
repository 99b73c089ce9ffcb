import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import type { Committed } from '../judging/facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { countDeath, countVerdict, createTally, endTrial, type OnTrial, type Tally } from '../judging/tally.ts';
import { addressOf, startFaultWorld } from '../world/fault-world.ts';
import type { FaultyBot } from '../world/faulty-bot.ts';
import { readAllWhenReported } from '../world/read-committed.ts';
import { startReplicas } from '../world/replicas.ts';
import { createSeededRandom } from '../world/seeded-random.ts';

const POINTS_OF_PATH = 45;

/** The lease lasts 4 s; a replica that is gone has to be replaced within 15 s. */
const TAKEN_OVER_WITHIN_MS = 15_000;

const FREEZES_PER_WORLD = 10;

/** There it has just seen that it holds the request, and hands the bytes to the system next: they still go out. */
const BEGUN = 'before write to Slack';

const OPEN_TRANSACTIONS = `
  select application_name, state, now() - xact_start as since, left(query, 80) as query
  from pg_stat_activity where xact_start is not null and application_name like 'replica%'`;

/**
 * Freezes a replica (SIGSTOP) at a commit or network write, lets the others take over what it held, and wakes it up (SIGCONT) once
 * all of that is reported: it must not change or post anything then. Each freeze takes a lease, about 5 s.
 */
export async function freezeReplicas(options: {
  postgres: TestPostgres;
  seed: number;
  freezes: number;
  onTrial?: OnTrial;
}): Promise<Tally> {
  const tally = createTally('SIGSTOP past the lease, then SIGCONT, 3 replicas');
  const startedAt = performance.now();
  while (tally.kills < options.freezes) {
    const before = tally.violations.length;
    const seed = options.seed + tally.trials;
    const freezes = Math.min(FREEZES_PER_WORLD, options.freezes - tally.kills);
    try {
      await runWorld(tally, seed, freezes, await options.postgres.createDatabase());
    } catch (error) {
      tally.kills += 1;
      tally.violations.push(error instanceof Error ? error.message : String(error));
    }
    endTrial(tally, seed, before, options.onTrial);
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

async function runWorld(tally: Tally, seed: number, freezes: number, databaseUrl: string): Promise<void> {
  const random = createSeededRandom(seed);
  const world = await startFaultWorld();
  const replicas = await startReplicas(world, databaseUrl);
  try {
    await world.prepare(replicas.list[0]?.url ?? '');
    for (let freeze = 0; freeze < freezes; freeze += 1) await freezeOne(freeze);
  } finally {
    await replicas.close();
    await world.close();
  }

  async function freezeOne(freeze: number): Promise<void> {
    const victim = random.pick([replicas.list[0], ...replicas.list.slice(1)]);
    if (victim === undefined) throw new Error('there is no replica');
    const { bot, url } = victim;
    const at = random.between(1, POINTS_OF_PATH);
    const side = random.pick<'before' | 'after'>(['before', 'after']);
    await bot.arm({ at, since: 'request', side, signal: 'SIGSTOP' });
    const addresses = [addressOf(String(seed), freeze * 10), addressOf(String(seed), freeze * 10 + 1)];
    const submitted = Promise.all(addresses.map((address) => world.submit(address, [url])));
    await Promise.race([bot.nextStrike(), submitted.then(() => sleep(500))]);
    bot.signal('SIGSTOP');
    await replicas.waitUntilSilent(victim, 'not active');
    const frozen = await replicas.read();
    const acknowledged = await submitted;

    const held = addresses.filter((address) => frozen.has(address));
    try {
      await world.reports.waitFor(held, TAKEN_OVER_WITHIN_MS);
    } catch (error) {
      const left = JSON.stringify([...(await replicas.read())].filter(([address]) => addresses.includes(address)));
      const open = JSON.stringify(await replicas.query(OPEN_TRANSACTIONS));
      throw new Error(`frozen ${bot.lastStrike() ?? 'at rest'}: ${left}; open transactions: ${open}`, { cause: error });
    }
    const place = bot.lastStrike() ?? 'at rest';
    const postsBefore = countPosts(held);
    await wake(bot);
    // It answers again; what it had begun is over when something new went all the way through it.
    const probe = addressOf(String(seed), freeze * 10 + 2);
    if (!(await world.submit(probe, [url])) && !(await world.submit(probe, [url]))) {
      tally.violations.push(`the replica that woke up takes nothing:\n${bot.output().slice(-1500)}`);
    }
    await world.reports.waitFor([probe], TAKEN_OVER_WITHIN_MS);
    const all = [...addresses, probe];
    const rows = await replicas.read();
    await world.reports.waitFor(
      all.filter((address) => rows.has(address)),
      TAKEN_OVER_WITHIN_MS,
    );
    const done = await readAllWhenReported(replicas.read, all, TAKEN_OVER_WITHIN_MS);
    for (const [index, address] of all.entries()) {
      const state: Committed | undefined = frozen.get(address);
      const known = {
        acknowledged: index < 2 ? (acknowledged[index] ?? false) : true,
        crashes: index < 2 && state?.state !== 'reported' ? [state] : [],
        committed: done.get(address),
      };
      countVerdict(tally, checkFacts(gatherFacts(world, address, known)), known.acknowledged);
    }
    const postedMore = countPosts(held) > postsBefore;
    if (postedMore && place !== BEGUN) tally.violations.push(`frozen ${place}: posted when it woke up`);
    countDeath(tally, postedMore ? `${place}, and posted what it had begun` : place);
  }

  function countPosts(addresses: string[]): number {
    const { reports } = world;
    return addresses.reduce(
      (sum, address) => sum + reports.announcements(address).length + reports.replies(address).length,
      0,
    );
  }

  /** Where it was frozen before it came to its fault point, that one strikes once more on the way. */
  async function wake(bot: FaultyBot): Promise<void> {
    const disarmed = bot.arm(undefined);
    bot.signal('SIGCONT');
    const timer = setInterval(() => bot.signal('SIGCONT'), 100);
    await disarmed;
    clearInterval(timer);
  }
}
