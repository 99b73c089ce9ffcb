import type { Tally } from '../judging/tally.ts';
import { type KillOptions, killInWorlds } from '../world/kill-in-worlds.ts';
import type { Death } from '../world/sites.ts';
import { planTrial, type TrialPlan } from './plan-trial.ts';
import { readBatches } from './read-batches.ts';
import { runTrial } from './run-trial.ts';

/**
 * Kills the bot while people add many inboxes, in Slack or on the secure page, and fix there what failed, once or more a trial until
 * all is over. Everything about a trial follows from its seed, but for what the machine's timing adds.
 */
export function killWithBatches(options: KillOptions): Promise<Tally> {
  return killInWorlds(options, {
    subject: 'many inboxes',
    trialsPerWorld: 10,
    // Lists of all sizes wait for each other, and for their slots.
    world: { hasPage: true, rateLimit: '40/1' },
    read: readBatches,
    runTrial(place, seed) {
      const plan = planTrial(seed);
      return runTrial(place, seed, options.freezes ? withoutPoints(plan) : plan);
    },
  });
}

/** A freeze comes at a random moment. */
function withoutPoints({ deaths, fixes, ...plan }: TrialPlan): TrialPlan {
  const atRandom = ({ ms }: Death): Death => ({ fault: undefined, ms });
  return { ...plan, deaths: deaths.map(atRandom), fixes: fixes.map(atRandom) };
}
