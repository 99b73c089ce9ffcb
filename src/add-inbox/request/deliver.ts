import type { AddInboxRequest, Announcement } from './request.ts';

/**
 * `later`: as far as we know, nothing was shown. `cannot_post`: the bot can't post in any conversation. `isStillOurs` is called
 * right before the first byte of each call to Slack. If it returns false, LeaseLostError is thrown.
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
  /** Makes the announcement and a form that is still open show the current state of the request. Can be repeated. */
  refresh(request: AddInboxRequest, isStillOurs: () => boolean): Promise<{ kind: 'refreshed' } | NotDelivered>;
};

export type NotDelivered = { kind: 'cannot_post' } | { kind: 'later'; retryAfterMs: number | undefined };
