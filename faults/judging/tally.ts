import type { Verdict } from './facts.ts';

/** What a campaign counts. */
export type Tally = {
  name: string;
  trials: number;
  kills: number;
  requests: number;
  acknowledged: number;
  outcomes: Record<string, number>;
  repeatedReplies: number;
  repeatedAnnouncements: number;
  /** Submissions that were answered late or never; they do not count as acknowledged. */
  lateAnswers: number;
  /** fsyncs that failed, by the file's name. */
  failedSyncs: Record<string, number>;
  /** What submissions were answered with while fsync failed, pressed again or not. */
  answers: Record<string, number>;
  violations: string[];
  /** Where processes died, or what struck their connections, and how often. */
  diedAt: Record<string, number>;
  seconds: number;
};

export function createTally(name: string): Tally {
  return {
    name,
    trials: 0,
    kills: 0,
    requests: 0,
    acknowledged: 0,
    outcomes: {},
    repeatedReplies: 0,
    repeatedAnnouncements: 0,
    lateAnswers: 0,
    failedSyncs: {},
    answers: {},
    violations: [],
    diedAt: {},
    seconds: 0,
  };
}

export type OnTrial = (seed: number, violations: string[], tally: Tally) => void;

/** Names the seed of a trial in all that was found since there were `before` violations. */
export function endTrial(tally: Tally, seed: number, before: number, onTrial?: OnTrial): void {
  tally.trials += 1;
  const found = tally.violations.splice(before).map((violation) => `seed ${seed}: ${violation}`);
  tally.violations.push(...found);
  onTrial?.(seed, found, tally);
}

export function countVerdict(tally: Tally, verdict: Verdict, acknowledged: boolean): void {
  tally.requests += 1;
  if (acknowledged) tally.acknowledged += 1;
  const outcome = verdict.outcome ?? 'not accepted';
  tally.outcomes[outcome] = (tally.outcomes[outcome] ?? 0) + 1;
  tally.repeatedReplies += verdict.repeatedReplies;
  tally.repeatedAnnouncements += verdict.repeatedAnnouncements;
  tally.violations.push(...verdict.violations);
}

export function countDeath(tally: Tally, place: string): void {
  tally.kills += 1;
  countOne(tally.diedAt, place);
}

export function countOne(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
