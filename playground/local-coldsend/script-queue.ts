import { type Plan, planAnswer, type Script } from './script.ts';

/**
 * Which requests a script is for; without `times`, the next one. `forKey` is the key itself. `about`: those that add an inbox, or
 * those about one that was added (test emails and removals).
 */
export type ScriptAim = { times?: number; forAddress?: string; forKey?: string; about?: 'adding' | 'added' };

/** What is known of a request. `address` is undefined before its body is read; `addable`: it passed all checks. */
export type Asking = {
  key: string | undefined;
  address: string | undefined;
  addable: boolean;
  about: 'adding' | 'added';
};

export type ScriptQueue = {
  add(script: Script, aim: ScriptAim): void;
  setAlways(script: Script | undefined, about?: 'adding' | 'added'): void;
  /** The plan for a request that was read, used up once. */
  take(asking: Asking): Plan;
  /** Whether a request is to be reset before its body is read; used up once if so. */
  takeEarlyReset(key: string | undefined): boolean;
  clear(): void;
};

/** First come, first used, among those that are for the request; then the one for always, then ColdSend's own answer. */
export function createScriptQueue(): ScriptQueue {
  const always: { adding?: Plan | undefined; added?: Plan | undefined } = {};
  let queue: { plan: Plan; aim: ScriptAim; timesLeft: number }[] = [];

  const find = (asking: Asking, wanted: (plan: Plan) => boolean): Plan | undefined => {
    const found = queue.find(({ aim, plan }) => isFor(asking, aim) && wanted(plan));
    if (found === undefined) {
      const plan = always[asking.about];
      return plan !== undefined && wanted(plan) ? plan : undefined;
    }
    found.timesLeft -= 1;
    if (found.timesLeft <= 0) queue = queue.filter((entry) => entry !== found);
    return found.plan;
  };

  return {
    add(script, aim) {
      const plan = planAnswer(script);
      if (isEarlyReset(plan) && aim.forAddress !== undefined) {
        throw new Error('a reset before reading comes before the address is known');
      }
      queue.push({ plan, aim, timesLeft: aim.times ?? 1 });
    },
    setAlways(script, about = 'adding') {
      always[about] = script === undefined ? undefined : planAnswer(script);
    },
    take: (asking) =>
      find(asking, (plan) => !isEarlyReset(plan) && (asking.addable || !needsAccount(plan))) ?? planAnswer(undefined),
    takeEarlyReset(key) {
      const asking = { key, address: undefined, addable: false, about: 'adding' } as const;
      const first = queue.find(({ aim }) => isFor(asking, aim))?.plan ?? always.adding;
      return first !== undefined && isEarlyReset(first) && find(asking, isEarlyReset) !== undefined;
    },
    clear() {
      queue = [];
      always.adding = undefined;
      always.added = undefined;
    },
  };
}

function isFor({ key, address, about }: Asking, { forKey, forAddress, about: aimedAt = 'adding' }: ScriptAim): boolean {
  return (
    about === aimedAt &&
    (forKey === undefined || forKey === key) &&
    (forAddress === undefined || forAddress.toLowerCase() === address?.toLowerCase())
  );
}

function isEarlyReset({ delivery }: Plan): boolean {
  return delivery.kind === 'reset' && delivery.when === 'before_reading';
}

function needsAccount({ saying }: Plan): boolean {
  return saying?.kind === 'added' || saying?.kind === 'not_added';
}
