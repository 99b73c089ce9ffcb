import { type ColdsendKey, type KeyName, type KeyStatus, keyNameOf } from './coldsend-key.ts';
import { afterSending, expiresAt, isUsable, nextStep, retryDelayMs, type Step, settling } from './next-step.ts';
import type { Outcome, SendResult } from './outcome.ts';
import type { LostRight } from './person.ts';
import {
  type AddInboxRequest,
  type Announcement,
  type ClaimedRequest,
  LeaseLostError,
  PasswordsWipedError,
  type RequestChange,
} from './request.ts';
import type { Passwords, SenderAccount } from './sender-account.ts';
import { LONGEST_MARGIN_MS } from './turns.ts';

/** A database that refuses ColdSend's answer is asked again this often, at the most. */
const INSIST_EVERY_MS = 1_000;

/** Out of the line, and to be sent at once with the key there is now. */
const SEND_ANEW: RequestChange = { state: 'announced', waitsFor: undefined, notBefore: 0 };

export type StepDeps = {
  requests: {
    /** Commits a change under the claim's fence. Throws LeaseLostError. */
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
    /** Throws PasswordsWipedError. */
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
    take(
      claimed: ClaimedRequest,
      keyFingerprint: string,
    ): Promise<{ kind: 'armed' | 'waits'; request: ClaimedRequest }>;
    block(keyFingerprint: string, forMs: number): Promise<void>;
    /** Counts a turn once more, from now on: what was sent with it left later than the windows allow for. */
    countAgain(keyFingerprint: string): Promise<void>;
  };
  delivery: Delivery;
  /** Asks `maySend` right before the first byte goes out. */
  addSenderAccount(apiKey: string, account: SenderAccount, maySend: () => boolean): Promise<SendResult>;
  /** Called once the passwords of a request are wiped, so that no freed byte of them stays. Is not waited for. */
  eraseFreed(): Promise<void>;
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

/** `unknown`: Slack did not say who they are. */
export type RightToAdd = { kind: 'may' } | { kind: 'lost'; why: LostRight } | { kind: 'unknown' };

export type OpenKey = { apiKey: string; fingerprint: string; version: number; status: KeyStatus };

/** `later` means that nothing is known to have been shown; `nowhere` that the bot can post in no place at all. */
export type Delivery = {
  announce(request: AddInboxRequest): Promise<{ kind: 'announced'; announcement: Announcement } | NotDelivered>;
  reply(
    request: AddInboxRequest,
  ): Promise<{ kind: 'replied'; ts: string } | { kind: 'moved'; announcement: Announcement } | NotDelivered>;
  /** Makes the announcement and the still open form show the request as it is now; can be repeated. */
  refresh(request: AddInboxRequest): Promise<{ kind: 'refreshed' } | NotDelivered>;
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
  /** Sends a request that was armed just now, with a turn of this key taken. */
  sendArmed(armed: ClaimedRequest, turnOf: string): AfterStep;
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
    mustBeHeld(request);
    const announced = await delivery.announce(request);
    if (announced.kind === 'later') return tryLater(request, announced.retryAfterMs);
    const announcement = announced.kind === 'announced' ? announced.announcement : undefined;
    return insist(request, { state: 'announced', announcement, tries: 0 });
  }

  async function send(request: ClaimedRequest): AfterStep {
    const key = await keys.open(keyNameOf(request));
    if (key === undefined) return waitForKey(request);
    const right = await deps.checkRight(request);
    if (right.kind === 'lost') return settle(request, settling(refusedHere(right.why), now()));
    if (right.kind === 'unknown') return tryLater(request, undefined);
    const takenAt = now();
    const turn = await turns.take(request, key.fingerprint);
    if (turn.kind === 'armed') return post(turn.request, key, takenAt);
    // A key that was stored between our look and this commit has not taken this request out of the old one's line.
    const current = await keys.find(keyNameOf(request));
    if (current?.version !== key.version) return requests.advance(turn.request, SEND_ANEW);
    return showAndRelease(turn.request);
  }

  async function sendArmed(armed: ClaimedRequest, turnOf: string): AfterStep {
    const takenAt = now();
    deps.onStep(armed, 'send');
    const key = await keys.open(keyNameOf(armed));
    if (key === undefined || key.status === 'refused') return waitForKey(armed);
    if (key.fingerprint !== turnOf) return insist(armed, SEND_ANEW);
    const right = await deps.checkRight(armed);
    if (right.kind === 'lost') return settle(armed, settling(refusedHere(right.why), now()));
    if (right.kind === 'may') return post(armed, key, takenAt);
    return tryLater(await insist(armed, { state: 'announced', waitsFor: undefined }), undefined);
  }

  /** @param takenAt when its turn was taken, or a little before */
  async function post(armed: ClaimedRequest, key: OpenKey, takenAt: number): AfterStep {
    const passwords = await openPasswords(armed);
    // The workspace left in between.
    if (passwords === undefined) return settle(armed, settling({ kind: 'expired' }, now()));
    const result = await deps.addSenderAccount(key.apiKey, { ...armed.account, ...passwords }, () => {
      if (!deps.isHeld(armed)) return false;
      if (now() - takenAt > LONGEST_MARGIN_MS) {
        turns.countAgain(key.fingerprint).catch((error: unknown) => deps.onError(armed, error));
      }
      return true;
    });
    const change = afterSending(armed, result, now(), deps.random());
    if (change.state === 'settled') {
      const settled = await settle(armed, change);
      await noteKey(armed, key.version, result);
      return settled;
    }
    const waiting = await insist(armed, change);
    if (waiting.waitsFor === 'rate_limited') await turns.block(key.fingerprint, waiting.notBefore - now());
    return showAndRelease(waiting);
  }

  async function openPasswords(armed: ClaimedRequest): Promise<Passwords | undefined> {
    try {
      return await requests.openPasswords(armed);
    } catch (error) {
      if (error instanceof PasswordsWipedError) return undefined;
      throw error;
    }
  }

  async function noteKey(request: ClaimedRequest, version: number, result: SendResult): Promise<void> {
    const { teamId } = request;
    if (result.kind === 'key_refused') {
      await keys.mark(teamId, version, { status: 'refused', missingScopes: result.missingScopes });
    } else if (result.kind === 'added' || result.kind === 'exists' || result.kind === 'refused') {
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
    if (isUsable(await keys.find(keyNameOf(request)))) {
      return requests.advance(waiting, { waitsFor: undefined, notBefore: now() });
    }
    return showAndRelease(waiting);
  }

  async function settle(request: ClaimedRequest, change: RequestChange): Promise<ClaimedRequest> {
    const settled = await insist(request, change);
    if (settled.outcome !== undefined) deps.onSettled(settled.outcome.kind, now() - settled.acceptedAt);
    deps.eraseFreed().catch((error: unknown) => deps.onError(settled, error));
    return settled;
  }

  async function reply(request: ClaimedRequest): AfterStep {
    mustBeHeld(request);
    const replied = await delivery.reply(request);
    switch (replied.kind) {
      case 'replied':
        return insist(request, { replyTs: replied.ts, tries: 0 });
      case 'moved':
        return insist(request, { announcement: replied.announcement });
      case 'nowhere':
        return tellInForm(request);
      case 'later':
        return tryLater(request, replied.retryAfterMs);
    }
  }

  /** The form, where it is still open, is the only place there is: worth one try. */
  async function tellInForm(request: ClaimedRequest): AfterStep {
    const told = { state: 'told', toldAt: now() } as const;
    await delivery.refresh({ ...request, ...told });
    return release(request, told);
  }

  async function finish(request: ClaimedRequest): AfterStep {
    mustBeHeld(request);
    const refreshed = await delivery.refresh(request);
    if (refreshed.kind === 'later') return tryLater(request, refreshed.retryAfterMs);
    return release(request, { state: 'told', toldAt: now() });
  }

  /** The wait is committed; that people see it is not worth more than one try. */
  async function showAndRelease(waiting: ClaimedRequest): AfterStep {
    mustBeHeld(waiting);
    await delivery.refresh(waiting);
    return release(waiting, {});
  }

  function tryLater(request: ClaimedRequest, retryAfterMs: number | undefined): AfterStep {
    const waitMs = retryAfterMs ?? retryDelayMs(request.tries, deps.random());
    return release(request, { notBefore: now() + waitMs, tries: request.tries + 1 });
  }

  async function release(request: ClaimedRequest, change: RequestChange): Promise<undefined> {
    await requests.advance(request, change, { release: true });
    if (change.state === 'told') deps.onStep({ ...request, ...change }, 'told');
  }

  function mustBeHeld(request: ClaimedRequest): void {
    if (!deps.isHeld(request)) throw new LeaseLostError(request.id);
  }

  /** Commits what ColdSend or Slack has done, however long the database refuses: as long as we live, it is not forgotten. */
  async function insist(request: ClaimedRequest, change: RequestChange): Promise<ClaimedRequest> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await requests.advance(request, change);
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        deps.onError(request, error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** tries, INSIST_EVERY_MS)));
      }
    }
  }
}

function refusedHere(lostRight: LostRight): Outcome {
  return { kind: 'refused', reason: '', fields: [], lostRight };
}
