import type { AccountToAdd, Passwords } from '../../add-inbox/account/sender-account.ts';
import { type KeyName, WORKSPACE } from '../../add-inbox/keys/key-owner.ts';
import type { Announcement, ClaimedRequest } from '../../add-inbox/request/request.ts';

export type RequestToAccept = {
  id: string;
  teamId: string;
  userId: string;
  viewId: string;
  channelId: string;
  resultsChannelId?: string | undefined;
  /** The workspace's own unless given. */
  keyName?: KeyName;
  retryOf: string | undefined;
  account: AccountToAdd;
  passwords: Passwords;
  responseUrl: string | undefined;
  /** Where the thread of the request it tries again hangs. */
  announcement?: Announcement | undefined;
};

/** A submission as it is committed: accepted, due at once, and held by who accepts it. */
export function toNewRequest(input: RequestToAccept, acceptedAt: number): ClaimedRequest {
  const { passwords: _passwords, responseUrl: _responseUrl, ...rest } = input;
  return {
    ...rest,
    resultsChannelId: input.resultsChannelId,
    keyName: input.keyName ?? WORKSPACE,
    state: 'accepted',
    announcement: input.announcement,
    waitsFor: undefined,
    notBefore: acceptedAt,
    tries: 0,
    outcome: undefined,
    replyTs: undefined,
    acceptedAt,
    settledAt: undefined,
    reportedAt: undefined,
    fence: 1,
  };
}
