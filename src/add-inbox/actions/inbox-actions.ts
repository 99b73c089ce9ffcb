import type { KeyName } from '../keys/key-owner.ts';
import type { AddInboxRequest } from '../request/request.ts';
import type { OpenKey } from '../request/send-request.ts';
import { retryCommit } from '../worker/back-off.ts';
import { answerInTime } from '../worker/time-limit.ts';
import {
  type ActionOutcome,
  type ActionResult,
  type AskedAction,
  findInboxId,
  type InboxAction,
  type InboxCall,
} from './inbox-action.ts';

/** A call that has not begun this long after its action was armed is not made. */
const MUST_BEGIN_MS = 30_000;

/** How often to look for actions that nobody works on, and for results that Slack did not accept. */
const SWEEP_MS = 15_000;

export type InboxActionsDeps = {
  findRequest(teamId: string, id: string): Promise<AddInboxRequest | undefined>;
  keys: {
    open(teamId: string, name: KeyName): Promise<OpenKey | undefined>;
    noteLacksActions(teamId: string, version: number): Promise<void>;
  };
  actions: {
    /** False where this view was submitted before, or another removal of the inbox is under way. */
    arm(asked: AskedAction, request: AddInboxRequest): Promise<boolean>;
    /** Commits the outcome and what it says about the inbox. False where another process has settled the action. */
    settle(action: InboxAction, request: AddInboxRequest, outcome: ActionOutcome): Promise<boolean>;
    /** Takes the unreported actions that no process works on. */
    claimLeft(): Promise<InboxAction[]>;
    finish(id: string): Promise<void>;
    /** Leaves the action to the next `claimLeft`. */
    release(id: string): Promise<void>;
  };
  slots: {
    /** Counts one request of the key; false if it has no free slot now. */
    reserve(keyFingerprint: string): Promise<boolean>;
    block(keyFingerprint: string, forMs: number): Promise<void>;
  };
  /** Calls `isStillOurs` right before the first byte is sent. */
  call(apiKey: string, call: InboxCall, isStillOurs: () => boolean): Promise<ActionResult>;
  /** Shows the outcome in Slack; false where it has to be shown later. */
  report(action: InboxAction, request: AddInboxRequest): Promise<boolean>;
  onError(action: InboxAction | undefined, error: unknown): void;
  monotonicNow(): number;
};

/** `closed`: the inbox was removed, or the API can't do this. `repeated`: it is under way already. */
export type AcceptedAction = { kind: 'accepted' } | { kind: 'closed' | 'repeated' };

export type InboxActions = ReturnType<typeof createInboxActions>;

/** Sends test emails from inboxes that were added, and removes such inboxes: each at most once, with its outcome reported. */
export function createInboxActions(deps: InboxActionsDeps) {
  const { actions, keys, slots } = deps;
  const underWay = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  return { accept, start, stop };

  /** When it resolves, the action is on disk, and it is done in the background. Throws the store's errors. */
  async function accept(asked: AskedAction, request: AddInboxRequest): Promise<AcceptedAction> {
    if (findInboxId(request) === undefined) return { kind: 'closed' };
    const armedAt = deps.monotonicNow();
    if (!(await actions.arm(asked, request))) return { kind: 'repeated' };
    const { viewId: _viewId, ...action } = { ...asked, outcome: undefined };
    track(doArmed(action, request, armedAt));
    return { kind: 'accepted' };
  }

  function start(): void {
    timer = setInterval(() => track(sweep()), SWEEP_MS);
    track(sweep());
  }

  async function stop(withinMs: number): Promise<void> {
    clearInterval(timer);
    await answerInTime(Promise.all(underWay), withinMs, () => []);
  }

  function track(work: Promise<void>): void {
    const tracked = work.catch((error: unknown) => deps.onError(undefined, error));
    underWay.add(tracked);
    void tracked.finally(() => underWay.delete(tracked));
  }

  async function doArmed(action: InboxAction, request: AddInboxRequest, armedAt: number): Promise<void> {
    await settleAndReport(action, request, await send(action, request, armedAt));
  }

  async function send(action: InboxAction, request: AddInboxRequest, armedAt: number): Promise<ActionOutcome> {
    let begun = false;
    const isStillOurs = () => {
      begun = deps.monotonicNow() - armedAt < MUST_BEGIN_MS;
      return begun;
    };
    try {
      const key = await keys.open(request.teamId, request.keyName);
      if (key === undefined) return { kind: 'not_done', why: 'no_key' };
      if (!(await slots.reserve(key.fingerprint))) return { kind: 'not_done', why: 'rate_limited' };
      const result = await deps.call(key.apiKey, toCall(action, request), isStillOurs);
      await learn(action, key, result).catch((error: unknown) => deps.onError(action, error));
      return result.kind === 'not_done' ? { kind: 'not_done', why: result.why } : result;
    } catch (error) {
      deps.onError(action, error);
      return begun ? { kind: 'unknown', why: 'interrupted' } : { kind: 'not_done', why: 'failed' };
    }
  }

  async function learn({ teamId }: InboxAction, key: OpenKey, result: ActionResult): Promise<void> {
    if (result.kind === 'unsupported') await keys.noteLacksActions(teamId, key.version);
    if (result.kind !== 'not_done' || result.why !== 'rate_limited') return;
    await slots.block(key.fingerprint, result.retryAfterMs ?? 0);
  }

  /** The commit is repeated, so that the outcome is not lost. */
  async function settleAndReport(action: InboxAction, request: AddInboxRequest, outcome: ActionOutcome): Promise<void> {
    const settled = await retryCommit(
      () => actions.settle(action, request, outcome),
      (error) => deps.onError(action, error),
    );
    if (settled) await report({ ...action, outcome });
  }

  /** The request is read again, because the outcome may have changed it. */
  function report(action: InboxAction): Promise<void> {
    return orLater(action, async (request) => {
      const isOver = request === undefined || (await deps.report(action, request));
      await (isOver ? actions.finish : actions.release)(action.id);
    });
  }

  async function sweep(): Promise<void> {
    for (const action of await actions.claimLeft()) {
      await orLater(action, async (request) => {
        const isArmed = action.outcome === undefined && request !== undefined;
        if (isArmed) await settleAndReport(action, request, { kind: 'unknown', why: 'interrupted' });
        else await report(action);
      });
    }
  }

  /** Leaves the action to the next `claimLeft` where its work fails. On SQLite, a claim ends in no other way. */
  async function orLater(
    action: InboxAction,
    work: (request: AddInboxRequest | undefined) => Promise<void>,
  ): Promise<void> {
    const onError = (error: unknown) => deps.onError(action, error);
    try {
      await work(await deps.findRequest(action.teamId, action.requestId));
    } catch (error) {
      onError(error);
      await retryCommit(() => actions.release(action.id), onError);
    }
  }
}

function toCall({ kind, recipient }: InboxAction, request: AddInboxRequest): InboxCall {
  const inboxId = findInboxId(request) ?? '';
  return kind === 'remove' ? { kind, inboxId } : { kind, inboxId, recipient };
}
