import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFacts } from '../judging/check-facts.ts';
import { gatherFacts } from '../judging/gather-facts.ts';
import { noteProblems } from '../judging/note-problems.ts';
import { countVerdict, createTally, type Tally } from '../judging/tally.ts';
import { type Answer, addressOf, startFaultWorld } from '../world/fault-world.ts';
import { prepareBot } from '../world/faulty-bot.ts';
import { readWhenReported } from '../world/read-committed.ts';

const REPORTED_WITHIN_MS = 30_000;
const READINESS_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 5;

/**
 * Fills the disk under a bot on SQLite while requests are under way, and makes room again: what could not be committed was
 * not acknowledged, and what was ends in order. Needs the right to mount a small disk; without it nothing is tried.
 */
export async function fillDisk({ seed, times }: { seed: number; times: number }): Promise<Tally> {
  const tally = createTally('a full disk under SQLite');
  const folder = mountSmallDisk();
  if (folder === undefined) return { ...tally, name: `${tally.name} (not tried: no disk can be mounted here)` };
  const startedAt = performance.now();
  const world = await startFaultWorld();
  const path = join(folder, 'bot.db');
  const bot = prepareBot({ ...world.env, DATABASE_URL: `sqlite:${path}` });
  try {
    const started = await bot.start();
    if (started.kind !== 'ready') throw new Error(`the bot did not start:\n${bot.output()}`);
    await world.prepare(started.url);
    for (let time = 0; time < times; time += 1) {
      const addresses = Array.from({ length: 8 }, (_, index) => addressOf(String(seed), time * 10 + index));
      const answers = new Map<string, Answer>();
      const submit = async (address: string) => answers.set(address, await world.press(address, started.url));
      world.coldsend.answerAlways({ kind: 'slow', delayMs: 300 });
      await Promise.all(addresses.slice(0, 4).map(submit));
      fill(folder);
      await waitForReadiness(started.url, 503);
      await Promise.all(addresses.slice(4).map(submit));
      await sleep(time % 2 === 0 ? 500 : 1_500);
      rmSync(join(folder, 'filler'));
      await waitForReadiness(started.url, 200);
      // Some people Press the button again, others leave it at what they were told.
      const refused = addresses.filter((address) => answers.get(address) !== 'accepted');
      await Promise.all(refused.filter((_address, index) => index % 2 === 0).map(submit));
      const accepted = addresses.filter((address) => answers.get(address) === 'accepted');
      await world.reports.waitFor(accepted, REPORTED_WITHIN_MS);
      for (const address of addresses) {
        const committed = await readWhenReported(path, address);
        const answer = answers.get(address);
        const known = {
          acknowledged: answer === 'accepted',
          crashes: [],
          committed,
        };
        countVerdict(tally, checkFacts(gatherFacts(world, address, known)), known.acknowledged);
      }
      tally.trials += 1;
    }
    noteProblems(world, tally);
  } catch (error) {
    tally.violations.push(error instanceof Error ? error.message : String(error));
  } finally {
    bot.signal('SIGKILL');
    await bot.ended;
    await world.close();
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  }
  tally.seconds = (performance.now() - startedAt) / 1000;
  return tally;
}

function mountSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'inbox-bot-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}

/** The bot may be faster with the last blocks. */
function fill(folder: string): void {
  const block = Buffer.alloc(4_096);
  const filler = openSync(join(folder, 'filler'), 'w');
  try {
    for (;;) writeSync(filler, block);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(filler);
  }
}

/**
 * SQLite's log keeps the room of a commit that failed and of what was checkpointed. With a full disk, commits fit in there for
 * a while, and each look is one.
 */
async function waitForReadiness(url: string, wanted: 200 | 503): Promise<void> {
  for (const deadline = performance.now() + READINESS_WITHIN_MS; ; ) {
    const { status } = await fetch(`${url}/readyz`);
    if (status === wanted) return;
    if (performance.now() > deadline) throw new Error(`/readyz still answers ${status} instead of ${wanted}`);
    await sleep(LOOK_EVERY_MS);
  }
}
