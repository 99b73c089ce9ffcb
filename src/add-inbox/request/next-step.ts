import type { ColdsendKey } from '../keys/coldsend-key.ts';
import { doublingMs } from '../worker/back-off.ts';
import type { NotDone, Outcome, SendResult } from './outcome.ts';
import { type AddInboxRequest, isConfirmedRow, type RequestChange } from './request.ts';

/** A request that could not be sent for this long settles as expired. A batch gets the time that its rate limit needs on top. */
export const EXPIRES_AFTER_MS = 24 * 60 * 60 * 1000;

/** If Slack doesn't accept a request's announcement for this long, the request continues without one. */
const ANNOUNCED_WITHIN_MS = 60 * 60 * 1000;

/** Until this long after the outcome, it is worth retrying to update messages that show an earlier state. */
const SHOWN_WITHIN_MS = 24 * 60 * 60 * 1000;

/** About five minutes of retries. */
export const PATIENT_TRIES = 6;

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 5 * 60_000;

/** The next step of a request, decided from its committed state. */
export type Step =
  | { kind: 'announce' }
  | { kind: 'send' }
  | { kind: 'wait_for_password' }
  | { kind: 'settle'; outcome: Outcome }
  | { kind: 'reply' }
  | { kind: 'finish' }
  | { kind: 'nothing' };

/**
 * The life of a request: accepted → announced → armed → settled → reported. If a request is found armed, the process stopped
 * between arming it and noting the answer. We don't know whether ColdSend got it, so it is never sent again automatically.
 *
 * @param now milliseconds since 1970
 */
export function nextStep(request: AddInboxRequest, now: number): Step {
  switch (request.state) {
    case 'accepted':
    case 'announced':
      if (now >= request.expiresAt) return { kind: 'settle', outcome: expired(request) };
      if (request.state === 'accepted') return { kind: 'announce' };
      return { kind: request.waitsFor === 'password' ? 'wait_for_password' : 'send' };
    case 'armed':
      return { kind: 'settle', outcome: { kind: 'unknown', why: 'interrupted' } };
    case 'settled':
      return request.replyTs === undefined ? { kind: 'reply' } : { kind: 'finish' };
    case 'reported':
      return { kind: 'nothing' };
  }
}

/** A request that a person cancelled expires at that moment, with its outcome. */
function expired({ waitsFor, outcome }: AddInboxRequest): Outcome {
  if (outcome !== undefined) return outcome;
  return waitsFor === 'password' ? { kind: 'expired', why: 'no_password' } : { kind: 'expired' };
}

/**
 * The change to commit after a call to ColdSend: either the outcome, or the request goes back to announced and waits.
 *
 * @param random from 0 to below 1, spreads the retries
 */
export function afterSending(request: AddInboxRequest, result: SendResult, now: number, random: number): RequestChange {
  if (result.kind !== 'not_done') return settling(outcomeOf(result), now);
  const waitMs = result.retryAfterMs ?? retryDelayMs(request.tries, random);
  return {
    state: 'announced',
    waitsFor: result.why satisfies NotDone['why'],
    notBefore: Math.min(now + waitMs, request.expiresAt),
    tries: request.tries + 1,
  };
}

/**
 * Whether its login was checked before sending, or needs no check. The rows of a batch are checked before a person confirms it. A
 * request that waits for a slot or for ColdSend has passed the check.
 */
export function isCheckedBefore(request: AddInboxRequest): boolean {
  const { waitsFor } = request;
  return isConfirmedRow(request) || (waitsFor !== undefined && waitsFor !== 'key');
}

/** The outcome without what it says about the key. */
export function outcomeOf({ provesKey: _, ...outcome }: Exclude<SendResult, NotDone>): Outcome {
  return outcome;
}

/** The change that ends a request with `outcome`. */
export function settling(outcome: Outcome, now: number): RequestChange {
  return { state: 'settled', outcome, settledAt: now, waitsFor: undefined, notBefore: now, tries: 0 };
}

/** Whether to continue without an announcement because Slack doesn't accept it. */
export function isAnnouncedTooLate({ acceptedAt }: AddInboxRequest, now: number): boolean {
  return now >= acceptedAt + ANNOUNCED_WITHIN_MS;
}

/** Whether to leave a message unchanged because Slack doesn't let us edit it. The result is shown below it. */
export function isShownTooLate({ settledAt }: AddInboxRequest, now: number): boolean {
  return settledAt !== undefined && now >= settledAt + SHOWN_WITHIN_MS;
}

/**
 * 5 s, doubling up to 5 min. Each wait varies by up to a fifth, so that many waiting requests are not retried at the same time.
 */
export function retryDelayMs(tries: number, random: number): number {
  return Math.round(doublingMs(tries, FIRST_RETRY_MS, MAX_RETRY_MS) * (0.8 + 0.4 * random));
}

/** Whether requests may be sent with this key. An unchecked key is tried. */
export function isUsable(key: ColdsendKey | undefined): boolean {
  return key !== undefined && key.status !== 'refused' && key.status !== 'unreadable';
}
