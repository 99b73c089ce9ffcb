import type { BatchRow } from '../../add-inbox/batch/batch.ts';
import { isHeldBack, type Outcome } from '../../add-inbox/request/outcome.ts';
import { oneLine } from '../blocks/foreign-text.ts';
import { BATCH_THREAD_PROBLEMS, type RowProblem } from '../sentences/batches.ts';
import { listLogin, listReasons } from '../thread/outcome-facts.ts';

export type DescribedProblem = {
  /** Words of ours. */
  title: string;
  /** The next step. Words of ours. */
  next: string;
  /** ColdSend's words, or more about the problem, in one line; '' where there are none. Foreign text. */
  said: string;
};

/** Why a row of a batch needs a person; undefined where it does not. */
export function describeProblem({ outcome, account }: BatchRow): DescribedProblem | undefined {
  const problem = outcome && findProblem(outcome);
  if (problem === undefined || outcome === undefined) return undefined;
  // Some reasons quote the address. Without it, the same reason reads the same for all rows.
  const [check = '', ...halves] = listLogin(outcome, account);
  const told = [...listReasons(outcome), [check, halves.join(' · ')].join(' ').trim()].filter(Boolean);
  const facts = told.map((fact) => oneLine(fact).replaceAll(account.email_address, '…'));
  return { ...BATCH_THREAD_PROBLEMS[problem], said: facts.join(' · ') };
}

/** Whether a person should look at the row. */
export function isFailed({ outcome }: BatchRow): boolean {
  return outcome !== undefined && findProblem(outcome) !== undefined;
}

function findProblem(outcome: Outcome): RowProblem | undefined {
  switch (outcome.kind) {
    case 'refused':
      if (isHeldBack(outcome)) return 'held_back';
      return outcome.lostPermission === undefined ? (outcome.trouble?.kind ?? 'refused') : 'lost_permission';
    case 'expired':
      return outcome.why ?? 'expired';
    case 'key_refused':
    case 'unknown':
      return outcome.kind;
    case 'added':
    case 'exists':
    case 'stopped':
      return undefined;
  }
}
