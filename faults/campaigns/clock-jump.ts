import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPostgres } from '../../test/storage/postgres/start-postgres.ts';
import { checkFacts } from '../judging/check-facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countVerdict, createTally, type Tally } from '../judging/tally.ts';
import { addressOf, startFaultWorld } from '../world/fault-world.ts';
import { readAllWhenReported, readRows } from '../world/read-committed.ts';
import { createSeededRandom } from '../world/seeded-random.ts';
import { startPostgresSite, startSqliteSite } from '../world/sites.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A request that waits for its next try has that within seconds, whatever the clock says. */
const REPORTED_WITHIN_MS = 20_000;

/** So long that the clock jumps meanwhile. */
const ASKED_FOR_MS = 1_500;

const COMMITTED_WITHIN_MS = 5_000;

/** So few that some are queued when the clock jumps; the local ColdSend holds the bot to it by a clock that does not. */
const LIMIT = { requests: 3, seconds: 3 };
const IN_LINE = 5;

/**
 * Sets the clock of a running bot a day on or back while ColdSend is being asked, while a request waits for its next try
 * and others for their slot. Set on, what waits may expire, for that is what its clock says; set back, it must not wait for a
 * day. Either way ColdSend's limits are kept. With `postgres`, the clock of one of three replicas.
 */
export async function jumpClock({ seed, postgres }: { seed: number; postgres?: TestPostgres }): Promise<Tally> {
  const tally = createTally(`the clock set a day on and back${postgres === undefined ? '' : ', of one of 3 replicas'}`);
  const startedAt = performance.now();
  for (const byMs of [DAY_MS, -DAY_MS]) await jump(tally, { seed, byMs, postgres });
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

type Jump = { seed: number; byMs: number; postgres: TestPostgres | undefined };

async function jump(tally: Tally, { seed, byMs, postgres }: Jump): Promise<void> {
  const name = byMs > 0 ? 'a day on' : 'a day back';
  const world = await startFaultWorld({
    coldsend: { rateLimits: [LIMIT] },
    rateLimit: `${LIMIT.requests}/${LIMIT.seconds}`,
  });
  const site =
    postgres === undefined
      ? await startSqliteSite(world, readRows)
      : await startPostgresSite(world, readRows, postgres, createSeededRandom(seed));
  try {
    await world.prepare(site.url());
    const asked = addressOf(String(seed), 1);
    const waiting = addressOf(String(seed), 2);
    world.coldsend.answerNext({ kind: 'slow', delayMs: ASKED_FOR_MS }, { forAddress: asked });
    world.coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '1' }, { forAddress: waiting });
    await sleep(LIMIT.seconds * 1000);
    const inLine = Array.from({ length: IN_LINE }, (_, index) => addressOf(String(seed), 3 + index));
    const addresses = [asked, waiting, ...inLine];
    // The first of them is the one whose clock is set.
    const urls = site.urls();
    const submit = (address: string, index: number) => world.submit(address, [urls[index % urls.length] ?? '']);
    const first = await submit(asked, 0);
    await world.coldsend.waitFor(({ body, bodyComplete }) => bodyComplete && JSON.stringify(body).includes(asked));
    const others = await Promise.all([waiting, ...inLine].map((address, index) => submit(address, index + 1)));
    const acknowledged = [first, ...others];
    await world.slack.waitFor(
      () => world.reports.announcements(waiting).find(({ text }) => /^Waiting/.test(text)),
      'the announcement that it waits',
    );
    await site.bot().shiftClock(byMs);
    await world.reports.waitFor(addresses, REPORTED_WITHIN_MS).catch((error: unknown) => {
      tally.violations.push(`${name}: ${error instanceof Error ? error.message : error}`);
    });
    const rows = await readAllWhenReported(site.read, addresses, COMMITTED_WITHIN_MS);
    for (const [index, address] of addresses.entries()) {
      const known = { acknowledged: acknowledged[index] ?? false, crashes: [], committed: rows.get(address) };
      const verdict = checkFacts(gatherFacts(world, address, known));
      const violations = verdict.violations.map((violation) => `${name}: ${violation}`);
      countVerdict(tally, { ...verdict, violations }, known.acknowledged);
      if (address === asked && verdict.outcome !== 'added')
        tally.violations.push(`${name}: reported ${verdict.outcome}`);
    }
    const refused = world.coldsend.ledger.filter(
      ({ answered }) => typeof answered === 'object' && answered.status === 429,
    );
    if (refused.length > 0) tally.violations.push(`${name}: ColdSend had to say 429 ${refused.length} times`);
    noteProblems(world, tally);
    tally.trials += 1;
  } finally {
    await site.close();
    await world.close();
  }
}
