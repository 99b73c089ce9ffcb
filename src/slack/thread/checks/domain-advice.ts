import type { DomainVerdict } from '../../../add-inbox/account/domain-verdict.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import { renderSection } from '../../blocks/blocks.ts';
import { escapeTopLevel } from '../../blocks/foreign-text.ts';
import { MESSAGE_TEXT } from '../../blocks/limits.ts';
import { DOMAIN_ADVICE, RECORD_ADVICE } from '../../sentences/thread.ts';
import type { Message } from '../../web-api/slack-api.ts';
import { renderReply } from '../reply.ts';

/** The reply to a request, with advice about its domain below. Throws a TypeError for a request that has no outcome yet. */
export function renderReplyWithAdvice(request: AddInboxRequest, domain: string, verdict: DomainVerdict): Message {
  const { text, blocks } = renderReply(request);
  const advice = describeDomain(domain, verdict);
  const longer = `${text} ${escapeTopLevel(advice)}`;
  return { text: longer.length <= MESSAGE_TEXT ? longer : text, blocks: [...blocks, renderSection('domain', advice)] };
}

/** One line for each record that needs attention or can't be judged, or one line in all. */
function describeDomain(domain: string, verdict: DomainVerdict): string {
  return [`${domain}: ${DOMAIN_ADVICE[findAdviceKind(verdict)]}`, ...listAdvice(verdict)].join('\n');
}

/** `unknown`: where DNS answered, there is nothing to do. */
export function findAdviceKind(verdict: DomainVerdict): keyof typeof DOMAIN_ADVICE {
  const unknown = Object.values(verdict).filter((each) => each === 'unknown').length;
  const lines = listAdvice(verdict).length;
  return lines === 0 ? 'good' : lines === unknown ? 'unknown' : 'todo';
}

/** A line for each record that needs attention or can't be judged. */
export function listAdvice({ mx, spf, dmarc, dkim }: DomainVerdict): string[] {
  const { mx: ofMx, spf: ofSpf, dmarc: ofDmarc, dkim: ofDkim } = RECORD_ADVICE;
  const lines = [ofMx[mx], ofSpf[spf], ofDmarc[dmarc], ofDkim[dkim]];
  return lines.filter((line) => line !== undefined).map((line) => `• ${line}`);
}
