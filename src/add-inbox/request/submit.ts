import { type AccountToAdd, type Passwords, type SenderAccount, splitPasswords } from '../account/sender-account.ts';
import type { KeyName } from '../keys/key-owner.ts';
import type { AddInboxRequest, Announcement, ClaimedRequest } from './request.ts';

/** A valid submission of the form, from somebody who may add inboxes. */
export type Submission = {
  /** The reference of the request that it makes. */
  id: string;
  teamId: string;
  userId: string;
  viewId: string;
  channelId: string;
  resultsChannelId: string | undefined;
  keyName: KeyName;
  retryOf: string | undefined;
  responseUrl: string | undefined;
  account: SenderAccount;
};

export type AcceptingStore = {
  accept(
    request: Omit<Submission, 'account'> & {
      account: AccountToAdd;
      passwords: Passwords;
      announcement: Announcement | undefined;
    },
  ): Promise<Accepted>;
  find(teamId: string, id: string): Promise<AddInboxRequest | undefined>;
};

/**
 * `repeated`: this view had been accepted before, and nothing was changed. `superseded`: it was to try a request again, but this
 * later one has added the inbox in the meantime, found it at ColdSend, or is under way; nothing was accepted.
 */
export type Accepted =
  | { kind: 'accepted'; request: ClaimedRequest }
  | { kind: 'repeated' | 'superseded'; request: AddInboxRequest };

/**
 * Commits a submission; when it resolves, the request is on disk and Slack may be told so.
 * A request that tries another one again goes on in its thread. Throws what the store throws: then nothing was accepted, or
 * with CommitInDoubtError perhaps; submitting the view again then finds out.
 */
export function createSubmit(deps: {
  requests: AcceptingStore;
  /** @param since by `monotonicNow`, before it was accepted */
  take(claimed: ClaimedRequest, since: number): void;
  /** Milliseconds of the clock that `take` goes by. */
  monotonicNow(): number;
  onAccepted(accepted: Accepted): void;
}): (submission: Submission) => Promise<Accepted> {
  return async ({ account, ...submission }) => {
    const { retryOf, teamId } = submission;
    const before = retryOf === undefined ? undefined : await deps.requests.find(teamId, retryOf);
    const since = deps.monotonicNow();
    const accepted = await deps.requests.accept({
      ...submission,
      ...splitPasswords(account),
      retryOf: before?.id,
      announcement: before?.announcement,
    });
    deps.onAccepted(accepted);
    if (accepted.kind === 'accepted') deps.take(accepted.request, since);
    return accepted;
  };
}
