import type { OwnerName } from '../../add-inbox/keys/key-owner.ts';
import type { Outcome } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest, WaitsFor } from '../../add-inbox/request/request.ts';
import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { slackDate } from '../blocks/slack-date.ts';
import type { State } from '../sentences/common.ts';
import {
  ADDED_BUT,
  CANCELLED,
  CANCELLED_BY,
  EXPIRED_STATES,
  GOOD_STATUSES,
  HELD_BACK,
  NOT_ALLOWED_ANY_MORE,
  OUTCOME_STATES,
  REMOVED,
  STATUS_WORDS,
  TROUBLE_STATES,
} from '../sentences/outcomes.ts';
import {
  ADDING,
  FACTS,
  nextTry,
  WAITING_FOR_PASSWORD,
  WAITING_TO_ADD,
  WAITS,
  WAITS_FOR_CLIENT_KEY,
} from '../sentences/thread.ts';

/** The state of a request, in a few words. */
type DescribedState = State & {
  /** Further details as mrkdwn of ours; '' where there are none. */
  words: string;
  /** ColdSend's word for the inbox's status; foreign text. */
  status: string | undefined;
};

/** Says that a request is being added, that it waits, or how it ended. */
export function describeState({ outcome, waitsFor, notBefore, keyName }: AddInboxRequest): DescribedState {
  if (outcome?.kind === 'added') {
    if (outcome.closed === 'removed') return { ...REMOVED, words: '', status: undefined };
    const { overall_status } = outcome.account;
    const state = GOOD_STATUSES.includes(normalizeStatus(overall_status)) ? OUTCOME_STATES.added : ADDED_BUT;
    return { ...state, words: '', status: nameStatus(overall_status) };
  }
  if (outcome?.kind === 'stopped' && outcome.cancelledBy !== undefined) {
    return { ...CANCELLED, words: CANCELLED_BY(`<@${outcome.cancelledBy}>`), status: undefined };
  }
  if (outcome !== undefined) return { ...stateOf(outcome), words: '', status: undefined };
  if (waitsFor === undefined) return { ...ADDING, words: '', status: undefined };
  const state = waitsFor === 'password' ? WAITING_FOR_PASSWORD : WAITING_TO_ADD;
  return { ...state, words: sayWhatFor(waitsFor, notBefore, keyName), status: undefined };
}

function stateOf(outcome: Outcome): State {
  if (outcome.kind === 'expired' && outcome.why !== undefined) return EXPIRED_STATES[outcome.why];
  if (outcome.kind !== 'refused') return OUTCOME_STATES[outcome.kind];
  if (outcome.lostPermission !== undefined) return NOT_ALLOWED_ANY_MORE;
  if (outcome.isHeldBack) return HELD_BACK;
  return outcome.trouble === undefined ? OUTCOME_STATES.refused : TROUBLE_STATES[outcome.trouble.kind];
}

/** A request that waits for a person has no time for its next try. */
function sayWhatFor(waitsFor: WaitsFor, notBefore: number, owner: OwnerName): string {
  if (waitsFor === 'key') return owner.kind === 'client' ? WAITS_FOR_CLIENT_KEY : WAITS.key;
  if (waitsFor === 'password') return WAITS.password;
  return `${WAITS[waitsFor]} ${nextTry(slackDate(notBefore, 'time'))}`;
}

/** ColdSend's `overall_status` unchanged, with its name. Foreign text. */
function nameStatus(overallStatus: string): string {
  return `${FACTS.overall_status}: ${showStatus(overallStatus)}`;
}

/** ColdSend's `overall_status` unchanged, with an explanation for each documented value. Foreign text. */
export function explainStatus(overallStatus: string): string {
  const known = normalizeStatus(overallStatus);
  const words = Object.hasOwn(STATUS_WORDS, known) ? STATUS_WORDS[known] : undefined;
  const status = showStatus(overallStatus);
  return words === undefined ? status : `${status} (${words})`;
}

function showStatus(overallStatus: string): string {
  return truncate(oneLine(overallStatus), 250) || FACTS.noStatus;
}

/** ColdSend documents the values in capital letters but does not promise them. */
export function normalizeStatus(overallStatus: string): string {
  return overallStatus.trim().toUpperCase();
}
