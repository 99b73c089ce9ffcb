import { isRefused, type LoginVerdict } from '../account/login-verdict.ts';
import type { Passwords, SenderAccount } from '../account/sender-account.ts';
import type { ColdsendKey, KeyStatus } from '../keys/coldsend-key.ts';
import type { KeyName } from '../keys/key-owner.ts';
import type { LostPermission } from '../people/person.ts';
import type { AfterStep, StepCommits } from './commit-step.ts';
import { isAboutLogin } from './is-about-login.ts';
import { afterSending, isCheckedBefore, isUsable, settling } from './next-step.ts';
import { isHeldBack, type Outcome, type Refusal, type SendResult } from './outcome.ts';
import {
  type AddInboxRequest,
  type ClaimedRequest,
  LeaseLostError,
  PasswordsUnreadableError,
  PasswordsWipedError,
  type RequestChange,
} from './request.ts';

/** Takes the request out of the queue, to be sent at once with the current key. Use it only for a request that was not sent. */
export const SEND_ANEW: RequestChange = { state: 'announced', waitsFor: undefined, notBefore: 0 };

export type SendDeps = {
  requests: {
    /** Commits a change under the claim's fence. Throws LeaseLostError. */
    advance(claimed: ClaimedRequest, change: RequestChange, options?: { release?: boolean }): Promise<ClaimedRequest>;
    find(teamId: string, id: string): Promise<AddInboxRequest | undefined>;
    /** Throws PasswordsWipedError, PasswordsUnreadableError. */
    openPasswords(claimed: ClaimedRequest): Promise<Passwords>;
  };
  keys: {
    find(teamId: string, name: KeyName): Promise<ColdsendKey | undefined>;
    /** Undefined if there is none that can be read. */
    open(teamId: string, name: KeyName): Promise<OpenKey | undefined>;
    mark(teamId: string, version: number, learned: { status: KeyStatus; missingScopes: string[] }): Promise<unknown>;
  };
  /** Whether the person who asked may still add inboxes, according to a recent answer from Slack. */
  checkPermission(request: AddInboxRequest): Promise<PermissionToAdd>;
  slots: {
    /** Arms the request with the key's next slot in one commit, or queues it. Throws LeaseLostError. */
    take(claimed: ClaimedRequest, keyFingerprint: string): Promise<SlotTaken>;
    block(keyFingerprint: string, forMs: number): Promise<void>;
    /**
     * Called when an armed request with a slot is sent. If this is later than the windows allow for, the slot counts from now on.
     */
    recordSend(armed: ClaimedRequest, slot: Slot): Promise<void>;
  };
  /**
   * Logs in to the mailbox, and takes a few seconds at most. Resolves with undefined if the bot is stopping. Left out where the bot
   * logs in to no mailbox.
   */
  checkLogin?: ((request: AddInboxRequest, passwords: Passwords) => Promise<LoginVerdict | undefined>) | undefined;
  /** Calls `isStillOurs` right before the first byte is sent. */
  addSenderAccount(apiKey: string, account: SenderAccount, isStillOurs: () => boolean): Promise<SendResult>;
  /** False once another process may have claimed the request. Then nothing may be sent for it here. */
  isStillOurs(claimed: ClaimedRequest): boolean;
  onError(request: AddInboxRequest | undefined, error: unknown): void;
  now(): number;
  random(): number;
};

/** A key's slot. Times are milliseconds since 1970. */
export type Slot = {
  keyFingerprint: string;
  /** By `now`. The slot was taken at this time or a little later. */
  takenAt: number;
  /** The time from which it counts, by the clock that all replicas share. */
  countsFrom: number;
};

/**
 * `armed`: armed and given a slot in one commit. `waits`: other requests come first, or the key's limits are reached.
 * `request.notBefore` is the estimated time of its slot; for a row of a batch, it is only the time to look again.
 */
export type SlotTaken =
  | { kind: 'armed'; request: ClaimedRequest; slot: Slot }
  | { kind: 'waits'; request: ClaimedRequest };

/** `unknown`: Slack did not give the person's details. `checksLogin`: the workspace wants a check before a request is sent. */
export type PermissionToAdd =
  | { kind: 'may'; checksLogin?: boolean | undefined }
  | { kind: 'lost'; why: LostPermission }
  | { kind: 'unknown' };

export type OpenKey = {
  apiKey: string;
  /** Identifies the key's budget. */
  fingerprint: string;
  version: number;
  status: KeyStatus;
  /** The API of this key has answered that it has no test emails or removals. */
  lacksActions?: boolean;
};

/**
 * Sends a request to ColdSend. It reads everything it needs, arms the request and takes a slot of the key in one commit, posts
 * once, and commits the result. Both functions throw LeaseLostError if another process has claimed the request.
 */
export function createSendRequest(deps: SendDeps, commits: StepCommits) {
  const { requests, keys, slots, now } = deps;
  const { commitUntilTaken, release, settle, showAndRelease, tried } = commits;
  return { send, sendArmed };

  async function send(request: ClaimedRequest): AfterStep {
    let prepared: Prepared;
    let taken: SlotTaken;
    try {
      prepared = await prepare(request);
      if (prepared.kind === 'not_now') return prepared.next;
      taken = await slots.take(request, prepared.key.fingerprint);
    } catch (error) {
      // The commit may have armed it anyway.
      return notSent(request, error);
    }
    const { key } = prepared;
    if (taken.kind === 'armed') return post(taken.request, prepared, taken.slot);
    // A key stored between our check and this commit has not taken this request out of the old key's queue.
    const current = await keys.find(request.teamId, request.keyName);
    if (current?.version !== key.version) return requests.advance(taken.request, SEND_ANEW);
    return showAndRelease(taken.request);
  }

  async function sendArmed(armed: ClaimedRequest, slot: Slot): AfterStep {
    let prepared: Prepared;
    try {
      prepared = await prepare(armed, slot.keyFingerprint);
    } catch (error) {
      return notSent(armed, error);
    }
    return prepared.kind === 'not_now' ? prepared.next : post(armed, prepared, slot);
  }

  /** Reads everything that sending needs, so that nothing can fail between arming and the first byte. */
  async function prepare(request: ClaimedRequest, queuedFor?: string): Promise<Prepared> {
    const key = await keys.open(request.teamId, request.keyName);
    if (key === undefined || key.status === 'refused') return notNow(await waitForKey(request));
    if (queuedFor !== undefined && key.fingerprint !== queuedFor)
      return notNow(await commitUntilTaken(request, SEND_ANEW));
    const passwords = await openPasswords(request);
    if ('kind' in passwords) return notNow(await settle(request, settling(passwords, now())));
    const permission = await deps.checkPermission(request);
    if (permission.kind === 'lost') return notNow(await settle(request, settling(refusedHere(permission.why), now())));
    if (permission.kind === 'unknown') return notNow(await sendLater(request));
    // A request that has its slot is armed. If the process ended during a check, nobody would know that it was not sent.
    const checks = queuedFor === undefined && permission.checksLogin === true && (await needsCheck(request));
    const login = checks ? await checkLogin(request, passwords) : undefined;
    // The next process checks it.
    if (login === 'stopping') return notNow(await release(request, {}));
    if (login !== undefined && isRefused(login)) {
      return notNow(await settle(request, settling(heldBack(login), now())));
    }
    return { kind: 'ready', key, passwords, login };
  }

  /** Where the workspace wants a check before sending. An inbox is held back once: the next try goes to ColdSend. */
  async function needsCheck(request: ClaimedRequest): Promise<boolean> {
    return !isCheckedBefore(request) && !(await wasHeldBack(request));
  }

  /** Whether a person has sent it anyway, and ColdSend has not refused the login since. */
  async function wasHeldBack({ teamId, retryOf }: AddInboxRequest): Promise<boolean> {
    const before = retryOf === undefined ? undefined : await requests.find(teamId, retryOf);
    if (before === undefined || isHeldBack(before.outcome)) return before !== undefined;
    return !isAboutLogin(before.outcome) && wasHeldBack(before);
  }

  /** Undefined where there is no check, or where it failed. */
  async function checkLogin(request: ClaimedRequest, passwords: Passwords): Promise<Login> {
    try {
      return deps.checkLogin && ((await deps.checkLogin(request, passwords)) ?? 'stopping');
    } catch (error) {
      deps.onError(request, error);
      return undefined;
    }
  }

  async function sendLater(request: ClaimedRequest): AfterStep {
    const later = { ...tried(request, undefined), state: 'announced', waitsFor: undefined } as const;
    await commitUntilTaken(request, later, { release: true });
    return undefined;
  }

  /**
   * A failure before the first byte. As long as we hold the request, we know that it was not sent, so it must not end as unknown.
   */
  function notSent(request: ClaimedRequest, error: unknown): AfterStep {
    if (error instanceof LeaseLostError) throw error;
    deps.onError(request, error);
    return sendLater(request);
  }

  async function post(armed: ClaimedRequest, { key, passwords, login }: Ready, slot: Slot): AfterStep {
    let begun = false;
    const isStillOurs = () => {
      if (!deps.isStillOurs(armed)) return false;
      begun = true;
      slots.recordSend(armed, slot).catch((error: unknown) => deps.onError(armed, error));
      return true;
    };
    let result: SendResult;
    try {
      result = await deps.addSenderAccount(key.apiKey, { ...armed.account, ...passwords }, isStillOurs);
    } catch (error) {
      if (begun) throw error;
      return notSent(armed, error);
    }
    if (armed.batch !== undefined && result.kind === 'key_refused') {
      // Nothing was added. The whole batch waits for another key, instead of failing row by row. The key is marked first, because a
      // key that seems to work would be used again at once.
      await noteKey(armed, key, result).catch((error: unknown) => deps.onError(armed, error));
      return waitForKey(armed);
    }
    const learned =
      result.kind === 'added' && key.lacksActions ? { ...result, closed: 'unsupported' as const } : result;
    const change = afterSending(armed, learned, now(), deps.random());
    if (change.state === 'settled') {
      const toExplain = deps.checkLogin !== undefined && isAboutLogin(change.outcome) ? change.outcome : undefined;
      const settled = await settle(armed, change, toExplain === undefined ? 'ends' : 'more');
      await noteKey(armed, key, result);
      if (settled === undefined || toExplain === undefined) return settled;
      return explain(settled, toExplain, login ?? (await checkLogin(settled, passwords)));
    }
    const waiting = await commitUntilTaken(armed, change);
    if (waiting.waitsFor === 'rate_limited') {
      const blocked = slots.block(key.fingerprint, waiting.notBefore - now());
      await blocked.catch((error: unknown) => deps.onError(waiting, error));
    }
    return showAndRelease(waiting);
  }

  /**
   * Adds our own check of the login to a refusal. The refusal is committed and the stored passwords are deleted by now. If the
   * process ended during the check, there is none.
   */
  async function explain(settled: ClaimedRequest, refusal: Refusal, login: Login): AfterStep {
    const isKnown = login !== undefined && login !== 'stopping';
    return isKnown ? settle(settled, { outcome: { ...refusal, login } }) : settled;
  }

  /** The passwords, or the outcome if they are missing. They are deleted when the workspace uninstalls the app. */
  async function openPasswords(armed: ClaimedRequest): Promise<Passwords | Extract<Outcome, { kind: 'expired' }>> {
    try {
      return await requests.openPasswords(armed);
    } catch (error) {
      if (error instanceof PasswordsWipedError) return { kind: 'expired' };
      if (error instanceof PasswordsUnreadableError) return { kind: 'expired', why: 'passwords_unreadable' };
      throw error;
    }
  }

  async function noteKey({ teamId }: ClaimedRequest, { version, status }: OpenKey, result: SendResult): Promise<void> {
    if (result.kind === 'key_refused') {
      await keys.mark(teamId, version, { status: 'refused', missingScopes: result.missingScopes });
    } else if (status !== 'works' && (result.kind === 'added' || (result.kind !== 'not_done' && result.provesKey))) {
      await keys.mark(teamId, version, { status: 'works', missingScopes: [] });
    }
  }

  async function waitForKey(request: ClaimedRequest): AfterStep {
    const waiting = await commitUntilTaken(request, {
      state: 'announced',
      waitsFor: 'key',
      notBefore: request.expiresAt,
    });
    // A key stored between our check and this commit has not made this request due, so check again.
    const key = await keys.find(request.teamId, request.keyName);
    if (isUsable(key)) return requests.advance(waiting, { waitsFor: undefined, notBefore: now() });
    // If an operator repairs an unreadable key, nobody stores a new one, so no new key makes the request due.
    return showAndRelease(waiting, key?.status === 'unreadable' ? tried(waiting, undefined) : {});
  }
}

/** `stopping`: the bot stopped before there was a verdict. */
type Login = LoginVerdict | 'stopping' | undefined;

/** `login`: the bot has checked it already. */
type Ready = { kind: 'ready'; key: OpenKey; passwords: Passwords; login: LoginVerdict | undefined };

/** `not_now`: another step was taken instead of sending; `next` is the request to continue with. */
type Prepared = Ready | { kind: 'not_now'; next: ClaimedRequest | undefined };

function notNow(next: ClaimedRequest | undefined): Prepared {
  return { kind: 'not_now', next };
}

function refusedHere(lostPermission: LostPermission): Outcome {
  return { kind: 'refused', reason: '', fields: [], lostPermission };
}

function heldBack(login: LoginVerdict): Outcome {
  return { kind: 'refused', reason: '', fields: [], login, isHeldBack: true };
}
