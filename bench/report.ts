import type { Results } from './bench.ts';
import type { Measured } from './lab.ts';
import { type Subject, TITLES } from './subjects.ts';
import type { Workload } from './workloads.ts';

const NAMES: Record<Workload, string> = {
  command: '`/add-inbox` to `views.open`',
  mistake: 'submission with a mistake',
  submission: 'good submission to the ack',
  job: 'the whole main job',
  forged: 'forged request',
};

const MAX_FLOOD_MB = 150;

/** The results as Markdown: the targets first, then everything that was measured. */
export function renderReport(results: Results): string {
  return [renderPeers(results), renderTargets(results), renderLoads(results), renderRest(results)]
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** One column of the comparison with the peers. The bounds are for one person at a time, and for more. */
type Column = { name: string; workload: Workload; of(round: Measured): number; alone: number; many: number };

const COLUMNS: Column[] = [
  { name: 'ack CPU', workload: 'submission', of: ({ cpuMs }) => cpuMs, alone: 1, many: 0.8 },
  { name: 'ack p50', workload: 'submission', of: ({ ack }) => ack.p50, alone: 1, many: 0.8 },
  { name: 'job CPU', workload: 'job', of: ({ cpuMs }) => cpuMs, alone: 0.8, many: 0.8 },
  { name: 'reply p50', workload: 'job', of: ({ arrival }) => arrival.p50, alone: 0.8, many: 0.8 },
];

const FLOOR_BOUND = 2.5;

/** `bound` replaces those of the columns. */
type Pair = { mine: Subject; other: Subject; note?: string; bound?: number };

/** Who keeps every bound against each peer on its database keeps it against the best one. */
const PAIRS: Pair[] = [
  { mine: 'sqlite', other: 'better-sqlite3' },
  { mine: 'postgres', other: 'graphile-worker' },
  { mine: 'postgres', other: 'pg-boss' },
  { mine: 'sqlite', other: 'durable-floor', note: `, all ≤ ${FLOOR_BOUND}`, bound: FLOOR_BOUND },
  { mine: 'again', other: 'sqlite', note: ': the noise', bound: Number.POSITIVE_INFINITY },
  { mine: 'postgres-again', other: 'postgres', note: ': the noise', bound: Number.POSITIVE_INFINITY },
];

/** The bot ÷ those with the same promise, with one person at a time / with more. What misses its bound is bold. */
function renderPeers(results: Results): string[] {
  const { concurrencies } = results.options;
  const at = concurrencies.map((concurrency) => `@${concurrency}`).join(' / ');
  const bounds = COLUMNS.map(
    (column) => `${column.name} ${at}, ≤ ${concurrencies.map((each) => boundOf(column, each)).join(' / ')}`,
  );
  const { subjects } = results.options;
  const rows = PAIRS.filter(({ mine, other }) => subjects.includes(mine) && subjects.includes(other));
  return [
    `| bot ÷ peer | ${bounds.join(' | ')} |`,
    `|---|${COLUMNS.map(() => '---|').join('')}`,
    ...rows.map((pair) => {
      const cells = COLUMNS.map((column) =>
        concurrencies.map((each) => peerCell(results, pair, column, each)).join(' / '),
      );
      return `| ${TITLES[pair.mine]} ÷ ${TITLES[pair.other]}${pair.note ?? ''} | ${cells.join(' | ')} |`;
    }),
  ];
}

function peerCell(results: Results, { mine, other, bound }: Pair, column: Column, concurrency: number): string {
  const [bot, peer] = [mine, other].map((each) => roundsOf(results, column.workload, concurrency, each).map(column.of));
  const ratio = ratios(bot ?? [], peer ?? []);
  if (ratio.length === 0) return '–';
  const isMissed = results.options.judges && median(ratio) > (bound ?? boundOf(column, concurrency));
  return isMissed ? `**${spread(ratio, 2)}**` : spread(ratio, 2);
}

function boundOf({ alone, many }: Column, concurrency: number): number {
  return concurrency === 1 ? alone : many;
}

type Row = { work: string; bot: string; against: string; ratio: number[]; target: number };

function renderTargets(results: Results): string[] {
  const rows = [
    cpuRow(results, 'command', 'bolt', 0.6),
    arrivalRow(results),
    cpuRow(results, 'mistake', 'bolt', 0.8),
    cpuRow(results, 'forged', 'floor', 1.5),
    startRow(results),
    ...memoryRows(results),
    ...fullRows(results),
    backlogRow(results),
  ].filter((row) => row !== undefined);
  return [
    '| work | bot (SQLite) | against | ratio: median (min–max) | target |  |',
    '|---|---|---|---|---|---|',
    ...rows.map(({ work, bot, against, ratio, target }) => {
      const reached = judge(results, median(ratio) <= target);
      return `| ${work} | ${bot} | ${against} | ${spread(ratio, 2)} | ≤ ${target} | ${reached} |`;
    }),
    ...replyLines(results),
    ...floodLines(results),
  ];
}

function cpuRow(results: Results, workload: Workload, other: Subject, target: number, mine: Subject = 'sqlite') {
  const concurrency = mainConcurrency(results);
  const bot = cpuOf(roundsOf(results, workload, concurrency, mine));
  const against = cpuOf(roundsOf(results, workload, concurrency, other));
  if (bot.length === 0 || against.length === 0) return undefined;
  const work = `${NAMES[workload]}, CPU${mine === 'sqlite' ? '' : ` (${TITLES[mine]})`}`;
  return {
    work,
    bot: `${fixed(median(bot), 3)} ms`,
    against: `${fixed(median(against), 3)} ms (${TITLES[other]})`,
    ratio: ratios(bot, against),
    target,
  };
}

function arrivalRow(results: Results): Row | undefined {
  const concurrency = mainConcurrency(results);
  const bot = roundsOf(results, 'command', concurrency, 'sqlite').map(({ arrival }) => arrival.p50);
  const bolt = roundsOf(results, 'command', concurrency, 'bolt').map(({ arrival }) => arrival.p50);
  if (bot.length === 0 || bolt.length === 0) return undefined;
  return {
    work: `${NAMES.command}, p50`,
    bot: `${fixed(median(bot), 2)} ms`,
    against: `${fixed(median(bolt), 2)} ms (${TITLES.bolt})`,
    ratio: ratios(bot, bolt),
    target: 0.6,
  };
}

function startRow(results: Results): Row | undefined {
  const bot = startsOf(results, 'sqlite').map(({ readyMs }) => readyMs);
  if (bot.length === 0) return undefined;
  const bolt = startsOf(results, 'bolt').map(({ readyMs }) => readyMs);
  return {
    work: 'spawn to ready, existing database',
    bot: `${fixed(median(bot), 0)} ms`,
    against: `${fixed(median(bolt), 0)} ms (${TITLES.bolt})`,
    ratio: ratios(bot, bolt),
    target: 1.5,
  };
}

function memoryRows(results: Results): Row[] {
  const botIdle = startsOf(results, 'sqlite').map(({ idleRssMb }) => idleRssMb);
  const boltIdle = startsOf(results, 'bolt').map(({ idleRssMb }) => idleRssMb);
  const rows: Row[] = [];
  if (botIdle.length > 0) {
    rows.push({
      work: 'RSS idle',
      bot: `${fixed(median(botIdle), 0)} MB`,
      against: `${fixed(median(boltIdle), 0)} MB (${TITLES.bolt})`,
      ratio: ratios(botIdle, boltIdle),
      target: 1.5,
    });
  }
  const [bot] = memoryOf(results, 'sqlite');
  const [bolt] = memoryOf(results, 'bolt');
  if (bot === undefined || bolt === undefined) return rows;
  rows.push({
    work: 'RSS saturated',
    bot: `${fixed(bot.saturated, 0)} MB`,
    against: `${fixed(bolt.saturated, 0)} MB (${TITLES.bolt})`,
    ratio: ratios([bot.saturated], [bolt.saturated]),
    target: 0.8,
  });
  const count = results.options.memoryRequests.toLocaleString('en');
  for (const [what, [first, second]] of [
    ['commands', bot.after],
    ['forged requests', bot.afterForged],
  ] as const) {
    if (first === undefined || second === undefined) continue;
    rows.push({
      work: `RSS after ${count} more ${what}`,
      bot: `${fixed(second, 0)} MB`,
      against: `${fixed(first, 0)} MB (after the first ${count})`,
      ratio: ratios([second], [first]),
      target: 1.05,
    });
  }
  return rows;
}

/** Floods of strangers: how much memory they can make the bot take. */
function floodLines(results: Results): string[] {
  const floods = memoryOf(results, 'sqlite')[0]?.floods;
  if (floods === undefined) return [];
  return [
    ['8 forged bodies in chunks of one byte', floods.chunks] as const,
    ['2,000 connections left open after a forged body of 256 KiB', floods.idle] as const,
  ].map(([what, growth]) => {
    const reached = judge(results, growth <= MAX_FLOOD_MB);
    return `| RSS more under ${what} | ${fixed(growth, 0)} MB | – | – | ≤ ${MAX_FLOOD_MB} MB | ${reached} |`;
  });
}

function fullRows(results: Results): Row[] {
  return (['command', 'mistake', 'submission', 'job', 'forged'] as const)
    .map((workload) => cpuRow(results, workload, 'many', 1.1, 'full'))
    .filter((row) => row !== undefined);
}

function backlogRow({ backlog }: Results): Row | undefined {
  if (backlog === undefined) return undefined;
  const { requests, seconds, allowedSeconds, refused } = backlog;
  return {
    work: `a backlog of ${requests} (${refused} refused by the limit)`,
    bot: `${fixed(seconds, 0)} s`,
    against: `${fixed(allowedSeconds, 0)} s (what the limit allows)`,
    ratio: [seconds / allowedSeconds],
    target: 1.05,
  };
}

/** The reply's latency is in milliseconds and no ratio, and Slack's own time in it is taken off. */
function replyLines(results: Results): string[] {
  const { slackDelayMs } = results.options;
  const rounds = roundsOf(results, 'job', 1, 'sqlite');
  if (rounds.length === 0) return [];
  // On the way to the reply Slack is waited for twice: who it is, and the announcement.
  const own = rounds.map(({ arrival }) => arrival.p50 - 2 * slackDelayMs);
  const reached = judge(results, median(own) <= 10);
  const work = 'submission to the reply in the thread, p50, one person at a time, less Slack and ColdSend';
  return [`| ${work} | ${spread(own, 1)} ms | – | – | ≤ 10 ms | ${reached} |`];
}

function renderLoads(results: Results): string[] {
  return [
    '| work | at once | subject | requests/s | CPU ms | CPU ÷ bare Bolt | CPU ÷ floor | ack p50 | ack p99 | arrival p50 | arrival p99 |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...results.loads.map(({ workload, concurrency, subject, rounds }) => {
      const against = (other: Subject) =>
        spread(ratios(cpuOf(rounds), cpuOf(roundsOf(results, workload, concurrency, other))), 2);
      const cell = (read: (measured: Measured) => number, digits: number) => spread(rounds.map(read), digits);
      const hasArrival = rounds.some(({ arrival }) => arrival.p50 > 0);
      return `| ${[
        NAMES[workload],
        concurrency,
        TITLES[subject],
        cell(({ perSecond }) => perSecond, 0),
        cell(({ cpuMs }) => cpuMs, 3),
        subject === 'bolt' ? '1' : against('bolt'),
        subject === 'floor' ? '1' : against('floor'),
        cell(({ ack }) => ack.p50, 2),
        cell(({ ack }) => ack.p99, 2),
        hasArrival ? cell(({ arrival }) => arrival.p50, 2) : '–',
        hasArrival ? cell(({ arrival }) => arrival.p99, 2) : '–',
      ].join(' | ')} |`;
    }),
  ];
}

function renderRest({ starts, memory }: Results): string[] {
  return [
    '| subject | spawn to ready, ms | CPU to ready, ms | RSS idle, MB | RSS saturated, MB |',
    '|---|---|---|---|---|',
    ...starts.map(({ subject, rounds }) => {
      const saturated = memory.find((each) => each.subject === subject)?.rounds.map((each) => each.saturated) ?? [];
      return `| ${[
        TITLES[subject],
        spread(
          rounds.map(({ readyMs }) => readyMs),
          0,
        ),
        spread(
          rounds.map(({ cpuMs }) => cpuMs),
          0,
        ),
        spread(
          rounds.map(({ idleRssMb }) => idleRssMb),
          0,
        ),
        saturated.length === 0 ? '–' : spread(saturated, 0),
      ].join(' | ')} |`;
    }),
  ];
}

function judge({ options }: Results, isReached: boolean): string {
  if (!options.judges) return '';
  return isReached ? 'reached' : '**missed**';
}

/** 16 at once, where that was measured. */
function mainConcurrency({ options }: Results): number {
  return options.concurrencies.includes(16) ? 16 : Math.max(...options.concurrencies);
}

function roundsOf({ loads }: Results, workload: Workload, concurrency: number, subject: Subject): Measured[] {
  const found = loads.find(
    (load) => load.workload === workload && load.concurrency === concurrency && load.subject === subject,
  );
  return found?.rounds ?? [];
}

function startsOf({ starts }: Results, subject: Subject) {
  return starts.find((each) => each.subject === subject)?.rounds ?? [];
}

function memoryOf({ memory }: Results, subject: Subject) {
  return memory.find((each) => each.subject === subject)?.rounds ?? [];
}

function cpuOf(rounds: Measured[]): number[] {
  return rounds.map(({ cpuMs }) => cpuMs);
}

/** Round by round: what disturbs the machine disturbs both. Empty where one of them was not measured. */
function ratios(mine: number[], theirs: number[]): number[] {
  return theirs.length === 0 ? [] : mine.map((value, round) => value / (theirs[round] ?? Number.NaN));
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function spread(values: number[], digits: number): string {
  if (values.length === 0) return '–';
  if (values.length === 1) return fixed(median(values), digits);
  return `${fixed(median(values), digits)} (${fixed(Math.min(...values), digits)}–${fixed(Math.max(...values), digits)})`;
}

function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}
