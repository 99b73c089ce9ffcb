import { type AfterStep, type CommitDeps, createStepCommits } from './commit-step.ts';
import type { Delivery } from './deliver.ts';
import { isAnnouncedTooLate, isShownTooLate, nextStep, PATIENT_TRIES, type Step, settling } from './next-step.ts';
import type { AddInboxRequest, ClaimedRequest } from './request.ts';
import { createSendRequest, type SendDeps, type Slot } from './send-request.ts';

export type StepDeps = SendDeps &
  Omit<CommitDeps, 'onReported'> & {
    delivery: Delivery;
    /** `step`: the next step; `reported` if there is none. */
    onStep(request: AddInboxRequest, step: Step['kind'] | 'reported'): void;
  };

/**
 * Does the step that `nextStep` decides, and commits it, or leaves it to the commit of the next step. Both functions throw LeaseLostError if another process has claimed the
 * request, and any error of the database.
 */
export function createDoStep(deps: StepDeps): {
  /** Does one step of a request that this process holds. */
  doStep(request: ClaimedRequest): AfterStep;
  /** Sends a request that was armed just now, with this slot. */
  sendArmed(armed: ClaimedRequest, slot: Slot): AfterStep;
} {
  const { delivery, isStillOurs, now } = deps;
  const commits = createStepCommits({ ...deps, onReported: (request) => deps.onStep(request, 'reported') });
  const sending = createSendRequest(deps, commits);
  const { commitUntilTaken, release, settle, tryLater } = commits;
  return {
    doStep,
    sendArmed: (armed, slot) => {
      deps.onStep(armed, 'send');
      return sending.sendArmed(armed, slot);
    },
  };

  async function doStep(request: ClaimedRequest): AfterStep {
    const step = nextStep(request, now());
    deps.onStep(request, step.kind);
    switch (step.kind) {
      case 'announce':
        return announce(request);
      case 'send':
        return sending.send(request);
      case 'settle':
        return settle(request, settling(step.outcome, now()));
      case 'reply':
        return reply(request);
      case 'finish':
        return finish(request);
      case 'wait_for_password':
      case 'nothing':
        return release(request, {});
    }
  }

  /** The commit that arms the request also stores its announcement. If the process ends before, the announcement is repeated. */
  async function announce(request: ClaimedRequest): AfterStep {
    const announced = await delivery.announce(request, () => isStillOurs(request));
    if (announced.kind === 'later') {
      if (!isAnnouncedTooLate(request, now())) return tryLater(request, announced.retryAfterMs);
      return { ...request, state: 'announced', tries: 0 };
    }
    const announcement = announced.kind === 'announced' ? announced.announcement : undefined;
    return { ...request, state: 'announced', announcement, tries: 0 };
  }

  async function reply(request: ClaimedRequest): AfterStep {
    const replied = await delivery.reply(request, () => isStillOurs(request));
    switch (replied.kind) {
      case 'replied':
        return commitUntilTaken(request, { replyTs: replied.ts, tries: 0 });
      case 'moved':
        return commitUntilTaken(request, { announcement: replied.announcement });
      case 'cannot_post':
        return tellInForm(request);
      case 'later':
        return replyLater(request, replied.retryAfterMs);
    }
  }

  /** A result stays due until it is reported. If Slack refuses it for minutes, the form shows it. */
  async function replyLater(request: ClaimedRequest, retryAfterMs: number | undefined): AfterStep {
    if (request.tries === PATIENT_TRIES) await delivery.refresh(request, () => isStillOurs(request));
    return tryLater(request, retryAfterMs);
  }

  /** An open form is the only surface left, so it is worth one try. */
  async function tellInForm(request: ClaimedRequest): AfterStep {
    const reported = { state: 'reported', reportedAt: now() } as const;
    await delivery.refresh({ ...request, ...reported }, () => isStillOurs(request));
    return release(request, reported);
  }

  async function finish(request: ClaimedRequest): AfterStep {
    const refreshed = await delivery.refresh(request, () => isStillOurs(request));
    const isLater = refreshed.kind === 'later' && !isShownTooLate(request, now());
    if (isLater) return tryLater(request, refreshed.retryAfterMs);
    return release(request, { state: 'reported', reportedAt: now() });
  }
}
