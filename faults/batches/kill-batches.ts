import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkPasswords } from '../judging/check-passwords.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { createTally, type Tally } from '../judging/tally.ts';
import { passwordFor, startFaultWorld } from '../world/fault-world.ts';
import { createSeededRandom } from '../world/seeded-random.ts';
import { type Death, startPostgresSite, startSqliteSite } from '../world/sites.ts';
import { planTrial, type TrialPlan } from './plan-trial.ts';
import { readBatches } from './read-batches.ts';
import { runTrial } from './run-trial.ts';

const TRIALS_PER_WORLD = 10;

/** Lists of all sizes wait for each other, and for their slots. */
const RATE_LIMIT = '40/1';

/**
 * Kills the bot while people add many inboxes, once or more a trial, until all is over. Everything about a trial follows from its
 * seed, but for what the machine's timing adds.
 */
export async function killWithBatches(options: {
  /** One of three replicas dies there; on SQLite without it. */
  postgres?: TestPostgres;
  /** The replica is frozen past its leases and wakes up, instead of being killed. */
  freezes?: boolean;
  seed: number;
  kills: number;
  onTrial?: (seed: number, violations: string[], tally: Tally) => void;
}): Promise<Tally> {
  const { seed, kills, postgres, freezes = false } = options;
  const on = postgres === undefined ? 'on SQLite' : 'of one of 3 replicas on PostgreSQL';
  const tally = createTally(`${freezes ? 'SIGSTOP past the lease' : 'SIGKILL'} ${on}, with many inboxes`);
  const startedAt = performance.now();
  while (tally.kills < kills) await runWorld(seed + tally.trials);
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;

  async function runWorld(firstSeed: number): Promise<void> {
    const world = await startFaultWorld({ rateLimit: RATE_LIMIT });
    const site =
      postgres === undefined
        ? await startSqliteSite(world, readBatches)
        : await startPostgresSite(world, readBatches, postgres, createSeededRandom(firstSeed), { freezes });
    try {
      await world.prepare(site.url());
      const { id: channelId } = world.slack.addChannel({ name: 'lists', withBot: true });
      for (let trial = 0; trial < TRIALS_PER_WORLD && tally.kills < kills; trial += 1) {
        const before = tally.violations.length;
        try {
          const addresses = await runTrial(
            { world, site, channelId, tally },
            firstSeed + trial,
            freezes ? withoutPoints(planTrial(firstSeed + trial)) : planTrial(firstSeed + trial),
          );
          noteProblems(world, tally);
          tally.violations.push(
            ...(await checkPasswords(
              world,
              site,
              new Map(addresses.map((address) => [address, [passwordFor(address)]])),
            )),
          );
        } finally {
          tally.trials += 1;
          for (let at = before; at < tally.violations.length; at += 1) {
            tally.violations[at] = `seed ${firstSeed + trial}: ${tally.violations[at]}`;
          }
          options.onTrial?.(firstSeed + trial, tally.violations.slice(before), tally);
        }
      }
    } catch (error) {
      tally.violations.push(`seed ${firstSeed}…: ${error instanceof Error ? error.stack : error}\n${site.output()}`);
      tally.kills += 1;
    } finally {
      await site.close();
      await world.close();
    }
  }
}

/** A freeze comes at a random moment. */
function withoutPoints(plan: TrialPlan): TrialPlan {
  const atRandom = ({ ms }: Death): Death => ({ fault: undefined, ms });
  return { ...plan, first: atRandom(plan.first), later: plan.later.map(atRandom) };
}
