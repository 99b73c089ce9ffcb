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

/** A row of a batch has no messages of its own: nothing is posted or updated for it. */
export function withoutRows({ announce, reply, refresh }: Delivery): Delivery {
  const isRow = ({ batch }: AddInboxRequest) => batch !== undefined;
  return {
    announce: async (request, isStillOurs) =>
      isRow(request) ? { kind: 'cannot_post' } : announce(request, isStillOurs),
    reply: async (request, isStillOurs) => (isRow(request) ? { kind: 'cannot_post' } : reply(request, isStillOurs)),
    refresh: async (request, isStillOurs) => (isRow(request) ? { kind: 'refreshed' } : refresh(request, isStillOurs)),
  };
}

export type NotDelivered = { kind: 'cannot_post' } | { kind: 'later'; retryAfterMs: number | undefined };
