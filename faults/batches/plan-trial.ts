import { createSeededRandom, type SeededRandom } from '../world/seeded-random.ts';
import type { Death } from '../world/sites.ts';

/** One person with one list. */
export type ListPlan = {
  rows: number;
  /** How ColdSend answers some of the rows, by their place. */
  troubles: Map<number, 'login_failed' | 'lost_answer'>;
  /** Presses "Stop the rest" so long after the card is there. */
  stopsAfterMs: number | undefined;
  /** Presses "Add … inboxes" again after the bot died, where nobody said that they are being added. */
  pressesAgain: boolean;
};

export type TrialPlan = {
  lists: ListPlan[];
  coldsendTakesMs: number;
  /** While the rows are checked; between the preview and the confirmation; from the confirmation on. */
  stage: 'preview' | 'draft' | 'confirm';
  first: Death;
  /** The next processes die too; their points count from their start. */
  later: Death[];
};

/** About as many commits and network writes does one row make, and all else of a batch. */
const POINTS_OF_ROW = 5;
const POINTS_OF_BATCH = 40;

const CONFIRM_OFTEN = Array.from({ length: 6 }, () => 'confirm' as const);

const POINTS_OF_PREVIEW = 20;

/** Until the rows, the card and the thread are done. */
const MAX_PATH_MS = 3_000;

export function planTrial(seed: number): TrialPlan {
  const random = createSeededRandom(seed);
  const lists = Array.from({ length: random.pick([1, 1, 2, 3]) }, () => planList(random));
  const points = lists.reduce((sum, { rows }) => sum + rows * POINTS_OF_ROW + POINTS_OF_BATCH, 0);
  const stage = random.pick<TrialPlan['stage']>(['preview', 'draft', ...CONFIRM_OFTEN]);
  const first = planDeath(random, stage === 'preview' ? POINTS_OF_PREVIEW * lists.length : points, 'request');
  const later = Array.from({ length: random.pick([0, 1, 1, 2]) }, () => planDeath(random, points, 'now'));
  return { lists, coldsendTakesMs: random.pick([0, 5, 40, 150]), stage, first, later };
}

function planList(random: SeededRandom): ListPlan {
  const rows = random.between(10, 30);
  const troubles: ListPlan['troubles'] = new Map();
  for (let row = 0; row < rows; row += 1) {
    if (random.next() < 0.15) troubles.set(row, random.pick(['login_failed', 'login_failed', 'lost_answer']));
  }
  const stopsAfterMs = random.next() < 0.25 ? random.between(0, 600) : undefined;
  return { rows, troubles, stopsAfterMs, pressesAgain: random.next() < 0.5 };
}

function planDeath(random: SeededRandom, points: number, since: 'now' | 'request'): Death {
  const ms = random.between(0, MAX_PATH_MS);
  if (random.next() < 0.3) return { fault: undefined, ms };
  return { fault: { at: random.between(1, points), side: random.pick(['before', 'after']), since }, ms: MAX_PATH_MS };
}
