import type { Place } from '../world/kill-in-worlds.ts';
import { type CommittedRow, readAllWhenReported } from '../world/read-committed.ts';
import type { Died, Site } from '../world/sites.ts';
import { checkFacts } from './check-facts.ts';
import { gatherFacts } from './gather-facts.ts';
import { countVerdict } from './tally.ts';

type Rows = Map<string, CommittedRow>;

/** Waits until what is committed is reported, and compares what outsiders saw of single inboxes with what processes held that died. */
export async function judgeRequests(
  { world, site, tally }: Pick<Place<Rows>, 'world' | 'tally'> & { site: Pick<Site<Rows>, 'read'> },
  requests: { address: string; acknowledged: boolean }[],
  died: Died<Rows>[],
  withinMs: number,
): Promise<void> {
  const committed = await site.read();
  const due = requests.flatMap(({ address }) => (committed.has(address) ? [address] : []));
  await world.reports.waitFor(due, withinMs);
  const rows = await readAllWhenReported(site.read, due, withinMs);
  for (const { address, acknowledged } of requests) {
    const crashes = died.flatMap(({ committed: then, held }) => {
      const row = then.get(address);
      return held(row?.owner) ? [row] : [];
    });
    const facts = gatherFacts(world, address, { acknowledged, crashes, committed: rows.get(address) });
    countVerdict(tally, checkFacts(facts), acknowledged);
  }
}
