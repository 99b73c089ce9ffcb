import type { DomainVerdict } from '../../add-inbox/account/domain-verdict.ts';
import { renderSection } from '../blocks/blocks.ts';
import { escapeTopLevel } from '../blocks/foreign-text.ts';
import { DOMAIN_ADVICE, RECORD_ADVICE } from '../sentences/thread.ts';
import type { Message } from '../web-api/slack-api.ts';

/** The advice about a domain: one line for each record that needs attention, or one line in all. */
export function renderDomainAdvice(domain: string, verdict: DomainVerdict): Message {
  const [first, lines] = [sumUp(verdict), isUnknown(verdict) ? [] : listAdvice(verdict)];
  const said = [`${domain}: ${DOMAIN_ADVICE[first]}`, ...lines.map((line) => `• ${line}`)].join('\n');
  return { text: escapeTopLevel(said), blocks: [renderSection('domain', said)] };
}

function sumUp(verdict: DomainVerdict): keyof typeof DOMAIN_ADVICE {
  if (isUnknown(verdict)) return 'unknown';
  const lines = listAdvice(verdict).length;
  if (lines === 0) return 'good';
  return lines === Object.values(verdict).filter((each) => each === 'unknown').length ? 'partlyUnknown' : 'todo';
}

function isUnknown(verdict: DomainVerdict): boolean {
  return Object.values(verdict).every((each) => each === 'unknown');
}

function listAdvice({ mx, spf, dmarc, dkim }: DomainVerdict): string[] {
  const { mx: ofMx, spf: ofSpf, dmarc: ofDmarc, dkim: ofDkim } = RECORD_ADVICE;
  return [ofMx[mx], ofSpf[spf], ofDmarc[dmarc], ofDkim[dkim]].filter((line) => line !== undefined);
}
