import type { Passwords } from '../account/sender-account.ts';
import type { AddInboxRequest, Announcement, BatchLine, ClaimedRequest } from './request.ts';

/** A valid submission of the form, from a person who may add inboxes. */
export type Submission = Pick<
  AddInboxRequest,
  'id' | 'teamId' | 'userId' | 'viewId' | 'channelId' | 'resultsChannelId' | 'keyName' | 'retryOf' | 'account'
> & {
  /** The row of a batch that this fixes. */
  batch?: BatchLine | undefined;
  responseUrl: string | undefined;
  /** Undefined: the person enters them on the secure page, and the request waits for them. */
  passwords: Passwords | undefined;
};

/** With the thread of the request that it retries. */
export type RequestToAccept = Submission & { announcement?: Announcement | undefined };

type AcceptingStore = {
  accept(request: RequestToAccept): Promise<Accepted>;
  find(teamId: string, id: string): Promise<AddInboxRequest | undefined>;
};

/**
 * `repeated`: this view was accepted before, and nothing was changed. `superseded`: the submission is a retry, but this later
 * request has added the inbox, found it at ColdSend, or is in progress. Nothing was accepted.
 */
export type Accepted =
  | { kind: 'accepted'; request: ClaimedRequest }
  | { kind: 'repeated' | 'superseded'; request: AddInboxRequest };

/**
 * Commits a submission. When it resolves, the request is on disk and the bot may confirm it to Slack. A retry continues in the
 * thread of the request it retries. Throws the store's errors, after which it may have been accepted all the same: submitting the
 * view again finds out.
 */
export function createSubmit(deps: {
  requests: AcceptingStore;
  /** @param since by `monotonicNow`, before it was accepted */
  take(claimed: ClaimedRequest, since: number): void;
  /** Milliseconds of the clock that `take` uses. */
  monotonicNow(): number;
  onAccepted(accepted: Accepted): void;
}): (submission: Submission) => Promise<Accepted> {
  return async (submission) => {
    const { retryOf, teamId } = submission;
    const before = retryOf === undefined ? undefined : await deps.requests.find(teamId, retryOf);
    const since = deps.monotonicNow();
    const accepted = await deps.requests.accept({
      ...submission,
      retryOf: before?.id,
      announcement: before?.announcement,
    });
    deps.onAccepted(accepted);
    if (accepted.kind === 'accepted') deps.take(accepted.request, since);
    return accepted;
  };
}
