import { parseArgs } from 'node:util';
import { writeVendorFile } from '../playground/vendor-file.ts';
import { type Cost, measureAlone, measureBot } from './batches/costs.ts';
import { countUpdates } from './batches/count-updates.ts';
import { measureRealBot } from './batches/real-bot.ts';
import { simulateBatch } from './batches/simulate-batch.ts';

/*
 * `npm run bench:batches`: what many inboxes at once cost, against their bounds; a table on stdout. `--quick` shows that it runs.
 */

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const { quick } = options;
const ROUNDS = quick ? 1 : 5;
const FILE = writeVendorFile(quick ? 100 : 5_000);

console.log('| what | measured: median (min–max) | bound |  |\n|---|---|---|---|');
await compareCosts();
const { peakMb, slowestAckMs, acks } = await measureRealBot(FILE);
show('peak memory of the real bot above idle', [peakMb], { most: 60, unit: 'MB' });
show(`slowest of ${acks} commands acknowledged meanwhile`, [slowestAckMs], { most: 300, unit: 'ms' });
const { rows, seconds, allowedSeconds, refused, messages, updates } = await simulateBatch(quick ? 20 : 500);
const what = `${rows} rows: ${seconds.toFixed(0)} s, of ${allowedSeconds.toFixed(0)} s that 95 % of the limit allow`;
show(`${what} (${refused} refused by it)`, [seconds / allowedSeconds], { most: 1.02, unit: '×' });
show(`messages of ${rows} rows`, [messages], { most: 15, unit: '' });
show(`updates of the card of ${rows} rows`, [updates], { most: 60, unit: '' });
show('updates of the card of 5,000 rows', [countUpdates(5_000)], { most: 60, unit: '' });

/** In turn, so that what disturbs the machine disturbs all of them. */
async function compareCosts(): Promise<void> {
  const rounds: { bot: Cost & { blockedMs: number }; alone: Cost; again: Cost }[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const measured = { bot: await measureBot(FILE), alone: await measureAlone(FILE), again: await measureAlone(FILE) };
    if (round >= 0) rounds.push(measured);
  }
  const bot = rounds.map((round) => round.bot.cpuMs);
  const alone = rounds.map((round) => round.alone.cpuMs);
  show('read, checked, sealed, committed: CPU', bot, { unit: 'ms' });
  show('csv-parse, zod, AES-GCM and one transaction alone: CPU', alone, { unit: 'ms' });
  show(
    'the ratio',
    rounds.map((round) => round.bot.cpuMs / round.alone.cpuMs),
    { most: 3, unit: '×' },
  );
  show(
    'the ratio in time',
    rounds.map((round) => round.bot.ms / round.alone.ms),
    { most: 3, unit: '×' },
  );
  show(
    'A/A: the second by itself',
    rounds.map((round) => round.again.cpuMs / round.alone.cpuMs),
    { unit: '×' },
  );
  show(
    'longest block of the event loop',
    rounds.map((round) => round.bot.blockedMs),
    { most: 50, unit: 'ms' },
  );
}

function show(what: string, values: number[], { most, unit }: { most?: number; unit: string }): void {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const [least = 0, largest = 0] = [sorted[0], sorted.at(-1)];
  const spread = values.length === 1 ? '' : ` (${round(least)}–${round(largest)})`;
  const judged =
    most === undefined || quick ? '– | ' : `≤ ${most} ${unit} | ${median <= most ? 'reached' : '**missed**'}`;
  console.log(`| ${what} | ${round(median)} ${unit}${spread} | ${judged} |`);
}

function round(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
