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

/** How often to look for requests that are due, or that another replica left behind. */
const POLL_MS = 1_000;

export type RequestStore = {
  claimDue(limit: number): Promise<ClaimedRequest[]>;
  renew(claimed: ClaimedRequest[]): Promise<string[]>;
  advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
  openPasswords(claimed: ClaimedRequest): Promise<Passwords>;
};

export type KeyStore = {
  find(teamId: string): Promise<ColdsendKey | undefined>;
  open(teamId: string): Promise<{ apiKey: string; version: number } | undefined>;
  mark(teamId: string, version: number, learned: { status: KeyStatus; missingScopes: string[] }): Promise<unknown>;
};

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

export type WorkerDeps = {
  requests: RequestStore;
  keys: KeyStore;
  delivery: Delivery;
  addSenderAccount(apiKey: string, account: SenderAccount): Promise<SendResult>;
  /** Called once the passwords of a request are wiped, so that no freed byte of them stays. */
  eraseFreed(): Promise<void>;
  onStep(request: AddInboxRequest, step: string): void;
  /** An outcome was committed, so many milliseconds after the submission. */
  onSettled(outcome: string, ms: number): void;
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  random(): number;
  maxAtOnce: number;
  renewEveryMs: number;
};

export type Worker = {
  start(): void;
  /** Works on a request that this process has just accepted and already holds. */
  take(claimed: ClaimedRequest): void;
  /** Looks for due requests at once. */
  wake(): void;
  /** Claims nothing more and resolves when no request is being worked on, at the latest after `graceMs`. */
  stop(graceMs: number): Promise<void>;
};

/** Carries requests through their life: claims them, does what `nextStep` says, commits, and goes on. */
export function createWorker(deps: WorkerDeps): Worker {
  const { requests, keys, delivery, now } = deps;
  const running = new Map<string, { claimed: ClaimedRequest; done: Promise<void> }>();
  /** Requests held but not worked on (too many at once, or a surprise); given back as soon as the database takes it. */
  const toGiveBack = new Map<string, ClaimedRequest>();
  let stopping = false;
  let polling: Promise<void> | undefined;
  let pollTimer: NodeJS.Timeout | undefined;
  let renewTimer: NodeJS.Timeout | undefined;

  return { start, take, wake, stop };

  function start(): void {
    pollTimer = setInterval(wake, POLL_MS);
    renewTimer = setInterval(() => void renewLeases(), deps.renewEveryMs);
    wake();
  }

  function take(claimed: ClaimedRequest): void {
    if (stopping || running.size >= deps.maxAtOnce) {
      toGiveBack.set(claimed.id, claimed);
      wake();
      return;
    }
    const done = run(claimed).finally(() => {
      running.delete(claimed.id);
      wake();
    });
    running.set(claimed.id, { claimed, done });
  }

  function wake(): void {
    polling ??= poll().finally(() => {
      polling = undefined;
    });
  }

  async function poll(): Promise<void> {
    try {
      for (const claimed of toGiveBack.values()) await giveBack(claimed);
      while (!stopping && running.size < deps.maxAtOnce) {
        const wanted = deps.maxAtOnce - running.size;
        const claimed = await requests.claimDue(wanted);
        for (const each of claimed) take(each);
        if (claimed.length < wanted) return;
      }
    } catch (error) {
      deps.onError(undefined, error);
    }
  }

  async function giveBack(claimed: ClaimedRequest): Promise<void> {
    try {
      await requests.advance(claimed, { notBefore: claimed.notBefore }, { release: true });
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw error;
    }
    toGiveBack.delete(claimed.id);
  }

  async function run(claimed: ClaimedRequest): Promise<void> {
    let current: ClaimedRequest | undefined = claimed;
    let last = claimed;
    try {
      while (current !== undefined) {
        last = current;
        const entry = running.get(claimed.id);
        if (entry !== undefined) entry.claimed = current;
        current = await step(current);
      }
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      deps.onError(last, error);
      toGiveBack.set(last.id, { ...last, notBefore: now() + retryDelayMs(last.tries, deps.random()) });
    }
  }

  /** Does one step and commits it. Returns the request to go on with, or undefined where it was given back. */
  async function step(request: ClaimedRequest): Promise<ClaimedRequest | undefined> {
    if (stopping && request.state !== 'settled') return release(request, {});
    const key = request.state === 'announced' ? await keys.find(request.teamId) : undefined;
    const next = nextStep(request, key, now());
    deps.onStep(request, next.kind);
    switch (next.kind) {
      case 'announce':
        return announce(request);
      case 'send':
        return send(request);
      case 'wait_for_key':
        return waitForKey(request);
      case 'settle':
        return settle(request, settling(next.outcome, now()));
      case 'reply':
        return reply(request);
      case 'finish':
        return finish(request);
      case 'nothing':
        return release(request, {});
    }
  }

  async function announce(request: ClaimedRequest): Promise<ClaimedRequest | undefined> {
    const announced = await delivery.announce(request);
    if (announced.kind === 'later') return tryDeliveryLater(request, announced.retryAfterMs);
    const announcement = announced.kind === 'announced' ? announced.announcement : undefined;
    return requests.advance(request, { state: 'announced', announcement, tries: 0 });
  }

  async function send(request: ClaimedRequest): Promise<ClaimedRequest | undefined> {
    const key = await keys.open(request.teamId);
    if (key === undefined) return waitForKey(request);
    const passwords = await requests.openPasswords(request);
    const armed = await requests.advance(request, { state: 'armed', waitsFor: undefined });
    const result = await deps.addSenderAccount(key.apiKey, { ...armed.account, ...passwords });
    await noteKey(armed.teamId, key.version, result);
    const change = afterSending(armed, result, now(), deps.random());
    if (change.state === 'settled') return settle(armed, change);
    const waiting = await insist(armed, change);
    await delivery.refresh(waiting);
    return release(waiting, {});
  }

  async function noteKey(teamId: string, version: number, result: SendResult): Promise<void> {
    if (result.kind === 'key_refused') {
      await keys.mark(teamId, version, { status: 'refused', missingScopes: result.missingScopes });
    } else if (result.kind === 'added' || result.kind === 'exists' || result.kind === 'refused') {
      const key = await keys.find(teamId);
      if (key?.status !== 'works') await keys.mark(teamId, version, { status: 'works', missingScopes: [] });
    }
  }

  async function waitForKey(request: ClaimedRequest): Promise<ClaimedRequest | undefined> {
    const waiting = await requests.advance(request, { waitsFor: 'key', notBefore: expiresAt(request) });
    // A key that was stored between our look and this commit has not set this request going: look again.
    if (isUsable(await keys.find(request.teamId)))
      return requests.advance(waiting, { waitsFor: undefined, notBefore: now() });
    await delivery.refresh(waiting);
    return release(waiting, {});
  }

  async function settle(request: ClaimedRequest, change: RequestChange): Promise<ClaimedRequest> {
    const settled = await insist(request, change);
    if (settled.outcome !== undefined) deps.onSettled(settled.outcome.kind, now() - settled.acceptedAt);
    await deps.eraseFreed();
    return settled;
  }

  async function reply(request: ClaimedRequest): Promise<ClaimedRequest | undefined> {
    const replied = await delivery.reply(request);
    switch (replied.kind) {
      case 'replied':
        return requests.advance(request, { replyTs: replied.ts, tries: 0 });
      case 'moved':
        return requests.advance(request, { announcement: replied.announcement });
      case 'nowhere':
        return release(request, { state: 'told', toldAt: now() });
      case 'later':
        return tryDeliveryLater(request, replied.retryAfterMs);
    }
  }

  async function finish(request: ClaimedRequest): Promise<ClaimedRequest | undefined> {
    const refreshed = await delivery.refresh(request);
    if (refreshed.kind === 'later') return tryDeliveryLater(request, refreshed.retryAfterMs);
    return release(request, { state: 'told', toldAt: now() });
  }

  function tryDeliveryLater(request: ClaimedRequest, retryAfterMs: number | undefined): Promise<undefined> {
    const waitMs = retryAfterMs ?? retryDelayMs(request.tries, deps.random());
    return release(request, { notBefore: now() + waitMs, tries: request.tries + 1 });
  }

  async function release(request: ClaimedRequest, change: RequestChange): Promise<undefined> {
    await requests.advance(request, change, { release: true });
  }

  /** Commits what ColdSend answered however long the database refuses: as long as we live, the answer is not lost. */
  async function insist(request: ClaimedRequest, change: RequestChange): Promise<ClaimedRequest> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await requests.advance(request, change);
      } catch (error) {
        if (error instanceof LeaseLostError) throw error;
        deps.onError(request, error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(100 * 2 ** tries, POLL_MS)));
      }
    }
  }

  async function renewLeases(): Promise<void> {
    if (running.size === 0) return;
    try {
      await requests.renew([...running.values()].map(({ claimed }) => claimed));
    } catch (error) {
      deps.onError(undefined, error);
    }
  }

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    clearInterval(pollTimer);
    const allDone = Promise.all([...running.values()].map(({ done }) => done));
    let timer: NodeJS.Timeout | undefined;
    const graceOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([allDone, graceOver]);
    clearTimeout(timer);
    clearInterval(renewTimer);
    await polling;
  }
}
