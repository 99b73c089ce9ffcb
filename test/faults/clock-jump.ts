import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFacts } from './check-facts.ts';
import { addressOf, startFaultWorld } from './fault-world.ts';
import { prepareBot } from './faulty-bot.ts';
import { gatherFacts } from './gather-facts.ts';
import { noteProblems } from './note-problems.ts';
import { readWhenTold } from './read-committed.ts';
import { countVerdict, createTally, type Tally } from './tally.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A request that waits for its next try has that within seconds, whatever the clock says. */
const TOLD_WITHIN_MS = 20_000;

/** So few that some stand in line when the clock jumps; the local ColdSend holds the bot to it by a clock that does not. */
const LIMIT = { requests: 3, seconds: 3 };
const IN_LINE = 5;

/**
 * Sets the clock of a running bot a day on or back while ColdSend is being asked, while a request waits for its next try
 * and others for their turn. Set on, what waits may expire, for that is what its clock says; set back, it must not wait for a
 * day. Either way ColdSend's limits are kept.
 */
export async function jumpClock({ seed }: { seed: number }): Promise<Tally> {
  const tally = createTally('the clock set a day on and back');
  const startedAt = performance.now();
  for (const byMs of [DAY_MS, -DAY_MS]) await jump(tally, seed, byMs);
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

async function jump(tally: Tally, seed: number, byMs: number): Promise<void> {
  const name = byMs > 0 ? 'a day on' : 'a day back';
  const world = await startFaultWorld({
    coldsend: { rateLimits: [LIMIT] },
    rateLimit: `${LIMIT.requests}/${LIMIT.seconds}`,
  });
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-faults-'));
  const path = join(folder, 'bot.db');
  const bot = prepareBot({ ...world.env, DATABASE_URL: `sqlite:${path}` });
  try {
    const started = await bot.start();
    if (started.kind !== 'ready') throw new Error(`the bot did not start:\n${bot.output()}`);
    await world.prepare(started.url);
    const asked = addressOf(String(seed), 1);
    const waiting = addressOf(String(seed), 2);
    world.coldsend.answerNext({ kind: 'slow', delayMs: 400 }, { forAddress: asked });
    world.coldsend.answerNext({ kind: 'server_error', status: 503, retryAfter: '1' }, { forAddress: waiting });
    await sleep(LIMIT.seconds * 1000);
    const inLine = Array.from({ length: IN_LINE }, (_, index) => addressOf(String(seed), 3 + index));
    const addresses = [asked, waiting, ...inLine];
    const acknowledged = await Promise.all(addresses.map((address) => world.submit(address, [started.url])));
    await world.slack.waitFor(
      () => world.told.announcements(waiting).find(({ text }) => /^Waiting/.test(text)),
      'the announcement that it waits',
    );
    await bot.shiftClock(byMs);
    await world.told.waitFor(addresses, TOLD_WITHIN_MS).catch((error: unknown) => {
      tally.violations.push(`${name}: ${error instanceof Error ? error.message : error}`);
    });
    for (const [index, address] of addresses.entries()) {
      const committed = await readWhenTold(path, address);
      const known = { acknowledged: acknowledged[index] ?? false, crashes: [], committed };
      const verdict = checkFacts(gatherFacts(world, address, known));
      const violations = verdict.violations.map((violation) => `${name}: ${violation}`);
      countVerdict(tally, { ...verdict, violations }, known.acknowledged);
      if (address === asked && verdict.outcome !== 'added') tally.violations.push(`${name}: told ${verdict.outcome}`);
    }
    const refused = world.coldsend.ledger.filter(
      ({ answered }) => typeof answered === 'object' && answered.status === 429,
    );
    if (refused.length > 0) tally.violations.push(`${name}: ColdSend had to say 429 ${refused.length} times`);
    noteProblems(world, tally);
    tally.trials += 1;
  } finally {
    bot.signal('SIGKILL');
    await bot.ended;
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
