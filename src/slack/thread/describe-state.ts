import type { OwnerName } from '../../add-inbox/keys/key-owner.ts';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest, WaitsFor } from '../../add-inbox/request/request.ts';
import { slackDate } from '../blocks/slack-date.ts';
import type { State } from '../sentences/common.ts';
import {
  ADDED_BUT,
  GOOD_STATUSES,
  NOT_ALLOWED_ANY_MORE,
  OUTCOME_STATES,
  PASSWORDS_UNREADABLE,
  TROUBLE_STATES,
} from '../sentences/outcomes.ts';
import { ADDING, nextTry, WAITING_TO_ADD, WAITS, WAITS_FOR_CLIENT_KEY } from '../sentences/thread.ts';
import { describeStatus, normalizeStatus } from './describe-status.ts';

/** Where a request stands, at a glance. */
export type DescribedState = State & {
  /** What else there is to know, as mrkdwn of ours; '' where there is nothing. */
  words: string;
  /** What ColdSend calls the inbox's status, foreign. */
  status: string | undefined;
};

/** Whether it is being added, waits, or how it ended. */
export function describeState({ outcome, waitsFor, notBefore, keyName }: AddInboxRequest): DescribedState {
  if (outcome?.kind === 'added') {
    const { overall_status } = outcome.account;
    const state = GOOD_STATUSES.includes(normalizeStatus(overall_status)) ? OUTCOME_STATES.added : ADDED_BUT;
    return { ...state, words: '', status: describeStatus(overall_status) };
  }
  if (outcome !== undefined) return { ...stateOf(outcome), words: '', status: undefined };
  if (waitsFor === undefined) return { ...ADDING, words: '', status: undefined };
  return { ...WAITING_TO_ADD, words: sayWhatFor(waitsFor, notBefore, keyName), status: undefined };
}

function stateOf(outcome: Outcome): State {
  if (outcome.kind === 'expired' && outcome.why !== undefined) return PASSWORDS_UNREADABLE;
  if (outcome.kind !== 'refused') return OUTCOME_STATES[outcome.kind];
  if (outcome.lostPermission !== undefined) return NOT_ALLOWED_ANY_MORE;
  return outcome.trouble === undefined ? OUTCOME_STATES.refused : TROUBLE_STATES[outcome.trouble.kind];
}

/** What waits for a key has no time of its next try: it goes on when somebody stores one. */
function sayWhatFor(waitsFor: WaitsFor, notBefore: number, owner: OwnerName): string {
  if (waitsFor === 'key') return owner.kind === 'client' ? WAITS_FOR_CLIENT_KEY : WAITS.key;
  return `${WAITS[waitsFor]} ${nextTry(slackDate(notBefore, 'time'))}`;
}
