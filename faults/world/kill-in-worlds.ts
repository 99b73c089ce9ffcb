import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkSecrets, type Secrets } from '../judging/check-secrets.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countDeath, createTally, endTrial, type OnTrial, type Tally } from '../judging/tally.ts';
import { type FaultWorld, type FaultWorldOptions, startFaultWorld } from './fault-world.ts';
import type { Query } from './read-committed.ts';
import { createSeededRandom } from './seeded-random.ts';
import { type Death, type Died, type Site, startPostgresSite, startSqliteSite } from './sites.ts';

/** How much of a campaign is run, and where. */
export type KillOptions = {
  /** One of three replicas dies there; on SQLite without it. */
  postgres?: TestPostgres;
  /** The replica is frozen past its leases and wakes up, instead of being killed. */
  freezes?: boolean;
  /** Of the first trial. Each trial has the next one. */
  seed: number;
  kills: number;
  onTrial?: OnTrial;
};

export type Place<Committed> = { world: FaultWorld; site: Site<Committed>; tally: Tally };

export type Campaign<Committed> = {
  /** Follows "SIGKILL on SQLite, with". */
  subject: string;
  trialsPerWorld: number;
  world: FaultWorldOptions;
  read(query: Query): Promise<Committed>;
  /** Kills the bot at least once, and judges what came of it. Resolves with what people typed. */
  runTrial(place: Place<Committed>, seed: number): Promise<Secrets[]>;
};

/** Runs trials of a campaign in one world after the other until there were enough kills. */
export async function killInWorlds<Committed>(
  { postgres, freezes = false, seed, kills, onTrial }: KillOptions,
  { subject, trialsPerWorld, world: options, read, runTrial }: Campaign<Committed>,
): Promise<Tally> {
  const on = postgres === undefined ? 'on SQLite' : 'of one of 3 replicas on PostgreSQL';
  const tally = createTally(`${freezes ? 'SIGSTOP past the lease' : 'SIGKILL'} ${on}, with ${subject}`);
  const startedAt = performance.now();
  while (tally.kills < kills) await runWorld(seed + tally.trials);
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;

  async function runWorld(firstSeed: number): Promise<void> {
    const world = await startFaultWorld(options);
    const site =
      postgres === undefined
        ? await startSqliteSite(world, read)
        : await startPostgresSite(world, read, postgres, createSeededRandom(firstSeed), { freezes });
    try {
      await world.prepare(site.url());
      for (let trial = 0; trial < trialsPerWorld && tally.kills < kills; trial += 1) {
        await judgeTrial({ world, site, tally }, firstSeed + trial);
      }
      const endings = await site.end();
      if (endings.some((ending) => ending !== 0)) tally.violations.push(`ended with ${endings} on SIGTERM`);
    } catch (error) {
      tally.violations.push(`seed ${firstSeed}…: ${error instanceof Error ? error.stack : error}\n${site.output()}`);
      tally.kills += 1;
    } finally {
      await site.close();
      await world.close();
    }
  }

  async function judgeTrial(place: Place<Committed>, trialSeed: number): Promise<void> {
    const { world, site } = place;
    const before = tally.violations.length;
    try {
      const secrets = await runTrial(place, trialSeed);
      noteProblems(world, tally);
      tally.violations.push(...(await checkSecrets(world, site, secrets)));
    } finally {
      endTrial(tally, trialSeed, before, onTrial);
    }
  }
}

/**
 * Lets one process after the other die while something is going on, and waits for its result.
 *
 * @param finish resolves once nothing is left to do; nobody waits for a fault point any longer then
 */
export async function killDuring<Committed, Result>(
  { world, site, tally }: Place<Committed>,
  deaths: Death[],
  work: () => Promise<Result>,
  finish: (result: Result) => Promise<unknown>,
): Promise<{ result: Result; died: Died<Committed>[] }> {
  await site.bot().arm(deaths[0]?.fault);
  const working = work();
  const over = working.then(finish);
  // Where the process dies before, it may never be over.
  over.catch(() => {});
  const died: Died<Committed>[] = [];
  for (const [index, death] of deaths.entries()) {
    died.push(...(await site.die(death, deaths[index + 1]?.fault, over)));
    world.slack.deliverTo('all', `${site.url()}/slack/events`);
  }
  for (const { place } of died) countDeath(tally, place);
  return { result: await working, died };
}
