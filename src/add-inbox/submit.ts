import type { AddInboxRequest, Announcement, ClaimedRequest } from './request.ts';
import { type AccountToAdd, type Passwords, type SenderAccount, splitPasswords } from './sender-account.ts';

/** A valid submission of the form, from somebody who may add inboxes. */
export type Submission = {
  teamId: string;
  userId: string;
  viewId: string;
  channelId: string;
  retryOf: string | undefined;
  responseUrl: string | undefined;
  account: SenderAccount;
};

export type AcceptingStore = {
  accept(
    request: Omit<Submission, 'account'> & {
      id: string;
      account: AccountToAdd;
      passwords: Passwords;
      announcement: Announcement | undefined;
    },
  ): Promise<Accepted>;
  find(teamId: string, id: string): Promise<AddInboxRequest | undefined>;
};

/** `repeated`: this view had been accepted before, and nothing was changed. */
export type Accepted = { kind: 'accepted'; request: ClaimedRequest } | { kind: 'repeated'; request: AddInboxRequest };

/**
 * Commits a submission; when it resolves, the request is on disk and Slack may be told so.
 * A request that tries another one again goes on in its thread. Throws what the store throws: then nothing was accepted.
 */
export function createSubmit(deps: {
  requests: AcceptingStore;
  take(claimed: ClaimedRequest): void;
  newRequestId(): string;
}): (submission: Submission) => Promise<Accepted> {
  return async ({ account, ...submission }) => {
    const { retryOf, teamId } = submission;
    const before = retryOf === undefined ? undefined : await deps.requests.find(teamId, retryOf);
    const accepted = await deps.requests.accept({
      ...submission,
      ...splitPasswords(account),
      id: deps.newRequestId(),
      retryOf: before?.id,
      announcement: before?.announcement,
    });
    if (accepted.kind === 'accepted') deps.take(accepted.request);
    return accepted;
  };
}
