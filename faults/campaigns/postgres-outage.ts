import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import type { RequestFacts } from '../judging/facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countVerdict, createTally, type Tally } from '../judging/tally.ts';
import { addressOf, startFaultWorld } from '../world/fault-world.ts';
import { startFaultyProxy } from '../world/faulty-proxy.ts';
import { readAllWhenReported } from '../world/read-committed.ts';
import { startReplicas } from '../world/replicas.ts';
import { createSeededRandom } from '../world/seeded-random.ts';

const REPORTED_WITHIN_MS = 60_000;
const LOAD_AT_ONCE = 4;

/** A black hole lasts longer than a lease (4 s), so that what the replica held is taken over. */
const BLACK_FOR_MS = 6_500;

/**
 * Who can't reach the database for longer than a lease is taken for dead: whoever takes over can't know what was sent to
 * ColdSend, nor that Slack has taken the announcement or the reply already.
 */
const TAKEN_FOR_DEAD: Pick<RequestFacts, 'network' | 'crashes'> = {
  network: 'answer_lost',
  crashes: (['accepted', 'settled'] as const).map((state) => ({ state, outcome: undefined, replyNoted: false })),
};

/** What of PostgreSQL fails while people go on submitting. */
export type Outage = 'crash' | 'black_hole' | 'no_connections';

/**
 * Lets PostgreSQL fail under load and come back: stopped hard and started again, one replica's connections black-holed past the
 * lease, or all connections taken by others. Whatever was acknowledged has to end as if nothing had been.
 */
export async function failPostgres(options: {
  postgres: TestPostgres;
  outage: Outage;
  seed: number;
  times: number;
}): Promise<Tally> {
  const { postgres, outage, seed, times } = options;
  const tally = createTally(`PostgreSQL under load: ${outage}`);
  const startedAt = performance.now();
  const random = createSeededRandom(seed);
  const world = await startFaultWorld();
  const databaseUrl = await postgres.createDatabase();
  const target = new URL(databaseUrl);
  const proxy = await startFaultyProxy(Number(target.port));
  target.port = String(proxy.port);
  const replicas = await startReplicas(world, databaseUrl, { botUrl: target.href });
  let number = 0;
  try {
    await world.prepare(replicas.list[0]?.url ?? '');
    for (let time = 0; time < times; time += 1) {
      world.coldsend.answerAlways({ kind: 'slow', delayMs: random.pick([0, 20, 100]) });
      const load = startLoad();
      await sleep(random.between(50, 400));
      await fail();
      await sleep(random.between(50, 400));
      const acknowledged = await load.stop();
      await check(acknowledged);
      tally.trials += 1;
    }
    noteProblems(world, tally);
  } catch (error) {
    tally.violations.push(error instanceof Error ? error.message : String(error));
  } finally {
    await replicas.close();
    await proxy.close();
    await world.close();
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;

  async function fail(): Promise<void> {
    switch (outage) {
      case 'crash':
        await postgres.crash();
        await sleep(random.between(0, 1_500));
        return postgres.start();
      case 'black_hole':
        proxy.blackHole(true);
        await sleep(BLACK_FOR_MS);
        return proxy.blackHole(false);
      case 'no_connections':
        return takeAllConnections(databaseUrl);
    }
  }

  function startLoad(): { stop(): Promise<Map<string, boolean>> } {
    const acknowledged = new Map<string, boolean>();
    let stopped = false;
    const people = Array.from({ length: LOAD_AT_ONCE }, async (_, person) => {
      while (!stopped) {
        number += 1;
        const address = addressOf(String(seed), number);
        const replica = replicas.list[person % replicas.list.length];
        acknowledged.set(address, await world.submit(address, [replica?.url ?? '']));
        await sleep(20);
      }
    });
    return {
      async stop() {
        stopped = true;
        await Promise.all(people);
        return acknowledged;
      },
    };
  }

  async function check(acknowledged: Map<string, boolean>): Promise<void> {
    const addresses = [...acknowledged.keys()];
    const committed = await readAllWhenReported(replicas.read, addresses, REPORTED_WITHIN_MS);
    const reported = addresses.filter((address) => committed.get(address)?.state === 'reported');
    await world.reports.waitFor(reported, REPORTED_WITHIN_MS);
    for (const [address, isAcknowledged] of acknowledged) {
      const row = committed.get(address);
      const facts = gatherFacts(world, address, { acknowledged: isAcknowledged, crashes: [], committed: row });
      const verdict = checkFacts(
        outage === 'black_hole' && row !== undefined ? { ...facts, ...TAKEN_FOR_DEAD } : facts,
      );
      countVerdict(tally, verdict, isAcknowledged);
    }
    if (replicas.list.some(({ bot }) => bot.hasEnded())) tally.violations.push('a replica has ended');
  }
}

/** Takes what connections the server has, so that no replica gets another one, and gives them back after two seconds. */
async function takeAllConnections(databaseUrl: string): Promise<void> {
  const taken: pg.Client[] = [];
  try {
    for (;;) {
      const client = new pg.Client({ connectionString: databaseUrl });
      client.on('error', () => {});
      await client.connect();
      taken.push(client);
    }
  } catch {
    // "Sorry, too many clients already": now there are none left.
  }
  await sleep(2_000);
  await Promise.all(taken.map((client) => client.end()));
}
