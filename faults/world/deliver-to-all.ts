import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { judgeRequests } from '../judging/judge-requests.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { createTally, type Tally } from '../judging/tally.ts';
import { addressOf, startFaultWorld } from './fault-world.ts';
import { startReplicas } from './replicas.ts';

const AT_ONCE = 10;
const REPORTED_WITHIN_MS = 30_000;

/** Delivers each submission to three replicas at once, several submissions at a time: each is one request. */
export async function deliverToAll(options: {
  postgres: TestPostgres;
  seed: number;
  submissions: number;
}): Promise<Tally> {
  const tally = createTally('one submission to 3 replicas at once');
  const startedAt = performance.now();
  const world = await startFaultWorld();
  const replicas = await startReplicas(world, await options.postgres.createDatabase());
  try {
    await world.prepare(replicas.list[0]?.url ?? '');
    const urls = replicas.list.map(({ url }) => url);
    for (let from = 0; from < options.submissions; from += AT_ONCE) {
      const count = Math.min(AT_ONCE, options.submissions - from);
      const addresses = Array.from({ length: count }, (_, at) => addressOf(String(options.seed), from + at));
      const acknowledged = await Promise.all(addresses.map((address) => world.submit(address, urls)));
      const requests = addresses.map((address, index) => ({ address, acknowledged: acknowledged[index] ?? false }));
      await judgeRequests({ world, site: replicas, tally }, requests, [], REPORTED_WITHIN_MS);
      tally.trials += count;
    }
    noteProblems(world, tally);
  } finally {
    await replicas.close();
    await world.close();
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}
