import type { Passwords, SenderAccount } from '../account/sender-account.ts';
import { type ColdsendKey, type KeyName, type KeyStatus, keyNameOf } from '../keys/coldsend-key.ts';
import type { LostRight } from '../people/person.ts';
import {
  afterSending,
  expiresAt,
  isAnnouncedTooLate,
  isShownTooLate,
  isUsable,
  nextStep,
  PATIENT_TRIES,
  retryDelayMs,
  type Step,
  settling,
} from './next-step.ts';
import type { Outcome, SendResult } from './outcome.ts';
import {
  type AddInboxRequest,
  type Announcement,
  type ClaimedRequest,
  LeaseLostError,
  PasswordsUnreadableError,
  PasswordsWipedError,
  type RequestChange,
} from './request.ts';

/** A database that refuses ColdSend's answer is asked again this often, at the most. */
const INSIST_EVERY_MS = 1_000;

/** Out of the line, and to be sent at once with the key there is now. Only for what was not sent. */
export const SEND_ANEW: RequestChange = { state: 'announced', waitsFor: undefined, notBefore: 0 };

export type StepDeps = {
  requests: {
    /** Commits a change under the claim's fence. Throws LeaseLostError. */
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
    /** Throws PasswordsWipedError, PasswordsUnreadableError. */
    openPasswords(claimed: ClaimedRequest): Promise<Passwords>;
  };
  keys: {
    find(name: KeyName): Promise<ColdsendKey | undefined>;
    open(name: KeyName): Promise<OpenKey | undefined>;
    mark(teamId: string, version: number, learned: { status: KeyStatus; missingScopes: string[] }): Promise<unknown>;
  };
  /** Whether who asked for it may still add inboxes, as far as Slack said a moment ago. */
  checkRight(request: AddInboxRequest): Promise<RightToAdd>;
  turns: {
    /** Arms the request with the key's next turn, or puts it in line. Throws LeaseLostError. */
    take(claimed: ClaimedRequest, keyFingerprint: string): Promise<Turn>;
    block(keyFingerprint: string, forMs: number): Promise<void>;
    /** Called when what was armed with a turn goes out: where that is later than the windows allow for, it counts from now on. */
    noteSending(armed: ClaimedRequest, turn: TakenTurn): Promise<void>;
  };
  delivery: Delivery;
  /** Asks `maySend` right before the first byte goes out. */
  addSenderAccount(apiKey: string, account: SenderAccount, maySend: () => boolean): Promise<SendResult>;
  /** False once another process may have claimed the request: then nothing may be sent or posted for it here. */
  isHeld(claimed: ClaimedRequest): boolean;
  /** `step`: what is done next; `told` once nothing is. */
  onStep(request: AddInboxRequest, step: Step['kind'] | 'told'): void;
  /** An outcome was committed, so many milliseconds after the submission. */
  onSettled(outcome: string, ms: number): void;
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  random(): number;
};

/** Of a key. Times are milliseconds since 1970. */
export type TakenTurn = {
  keyFingerprint: string;
  /** By `now`; it was taken then, or a little after. */
  takenAt: number;
  /** From when on it counts, by the clock that all replicas share. */
  countsFrom: number;
};

/**
 * `armed`: in one commit with its turn. `waits`: others are first, or the key's limits are reached; `request.notBefore` is about
 * when its turn will come.
 */
export type Turn =
  | { kind: 'armed'; request: ClaimedRequest; turn: TakenTurn }
  | { kind: 'waits'; request: ClaimedRequest };

/** `unknown`: Slack did not say who they are. */
export type RightToAdd = { kind: 'may' } | { kind: 'lost'; why: LostRight } | { kind: 'unknown' };

export type OpenKey = { apiKey: string; fingerprint: string; version: number; status: KeyStatus };

/**
 * `later` means that nothing is known to have been shown; `nowhere` that the bot can post in no place at all. `isHeld` is asked
 * right before the first byte of each call of Slack; where it says no, LeaseLostError is thrown.
 */
export type Delivery = {
  announce(
    request: AddInboxRequest,
    isHeld: () => boolean,
  ): Promise<{ kind: 'announced'; announcement: Announcement } | NotDelivered>;
  reply(
    request: AddInboxRequest,
    isHeld: () => boolean,
  ): Promise<{ kind: 'replied'; ts: string } | { kind: 'moved'; announcement: Announcement } | NotDelivered>;
  /** Makes the announcement and the still open form show the request as it is now; can be repeated. */
  refresh(request: AddInboxRequest, isHeld: () => boolean): Promise<{ kind: 'refreshed' } | NotDelivered>;
};

export type NotDelivered = { kind: 'nowhere' } | { kind: 'later'; retryAfterMs: number | undefined };

/** The request to go on with, or undefined where it was given back. */
export type AfterStep = Promise<ClaimedRequest | undefined>;

/**
 * Does what `nextStep` decides, and commits it. Both functions throw LeaseLostError where the request is another's by now,
 * and whatever the database throws.
 */
export function createDoStep(deps: StepDeps): {
  /** One step of a request that this process holds. */
  doStep(request: ClaimedRequest): AfterStep;
  /** Sends a request that was armed just now, with this turn. */
  sendArmed(armed: ClaimedRequest, turn: TakenTurn): AfterStep;
} {
  const { requests, keys, turns, delivery, now } = deps;
  return { doStep, sendArmed };

  async function doStep(request: ClaimedRequest): AfterStep {
    const key = request.state === 'announced' ? await keys.find(keyNameOf(request)) : undefined;
    const step = nextStep(request, key, now());
    deps.onStep(request, step.kind);
    switch (step.kind) {
      case 'announce':
        return announce(request);
      case 'send':
        return send(request);
      case 'wait_for_key':
        return waitForKey(request);
      case 'settle':
        return settle(request, settling(step.outcome, now()));
      case 'reply':
        return reply(request);
      case 'finish':
        return finish(request);
      case 'nothing':
        return release(request, {});
    }
  }

  async function announce(request: ClaimedRequest): AfterStep {
    const announced = await delivery.announce(request, held(request));
    if (announced.kind === 'later') {
      if (!isAnnouncedTooLate(request, now())) return tryLater(request, announced.retryAfterMs);
      return insist(request, { state: 'announced', tries: 0 });
    }
    const announcement = announced.kind === 'announced' ? announced.announcement : undefined;
    return insist(request, { state: 'announced', announcement, tries: 0 });
  }

  async function send(request: ClaimedRequest): AfterStep {
    let prepared: Prepared;
    let turn: Turn;
    try {
      prepared = await prepare(request);
      if (prepared.kind === 'not_now') return prepared.next;
      turn = await turns.take(request, prepared.key.fingerprint);
    } catch (error) {
      // The commit may have armed it all the same.
      return notSent(request, error);
    }
    const { key } = prepared;
    if (turn.kind === 'armed') return post(turn.request, prepared, turn.turn);
    // A key that was stored between our look and this commit has not taken this request out of the old one's line.
    const current = await keys.find(keyNameOf(request));
    if (current?.version !== key.version) return requests.advance(turn.request, SEND_ANEW);
    return showAndRelease(turn.request);
  }

  async function sendArmed(armed: ClaimedRequest, turn: TakenTurn): AfterStep {
    deps.onStep(armed, 'send');
    let prepared: Prepared;
    try {
      prepared = await prepare(armed, turn.keyFingerprint);
    } catch (error) {
      return notSent(armed, error);
    }
    return prepared.kind === 'not_now' ? prepared.next : post(armed, prepared, turn);
  }

  /** Looks up all that sending needs, so that nothing is left to fail between arming and the first byte. */
  async function prepare(request: ClaimedRequest, turnOf?: string): Promise<Prepared> {
    const key = await keys.open(keyNameOf(request));
    if (key === undefined || key.status === 'refused') return notNow(await waitForKey(request));
    if (turnOf !== undefined && key.fingerprint !== turnOf) return notNow(await insist(request, SEND_ANEW));
    const passwords = await openPasswords(request);
    if ('kind' in passwords) return notNow(await settle(request, settling(passwords, now())));
    const right = await deps.checkRight(request);
    if (right.kind === 'lost') return notNow(await settle(request, settling(refusedHere(right.why), now())));
    if (right.kind === 'unknown') return notNow(await sendLater(request));
    return { kind: 'ready', key, passwords };
  }

  async function sendLater(request: ClaimedRequest): AfterStep {
    const later = { ...tried(request, undefined), state: 'announced', waitsFor: undefined } as const;
    await insist(request, later, { release: true });
    return undefined;
  }

  /** Something failed before the first byte: as long as we hold the request we know that, and it must not end as unknown. */
  function notSent(request: ClaimedRequest, error: unknown): AfterStep {
    if (error instanceof LeaseLostError) throw error;
    deps.onError(request, error);
    return sendLater(request);
  }

  async function post(armed: ClaimedRequest, { key, passwords }: Ready, turn: TakenTurn): AfterStep {
    let begun = false;
    const maySend = () => {
      if (!deps.isHeld(armed)) return false;
      begun = true;
      turns.noteSending(armed, turn).catch((error: unknown) => deps.onError(armed, error));
      return true;
    };
    let result: SendResult;
    try {
      result = await deps.addSenderAccount(key.apiKey, { ...armed.account, ...passwords }, maySend);
    } catch (error) {
      if (begun) throw error;
      return notSent(armed, error);
    }
    const change = afterSending(armed, result, now(), deps.random());
    if (change.state === 'settled') {
      const settled = await settle(armed, change);
      await noteKey(armed, key.version, result);
      return settled;
    }
    const waiting = await insist(armed, change);
    if (waiting.waitsFor === 'rate_limited') {
      const blocked = turns.block(key.fingerprint, waiting.notBefore - now());
      await blocked.catch((error: unknown) => deps.onError(waiting, error));
    }
    return showAndRelease(waiting);
  }

  /** The passwords, or how the request ends without them: wiped where the workspace left in between. */
  async function openPasswords(armed: ClaimedRequest): Promise<Passwords | Extract<Outcome, { kind: 'expired' }>> {
    try {
      return await requests.openPasswords(armed);
    } catch (error) {
      if (error instanceof PasswordsWipedError) return { kind: 'expired' };
      if (error instanceof PasswordsUnreadableError) return { kind: 'expired', why: 'passwords_unreadable' };
      throw error;
    }
  }

  async function noteKey(request: ClaimedRequest, version: number, result: SendResult): Promise<void> {
    const { teamId } = request;
    if (result.kind === 'key_refused') {
      await keys.mark(teamId, version, { status: 'refused', missingScopes: result.missingScopes });
    } else if (result.kind === 'added' || (result.kind !== 'not_done' && result.provesKey)) {
      const key = await keys.find(keyNameOf(request));
      if (key?.status !== 'works') await keys.mark(teamId, version, { status: 'works', missingScopes: [] });
    }
  }

  async function waitForKey(request: ClaimedRequest): AfterStep {
    const waiting = await requests.advance(request, {
      state: 'announced',
      waitsFor: 'key',
      notBefore: expiresAt(request),
    });
    // A key that was stored between our look and this commit has not set this request going: look again.
    const key = await keys.find(keyNameOf(request));
    if (isUsable(key)) return requests.advance(waiting, { waitsFor: undefined, notBefore: now() });
    // Where an operator mends the one that can't be read, nobody stores another.
    return showAndRelease(waiting, key?.status === 'unreadable' ? tried(waiting, undefined) : {});
  }

  async function settle(request: ClaimedRequest, change: RequestChange): Promise<ClaimedRequest> {
    const settled = await insist(request, change);
    if (settled.outcome !== undefined) deps.onSettled(settled.outcome.kind, now() - settled.acceptedAt);
    return settled;
  }

  async function reply(request: ClaimedRequest): AfterStep {
    const replied = await delivery.reply(request, held(request));
    switch (replied.kind) {
      case 'replied':
        return insist(request, { replyTs: replied.ts, tries: 0 });
      case 'moved':
        return insist(request, { announcement: replied.announcement });
      case 'nowhere':
        return tellInForm(request);
      case 'later':
        return replyLater(request, replied.retryAfterMs);
    }
  }

  /** A result stays due until it is told. Once Slack has not taken it for minutes, the form shows it. */
  async function replyLater(request: ClaimedRequest, retryAfterMs: number | undefined): AfterStep {
    if (request.tries === PATIENT_TRIES) await delivery.refresh(request, held(request));
    return tryLater(request, retryAfterMs);
  }

  /** The form, where it is still open, is the only place there is: worth one try. */
  async function tellInForm(request: ClaimedRequest): AfterStep {
    const told = { state: 'told', toldAt: now() } as const;
    await delivery.refresh({ ...request, ...told }, held(request));
    return release(request, told);
  }

  async function finish(request: ClaimedRequest): AfterStep {
    const refreshed = await delivery.refresh(request, held(request));
    const isLater = refreshed.kind === 'later' && !isShownTooLate(request, now());
    if (isLater) return tryLater(request, refreshed.retryAfterMs);
    return release(request, { state: 'told', toldAt: now() });
  }

  /** The wait is committed, and stays as long as it is; that people see it is not worth more than one try. */
  async function showAndRelease(waiting: ClaimedRequest, change: RequestChange = {}): AfterStep {
    try {
      await delivery.refresh(waiting, held(waiting));
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      deps.onError(waiting, error);
    }
    await insist(waiting, change, { release: true });
    return undefined;
  }

  function tryLater(request: ClaimedRequest, retryAfterMs: number | undefined): AfterStep {
    if (request.tries >= PATIENT_TRIES) deps.onError(request, new NotTakenError());
    return release(request, tried(request, retryAfterMs));
  }

  function tried(request: ClaimedRequest, retryAfterMs: number | undefined): RequestChange {
    const waitMs = retryAfterMs ?? retryDelayMs(request.tries, deps.random());
    return { notBefore: now() + waitMs, tries: request.tries + 1 };
  }

  async function release(request: ClaimedRequest, change: RequestChange): Promise<undefined> {
    await requests.advance(request, change, { release: true });
    if (change.state === 'told') deps.onStep({ ...request, ...change }, 'told');
  }

  function held(request: ClaimedRequest): () => boolean {
    return () => deps.isHeld(request);
  }

  /** Commits what ColdSend or Slack has done, however long the database refuses: as long as we live, it is not forgotten. */
  async function insist(
    request: ClaimedRequest,
    change: RequestChange,
    options?: { release?: boolean },
  ): Promise<ClaimedRequest> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await requests.advance(request, change, options);
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        deps.onError(request, error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** tries, INSIST_EVERY_MS)));
      }
    }
  }
}

/** What is to be shown for a request has not been taken for minutes. */
class NotTakenError extends Error {
  readonly code = 'not_taken';
  constructor() {
    super('a message of a request was refused');
    this.name = 'NotTakenError';
  }
}

type Ready = { kind: 'ready'; key: OpenKey; passwords: Passwords };

/** `not_now`: something else was done instead of sending; `next` is what to go on with. */
type Prepared = Ready | { kind: 'not_now'; next: ClaimedRequest | undefined };

function notNow(next: ClaimedRequest | undefined): Prepared {
  return { kind: 'not_now', next };
}

function refusedHere(lostRight: LostRight): Outcome {
  return { kind: 'refused', reason: '', fields: [], lostRight };
}
