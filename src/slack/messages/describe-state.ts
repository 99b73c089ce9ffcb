import type { AddInboxRequest, WaitsFor } from '../../add-inbox/request.ts';
import {
  ADDED_BUT,
  ADDING,
  NOT_ALLOWED_ANY_MORE,
  nextTry,
  OUTCOME_STATES,
  PASSWORDS_UNREADABLE,
  type State,
  WAITING_TO_ADD,
  WAITS,
  WAITS_FOR_CLIENT_KEY,
} from '../sentences.ts';
import { slackDate } from '../slack-date.ts';
import { describeStatus } from './describe-status.ts';

/** Where a request stands, at a glance. */
export type DescribedState = State & {
  /** What else there is to know, as mrkdwn of ours; '' where there is nothing. */
  words: string;
  /** What ColdSend calls the inbox's status, foreign. */
  status: string | undefined;
};

/** Whether it is being added, waits, or how it ended. */
export function describeState({ outcome, waitsFor, notBefore, client }: AddInboxRequest): DescribedState {
  if (outcome?.kind === 'added') {
    const isUsable = !['PAUSED', 'DISABLED'].includes(outcome.account.overall_status);
    const state = isUsable ? OUTCOME_STATES.added : ADDED_BUT;
    return { ...state, words: '', status: describeStatus(outcome.account.overall_status) };
  }
  if (outcome?.kind === 'refused' && outcome.lostRight !== undefined) {
    return { ...NOT_ALLOWED_ANY_MORE, words: '', status: undefined };
  }
  if (outcome?.kind === 'expired' && outcome.why !== undefined) {
    return { ...PASSWORDS_UNREADABLE, words: '', status: undefined };
  }
  if (outcome !== undefined) return { ...OUTCOME_STATES[outcome.kind], words: '', status: undefined };
  if (waitsFor === undefined) return { ...ADDING, words: '', status: undefined };
  return { ...WAITING_TO_ADD, words: sayWhatFor(waitsFor, notBefore, client), status: undefined };
}

/** What waits for a key has no time of its next try: it goes on when somebody stores one. */
function sayWhatFor(waitsFor: WaitsFor, notBefore: number, client: string): string {
  if (waitsFor === 'key') return client === '' ? WAITS.key : WAITS_FOR_CLIENT_KEY;
  return `${WAITS[waitsFor]} ${nextTry(slackDate(notBefore, 'time'))}`;
}
