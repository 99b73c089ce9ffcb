import type { ColdsendKey, KeyStatus } from './coldsend-key.ts';
import { afterSending, expiresAt, isUsable, nextStep, retryDelayMs, settling } from './next-step.ts';
import type { SendResult } from './outcome.ts';
import {
  type AddInboxRequest,
  type Announcement,
  type ClaimedRequest,
  LeaseLostError,
  type RequestChange,
} from './request.ts';
import type { Passwords, SenderAccount } from './sender-account.ts';

/** A database that refuses ColdSend's answer is asked again this often, at the most. */
const INSIST_EVERY_MS = 1_000;

export type StepDeps = {
  requests: {
    /** Commits a change under the claim's fence. Throws LeaseLostError. */
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
    openPasswords(claimed: ClaimedRequest): Promise<Passwords>;
  };
  keys: {
    find(teamId: string): Promise<ColdsendKey | undefined>;
    open(teamId: string): Promise<OpenKey | undefined>;
    mark(teamId: string, version: number, learned: { status: KeyStatus; missingScopes: string[] }): Promise<unknown>;
  };
  turns: {
    /** Arms the request with the key's next turn, or puts it in line. Throws LeaseLostError. */
    take(
      claimed: ClaimedRequest,
      keyFingerprint: string,
    ): Promise<{ kind: 'armed' | 'waits'; request: ClaimedRequest }>;
    block(keyFingerprint: string, forMs: number): Promise<void>;
  };
  delivery: Delivery;
  /** Asks `maySend` right before the first byte goes out. */
  addSenderAccount(apiKey: string, account: SenderAccount, maySend: () => boolean): Promise<SendResult>;
  /** Called once the passwords of a request are wiped, so that no freed byte of them stays. */
  eraseFreed(): Promise<void>;
  /** False once another process may have claimed the request: then nothing may be sent or posted for it here. */
  isHeld(claimed: ClaimedRequest): boolean;
  onStep(request: AddInboxRequest, step: string): void;
  /** An outcome was committed, so many milliseconds after the submission. */
  onSettled(outcome: string, ms: number): void;
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  random(): number;
};

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
  /** Sends a request that was armed just now, with its turn taken. */
  sendArmed(armed: ClaimedRequest): AfterStep;
} {
  const { requests, keys, turns, delivery, now } = deps;
  return { doStep, sendArmed };

  async function doStep(request: ClaimedRequest): AfterStep {
    const key = request.state === 'announced' ? await keys.find(request.teamId) : undefined;
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
    if (announced.kind === 'later') return tryDeliveryLater(request, announced.retryAfterMs);
    const announcement = announced.kind === 'announced' ? announced.announcement : undefined;
    return requests.advance(request, { state: 'announced', announcement, tries: 0 });
  }

  async function send(request: ClaimedRequest): AfterStep {
    const key = await keys.open(request.teamId);
    if (key === undefined) return waitForKey(request);
    const turn = await turns.take(request, key.fingerprint);
    return turn.kind === 'armed' ? post(turn.request, key) : showAndRelease(turn.request);
  }

  async function sendArmed(armed: ClaimedRequest): AfterStep {
    deps.onStep(armed, 'send');
    const key = await keys.open(armed.teamId);
    return key === undefined || key.status === 'refused' ? waitForKey(armed) : post(armed, key);
  }

  async function post(armed: ClaimedRequest, key: OpenKey): AfterStep {
    const passwords = await requests.openPasswords(armed);
    const result = await deps.addSenderAccount(key.apiKey, { ...armed.account, ...passwords }, () =>
      deps.isHeld(armed),
    );
    const change = afterSending(armed, result, now(), deps.random());
    if (change.state === 'settled') {
      const settled = await settle(armed, change);
      await noteKey(armed.teamId, key.version, result);
      return settled;
    }
    const waiting = await insist(armed, change);
    if (waiting.waitsFor === 'rate_limited') await turns.block(key.fingerprint, waiting.notBefore - now());
    return showAndRelease(waiting);
  }

  async function noteKey(teamId: string, version: number, result: SendResult): Promise<void> {
    if (result.kind === 'key_refused') {
      await keys.mark(teamId, version, { status: 'refused', missingScopes: result.missingScopes });
    } else if (result.kind === 'added' || result.kind === 'exists' || result.kind === 'refused') {
      const key = await keys.find(teamId);
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
    if (isUsable(await keys.find(request.teamId))) {
      return requests.advance(waiting, { waitsFor: undefined, notBefore: now() });
    }
    return showAndRelease(waiting);
  }

  async function settle(request: ClaimedRequest, change: RequestChange): Promise<ClaimedRequest> {
    const settled = await insist(request, change);
    if (settled.outcome !== undefined) deps.onSettled(settled.outcome.kind, now() - settled.acceptedAt);
    await deps.eraseFreed();
    return settled;
  }

  async function reply(request: ClaimedRequest): AfterStep {
    mustBeHeld(request);
    const replied = await delivery.reply(request);
    switch (replied.kind) {
      case 'replied':
        return insist(request, { replyTs: replied.ts, tries: 0 });
      case 'moved':
        return requests.advance(request, { announcement: replied.announcement });
      case 'nowhere':
        return tellInForm(request);
      case 'later':
        return tryDeliveryLater(request, replied.retryAfterMs);
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
    if (refreshed.kind === 'later') return tryDeliveryLater(request, refreshed.retryAfterMs);
    return release(request, { state: 'told', toldAt: now() });
  }

  /** The wait is committed; that people see it is not worth more than one try. */
  async function showAndRelease(waiting: ClaimedRequest): AfterStep {
    mustBeHeld(waiting);
    await delivery.refresh(waiting);
    return release(waiting, {});
  }

  function tryDeliveryLater(request: ClaimedRequest, retryAfterMs: number | undefined): AfterStep {
    const waitMs = retryAfterMs ?? retryDelayMs(request.tries, deps.random());
    return release(request, { notBefore: now() + waitMs, tries: request.tries + 1 });
  }

  async function release(request: ClaimedRequest, change: RequestChange): Promise<undefined> {
    await requests.advance(request, change, { release: true });
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
