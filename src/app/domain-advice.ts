import type { DomainVerdict, JudgedDomain } from '../add-inbox/account/domain-verdict.ts';
import { domainOf } from '../add-inbox/account/email-address.ts';
import type { AccountToAdd } from '../add-inbox/account/sender-account.ts';
import type { Batch } from '../add-inbox/batch/batch.ts';
import type { JudgeDomains } from '../add-inbox/batch/do-batch-step.ts';
import type { Delivery } from '../add-inbox/request/deliver.ts';
import type { AddInboxRequest } from '../add-inbox/request/request.ts';
import { judgeMany } from '../mailbox/judge-many.ts';
import { dropOldest } from '../operations/drop-oldest.ts';
import { renderReplyWithAdvice } from '../slack/thread/checks/domain-advice.ts';
import type { SlackApi } from '../slack/web-api/slack-api.ts';
import type { Mailbox } from './mailbox.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

const MAX_DOMAINS = 5_000;

/** A list of 500 inboxes has about 15 domains. */
const MAX_OF_BATCH = 100;

/** The end of a batch waits for this. */
const BATCH_WITHIN_MS = 10_000;

/** @param replyTs the `ts` of the reply with the outcome */
type Advise = (request: AddInboxRequest, replyTs: string) => void;

/** Advice about the domains of added inboxes, once a day for each domain of a workspace, as far as this process remembers. */
export function createDomainAdvice(deps: {
  judgeDomain: Mailbox['judgeDomain'];
  apiOf(teamId: string): Promise<SlackApi>;
  onError(request: AddInboxRequest, error: unknown): void;
  now(): number;
}): { advise: Advise; judgeDomains: JudgeDomains } {
  const { apiOf, onError, now } = deps;
  /** When each domain was last judged, and for which request or batch, the longest ago first. */
  const judged = new Map<string, { at: number; by: string }>();
  return { advise, judgeDomains };

  /** Adds advice to the reply about an added inbox. Nothing waits for it, and it is not repeated: it may be lost. */
  function advise(request: AddInboxRequest, replyTs: string): void {
    addToReply(request, replyTs).catch((error: unknown) => onError(request, error));
  }

  async function addToReply(request: AddInboxRequest, replyTs: string): Promise<void> {
    const { id, teamId, outcome, announcement, account } = request;
    if (outcome?.kind !== 'added' || announcement === undefined) return;
    const domain = domainOf(account.email_address);
    if (!isDue(`${teamId} ${domain}`, id)) return;
    const verdict = await judge(domain, account.smtp_host);
    if (verdict === undefined) return;
    const api = await apiOf(teamId);
    await api.updateMessage(announcement.channelId, replyTs, renderReplyWithAdvice(request, domain, verdict));
  }

  /** Leaves out what is not known in time. A batch that ends again gets its domains again, for its summary is replaced. */
  async function judgeDomains({ id, teamId }: Batch, accounts: AccountToAdd[]): Promise<JudgedDomain[]> {
    const hosts = new Map(accounts.map((account) => [domainOf(account.email_address), account.smtp_host]));
    const due = [...hosts].slice(0, MAX_OF_BATCH).filter(([domain]) => isDue(`${teamId} ${domain}`, id));
    return judgeMany(
      due.map(([domain]) => domain),
      (domain) => judge(domain, hosts.get(domain) ?? ''),
      BATCH_WITHIN_MS,
    );
  }

  /** Undefined where nothing can be said. */
  async function judge(domain: string, smtpHost: string): Promise<DomainVerdict | undefined> {
    const verdict = await deps.judgeDomain(domain, smtpHost);
    const isKnown = verdict !== undefined && Object.values(verdict).some((each) => each !== 'unknown');
    return isKnown ? verdict : undefined;
  }

  function isDue(key: string, by: string): boolean {
    const last = judged.get(key);
    if (last !== undefined && last.by !== by && now() - last.at < DAY_MS) return false;
    judged.delete(key);
    judged.set(key, { at: now(), by });
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
