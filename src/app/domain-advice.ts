import { domainOf } from '../add-inbox/account/email-address.ts';
import type { Delivery } from '../add-inbox/request/deliver.ts';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import { dropOldest } from '../operations/drop-oldest.ts';
import { renderReplyWithAdvice } from '../slack/thread/checks/domain-advice.ts';
import type { SlackApi } from '../slack/web-api/slack-api.ts';
import type { Mailbox } from './mailbox.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const MAX_DOMAINS = 5_000;

/** @param replyTs the `ts` of the reply with the outcome */
export type Advise = (request: AddInboxRequest, replyTs: string) => void;

/**
 * Adds advice about the domain to the reply about an added inbox, once a day for each domain of a workspace, as far as this
 * process remembers. Nothing waits for it, and it is not repeated: it may be lost.
 */
export function createAdviseOnDomain(deps: {
  judgeDomain: Mailbox['judgeDomain'];
  apiOf(teamId: string): Promise<SlackApi>;
  onError(request: AddInboxRequest, error: unknown): void;
  now(): number;
}): Advise {
  const { judgeDomain, apiOf, onError, now } = deps;
  /** When each domain was last judged, the longest ago first. */
  const judged = new Map<string, number>();

  return (request, replyTs) => {
    advise(request, replyTs).catch((error: unknown) => onError(request, error));
  };

  async function advise(request: AddInboxRequest, replyTs: string): Promise<void> {
    const { teamId, outcome, announcement, account } = request;
    if (outcome?.kind !== 'added' || announcement === undefined) return;
    const domain = domainOf(account.email_address);
    if (!isDue(`${teamId} ${domain}`)) return;
    const verdict = await judgeDomain(domain, account.smtp_host);
    if (verdict === undefined || Object.values(verdict).every((each) => each === 'unknown')) return;
    const api = await apiOf(teamId);
    await api.updateMessage(announcement.channelId, replyTs, renderReplyWithAdvice(request, domain, verdict));
  }

  function isDue(key: string): boolean {
    const last = judged.get(key);
    if (last !== undefined && now() - last < DAY_MS) return false;
    judged.delete(key);
    judged.set(key, now());
    dropOldest(judged, MAX_DOMAINS);
    return true;
  }
}

/** Advises once the reply about an added inbox is posted. */
export function withAdvice(delivery: Delivery, advise: Advise): Delivery {
  return {
    ...delivery,
    reply: async (request, isStillOurs) => {
      const replied = await delivery.reply(request, isStillOurs);
      if (replied.kind === 'replied') advise(request, replied.ts);
      return replied;
    },
  };
}
