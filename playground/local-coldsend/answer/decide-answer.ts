import { type AddedAccount, toAddedAccount, toAddedFields } from '../accounts.ts';
import type { Checked } from '../check-request.ts';
import type { Plan } from '../script.ts';
import { type Answer, added, answerAsScripted, exists } from './answer.ts';

export type Decision = {
  answer: Answer;
  /** The account to keep, whatever is answered. */
  toAdd: AddedAccount | undefined;
};

/**
 * What is said and what is done: ColdSend's own answer, but for what the plan says otherwise.
 * `taken`: the customer has the address already. `granted`: the scopes of the key.
 */
export function decideAnswer(
  checked: Checked,
  plan: Plan,
  { taken, granted, nowMs }: { taken: boolean; granted: string[]; nowMs: number },
): Decision {
  const { saying } = plan;
  const tellsOfAccount = saying === undefined || saying.kind === 'added' || saying.kind === 'not_added';
  const scripted = tellsOfAccount ? undefined : answerAsScripted(saying, { granted, nowMs });
  if (!checked.ok) return { answer: scripted ?? checked.refusal, toAdd: undefined };
  if (taken) return { answer: scripted ?? exists(), toAdd: undefined };

  const { status = 200, overallStatus = 'ACTIVE' } = saying?.kind === 'added' ? saying : {};
  const account = toAddedAccount(checked.account, checked.key.name, overallStatus, nowMs);
  const failure = saying?.kind === 'not_added' ? saying.message : undefined;
  const adds = plan.added ?? (tellsOfAccount && failure === undefined);
  return { answer: scripted ?? added(status, toAddedFields(account, failure)), toAdd: adds ? account : undefined };
}
