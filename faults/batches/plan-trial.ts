import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';
import type { Death } from '../world/sites.ts';

/** One person with one list. */
export type ListPlan = {
  /** Where the person adds it. On the page, they also fix what failed. */
  where: 'slack' | 'page';
  rows: number;
  /** How ColdSend answers some of the rows, by their place. */
  troubles: Map<number, 'login_failed' | 'lost_answer'>;
  /** Presses "Stop the rest" so long after the card is there. */
  stopsAfterMs: number | undefined;
  /** Tries again after the bot died, where nobody said that the inboxes are being added. */
  triesAgain: boolean;
  /** Presses "Add … inboxes" on the page so often at once. */
  presses: number;
};

export type TrialPlan = {
  lists: ListPlan[];
  coldsendTakesMs: number;
  /** While the rows are checked; between that and the confirmation; from the confirmation on. */
  stage: 'preview' | 'draft' | 'confirm';
  /** The next processes die too; their points count from their start. */
  deaths: Death[];
  /** Once all is over: for each round in which failed rows are fixed, from when they are sent. */
  fixes: Death[];
};

/** About as many commits and network writes does one row make, and all else of a batch. */
const POINTS_OF_ROW = 5;
const POINTS_OF_BATCH = 40;

const CONFIRM_OFTEN = Array.from({ length: 6 }, () => 'confirm' as const);

const POINTS_OF_PREVIEW = 20;
const POINTS_OF_FIX = 60;

const AT_ONCE: Death = { fault: undefined, ms: 0 };

/** Until the rows, the card and the thread are done. */
const MAX_PATH_MS = 3_000;

export function planTrial(seed: number): TrialPlan {
  const random = createSeededRandom(seed);
  const lists = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => planList(random));
  const points = lists.reduce((sum, { rows }) => sum + rows * POINTS_OF_ROW + POINTS_OF_BATCH, 0);
  const stage = random.pick<TrialPlan['stage']>(['preview', 'draft', ...CONFIRM_OFTEN]);
  const first = planDeath(random, stage === 'preview' ? POINTS_OF_PREVIEW * lists.length : points, 'request');
  const later = Array.from({ length: random.pick([0, 1, 1, 2]) }, () => planDeath(random, points, 'now'));
  const deaths = [stage === 'draft' ? AT_ONCE : first, ...later];
  const fixes = Array.from({ length: random.pick([1, 1, 2]) }, () => planDeath(random, POINTS_OF_FIX, 'request'));
  return { lists, coldsendTakesMs: random.pick([0, 5, 40, 150]), stage, deaths, fixes };
}

function planList(random: SeededRandom): ListPlan {
  const where = random.pick<ListPlan['where']>(['slack', 'page', 'page']);
  const rows = random.between(10, 30);
  const troubles: ListPlan['troubles'] = new Map();
  for (let row = 0; row < rows; row += 1) {
    if (random.next() < 0.15) troubles.set(row, random.pick(['login_failed', 'login_failed', 'lost_answer']));
  }
  const stopsAfterMs = random.next() < 0.25 ? random.between(0, 600) : undefined;
  return { where, rows, troubles, stopsAfterMs, triesAgain: random.next() < 0.7, presses: random.pick([1, 2, 2, 3]) };
}

function planDeath(random: SeededRandom, points: number, since: 'now' | 'request'): Death {
  const ms = random.between(0, MAX_PATH_MS);
  if (random.next() < 0.3) return { fault: undefined, ms };
  return { fault: { at: random.between(1, points), side: random.pick(['before', 'after']), since }, ms: MAX_PATH_MS };
}
