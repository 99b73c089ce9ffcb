import type { BatchRow } from '../../add-inbox/batch/batch.ts';
import { isHeldBack, type Outcome } from '../../add-inbox/request/outcome.ts';
import { oneLine } from '../blocks/foreign-text.ts';
import { BATCH_THREAD_PROBLEMS, type RowProblem } from '../sentences/batches.ts';
import { LOGIN_CHECK } from '../sentences/logins.ts';
import { FACTS } from '../sentences/thread.ts';
import { type Fact, listLogin, listReasons, toLine } from '../thread/outcome-facts.ts';

export type DescribedProblem = {
  /** Words of ours. */
  title: string;
  /** The next step. Words of ours. */
  next: string;
  /** ColdSend's words, or more about the problem, in one line; '' where there are none. Foreign text. */
  said: string;
};

/** Why a row of a batch needs a person; undefined where it does not. */
export function describeProblem(row: BatchRow): DescribedProblem | undefined {
  const problem = explainProblem(row);
  return problem && { ...problem, said: toLine(problem.said) };
}

/** The same, with the name of who says it apart, as the label. */
export function explainProblem({
  outcome,
  account,
}: BatchRow): (Omit<DescribedProblem, 'said'> & { said: Fact }) | undefined {
  const problem = outcome && findProblem(outcome);
  if (problem === undefined || outcome === undefined) return undefined;
  const [check, ...halves] = listLogin(outcome, account);
  const values = [check?.value, halves.map(({ value }) => value).join(' · ')];
  const checked = check === undefined ? [] : [{ ...check, value: values.filter(Boolean).join(' ') }];
  const [first = NOTHING, ...more] = [...listReasons(outcome), ...checked];
  const hasSpeaker = SPEAKERS.includes(first.label);
  const told = [hasSpeaker ? first.value : toLine(first), ...more.map(toLine)];
  // Some reasons quote the address. Without it, the same reason reads the same for all rows.
  const facts = told.map((fact) => oneLine(fact).replaceAll(account.email_address, '…'));
  const said = { label: hasSpeaker ? first.label : '', value: facts.join(' · ') };
  return { ...BATCH_THREAD_PROBLEMS[problem], said };
}

const SPEAKERS: readonly string[] = [FACTS.coldsendSaid, LOGIN_CHECK.title];

const NOTHING: Fact = { label: '', value: '' };

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
