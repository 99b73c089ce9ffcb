import type { AddInboxRequest, Announcement } from './request.ts';

/**
 * `later` means that nothing is known to have been shown; `cannot_post` that the bot can post in no place at all. `isStillOurs` is asked
 * right before the first byte of each call of Slack; where it says no, LeaseLostError is thrown.
 */
export type Delivery = {
  announce(
    request: AddInboxRequest,
    isStillOurs: () => boolean,
  ): Promise<{ kind: 'announced'; announcement: Announcement } | NotDelivered>;
  reply(
    request: AddInboxRequest,
    isStillOurs: () => boolean,
  ): Promise<{ kind: 'replied'; ts: string } | { kind: 'moved'; announcement: Announcement } | NotDelivered>;
  /** Makes the announcement and the still open form show the request as it is now; can be repeated. */
  refresh(request: AddInboxRequest, isStillOurs: () => boolean): Promise<{ kind: 'refreshed' } | NotDelivered>;
};

export type NotDelivered = { kind: 'cannot_post' } | { kind: 'later'; retryAfterMs: number | undefined };
