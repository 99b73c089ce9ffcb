import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { STATUS_WORDS } from '../sentences/outcomes.ts';
import { FACTS } from '../sentences/thread.ts';

/** ColdSend's `overall_status` unchanged, with an explanation for each documented value. Foreign text. */
export function describeStatus(overallStatus: string): string {
  const known = normalizeStatus(overallStatus);
  const words = Object.hasOwn(STATUS_WORDS, known) ? STATUS_WORDS[known] : undefined;
  const status = `${FACTS.overall_status}: ${truncate(oneLine(overallStatus), 250) || FACTS.noStatus}`;
  return words === undefined ? status : `${status} (${words})`;
}

/** ColdSend documents the values in capital letters but does not promise them. */
export function normalizeStatus(overallStatus: string): string {
  return overallStatus.trim().toUpperCase();
}
