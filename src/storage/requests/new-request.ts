import { EXPIRES_AFTER_MS } from '../../add-inbox/request/next-step.ts';
import type { ClaimedRequest } from '../../add-inbox/request/request.ts';
import type { RequestToAccept } from '../../add-inbox/request/submit.ts';

/** A submission as it is committed: accepted, due at once, and claimed by the process that accepts it. */
export function toNewRequest(input: RequestToAccept, acceptedAt: number): ClaimedRequest {
  const { passwords: _passwords, responseUrl: _responseUrl, ...rest } = input;
  return {
    ...rest,
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
