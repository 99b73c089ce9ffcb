import type { AccountToAdd, Passwords } from '../../add-inbox/account/sender-account.ts';
import { type KeyName, WORKSPACE } from '../../add-inbox/keys/key-owner.ts';
import { EXPIRES_AFTER_MS } from '../../add-inbox/request/next-step.ts';
import type { Announcement, BatchLine, ClaimedRequest } from '../../add-inbox/request/request.ts';

export type RequestToAccept = {
  id: string;
  teamId: string;
  userId: string;
  viewId: string;
  channelId: string;
  resultsChannelId?: string | undefined;
  /** Default: the workspace's own key. */
  keyName?: KeyName;
  retryOf: string | undefined;
  /** The row of a batch that this is. */
  batch?: BatchLine | undefined;
  account: AccountToAdd;
  /** Undefined: the request waits until its person has entered them. */
  passwords: Passwords | undefined;
  responseUrl: string | undefined;
  /** The thread of the request that this one retries. */
  announcement?: Announcement | undefined;
};

/** A submission as it is committed: accepted, due at once, and claimed by the process that accepts it. */
export function toNewRequest(input: RequestToAccept, acceptedAt: number): ClaimedRequest {
  const { passwords: _passwords, responseUrl: _responseUrl, ...rest } = input;
  return {
    ...rest,
    resultsChannelId: input.resultsChannelId,
    keyName: input.keyName ?? WORKSPACE,
    state: 'accepted',
    announcement: input.announcement,
    batch: input.batch,
    waitsFor: input.passwords === undefined ? 'password' : undefined,
    notBefore: acceptedAt,
    tries: 0,
    outcome: undefined,
    replyTs: undefined,
    acceptedAt,
    expiresAt: acceptedAt + EXPIRES_AFTER_MS,
    settledAt: undefined,
    reportedAt: undefined,
    fence: 1,
  };
}
