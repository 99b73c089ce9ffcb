import type { FaultWorld } from '../world/fault-world.ts';
import type { Tally } from './tally.ts';

/**
 * What the local Slack complains of is a violation, but for answers that took more than 3 s: a process that is dead, frozen or
 * has a busy machine gives them late or not at all, and nothing counts as acknowledged then.
 */
export function noteProblems(world: FaultWorld, tally: Tally): void {
  for (const problem of world.slack.problems.splice(0)) {
    if (/was not acknowledged within/.test(problem)) tally.lateAnswers += 1;
    else tally.violations.push(`Slack complains: ${problem}`);
  }
}
