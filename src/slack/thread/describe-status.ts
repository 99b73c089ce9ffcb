import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { STATUS_WORDS } from '../sentences/outcomes.ts';
import { FACTS } from '../sentences/thread.ts';

/** ColdSend's `overall_status` as it wrote it, with words beside the documented ones. Foreign text. */
export function describeStatus(overallStatus: string): string {
  const known = normalizeStatus(overallStatus);
  const words = Object.hasOwn(STATUS_WORDS, known) ? STATUS_WORDS[known] : undefined;
  const status = `${FACTS.overall_status}: ${truncate(oneLine(overallStatus), 250) || FACTS.noStatus}`;
  return words === undefined ? status : `${status} (${words})`;
}

/** Documented in capital letters; nothing promises that. */
export function normalizeStatus(overallStatus: string): string {
  return overallStatus.trim().toUpperCase();
}
