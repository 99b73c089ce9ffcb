import { digestPassword } from '../../playground/local-coldsend/ledger.ts';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { createTally, type Tally } from '../judging/tally.ts';
import { type FaultWorld, spellingsOf, startFaultWorld } from '../world/fault-world.ts';
import { createSeededRandom } from '../world/seeded-random.ts';
import { type Death, planTrial, type TrialPlan } from './plan-trial.ts';
import { runTrial } from './run-trial.ts';
import { type Site, startPostgresSite, startSqliteSite } from './sites.ts';

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
        ? await startSqliteSite(world)
        : await startPostgresSite(world, postgres, createSeededRandom(firstSeed), { freezes });
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
          tally.violations.push(...(await checkPasswords(world, site, addresses)));
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

/** As they are, they are in no file at any time; sealed, in no row once all is settled; and each goes with its own address. */
async function checkPasswords({ coldsend }: FaultWorld, site: Site, addresses: string[]): Promise<string[]> {
  const passwords = addresses.flatMap(spellingsOf);
  const files = await site.files();
  const readable = passwords.filter((password) => files.some((bytes) => bytes.includes(password)));
  const left = await site.countLeft();
  const digests = new Map(addresses.map((address) => [address, spellingsOf(address).map(digestPassword)]));
  const mixedUp = coldsend.ledger.filter(({ body, bodyComplete, passwordDigests }) => {
    const own = digests.get(JSON.parse(JSON.stringify(body ?? null))?.email_address);
    return own !== undefined && bodyComplete && !own.includes(passwordDigests.smtp_password ?? '');
  });
  return [
    ...(readable.length > 0 ? [`${readable.length} passwords can be read in the files`] : []),
    ...(left > 0 ? [`${left} rows have passwords that should be gone`] : []),
    ...(mixedUp.length > 0 ? [`${mixedUp.length} rows were sent with another row's password`] : []),
  ];
}
