import type { ColdsendKey } from '../keys/coldsend-key.ts';
import { doublingMs } from '../worker/back-off.ts';
import type { NotDone, Outcome, SendResult } from './outcome.ts';
import type { AddInboxRequest, RequestChange } from './request.ts';

/** A request that could not be sent for this long settles as expired. */
export const EXPIRES_AFTER_MS = 24 * 60 * 60 * 1000;

/** A request whose announcement Slack does not take goes on without one after this long. */
const ANNOUNCED_WITHIN_MS = 60 * 60 * 1000;

/** So long after the outcome, messages that show an earlier state are worth another try. */
const SHOWN_WITHIN_MS = 24 * 60 * 60 * 1000;

/** About five minutes of retries. */
export const PATIENT_TRIES = 6;

const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 5 * 60_000;

/** The next step of a request, decided from its committed state. */
export type Step =
  | { kind: 'announce' }
  | { kind: 'send' }
  | { kind: 'wait_for_key' }
  | { kind: 'settle'; outcome: Outcome }
  | { kind: 'reply' }
  | { kind: 'finish' }
  | { kind: 'nothing' };

/**
 * The life of a request: accepted → announced → armed → settled → reported.
 * A request that is found armed was interrupted between arming and noting the answer: whether ColdSend got it is not
 * known, so it is never sent again on its own.
 *
 * @param key what is stored for the workspace now; undefined where there is none
 * @param now milliseconds since 1970
 */
export function nextStep(request: AddInboxRequest, key: ColdsendKey | undefined, now: number): Step {
  switch (request.state) {
    case 'accepted':
    case 'announced':
      if (now >= expiresAt(request)) return { kind: 'settle', outcome: { kind: 'expired' } };
      if (request.state === 'accepted') return { kind: 'announce' };
      return isUsable(key) ? { kind: 'send' } : { kind: 'wait_for_key' };
    case 'armed':
      return { kind: 'settle', outcome: { kind: 'unknown', why: 'interrupted' } };
    case 'settled':
      return request.replyTs === undefined ? { kind: 'reply' } : { kind: 'finish' };
    case 'reported':
      return { kind: 'nothing' };
  }
}

/**
 * What to commit once ColdSend was asked: the outcome, or that the request goes back to announced and waits.
 *
 * @param random from 0 to below 1, spreads the retries
 */
export function afterSending(request: AddInboxRequest, result: SendResult, now: number, random: number): RequestChange {
  if (result.kind !== 'not_done') return settling(outcomeOf(result), now);
  const waitMs = result.retryAfterMs ?? retryDelayMs(request.tries, random);
  return {
    state: 'announced',
    waitsFor: result.why satisfies NotDone['why'],
    notBefore: Math.min(now + waitMs, expiresAt(request)),
    tries: request.tries + 1,
  };
}

function outcomeOf({ provesKey: _, ...outcome }: Exclude<SendResult, NotDone>): Outcome {
  return outcome;
}

/** The change that ends a request with `outcome`. */
export function settling(outcome: Outcome, now: number): RequestChange {
  return { state: 'settled', outcome, settledAt: now, waitsFor: undefined, notBefore: now, tries: 0 };
}

/** Whether to go on without an announcement that Slack does not take. */
export function isAnnouncedTooLate({ acceptedAt }: AddInboxRequest, now: number): boolean {
  return now >= acceptedAt + ANNOUNCED_WITHIN_MS;
}

/** Whether to leave a message as it is that Slack does not let us change; the result stands below it. */
export function isShownTooLate({ settledAt }: AddInboxRequest, now: number): boolean {
  return settledAt !== undefined && now >= settledAt + SHOWN_WITHIN_MS;
}

/** When a request that is still not sent is given up, in milliseconds since 1970. */
export function expiresAt(request: AddInboxRequest): number {
  return request.acceptedAt + EXPIRES_AFTER_MS;
}

/** 5 s, doubling to 5 min, each spread by a fifth to either side so that many waiting requests do not come at once. */
export function retryDelayMs(tries: number, random: number): number {
  return Math.round(doublingMs(tries, FIRST_RETRY_MS, MAX_RETRY_MS) * (0.8 + 0.4 * random));
}

/** Whether requests may be sent with this key. One that could not be checked yet is tried. */
export function isUsable(key: ColdsendKey | undefined): boolean {
  return key !== undefined && key.status !== 'refused' && key.status !== 'unreadable';
}
