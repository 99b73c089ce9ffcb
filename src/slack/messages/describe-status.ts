import { oneLine } from '../one-line.ts';
import { FACTS, STATUS_WORDS } from '../sentences.ts';
import { truncate } from '../truncate.ts';

/** ColdSend's `overall_status` as it wrote it, with words beside the documented ones. Foreign text. */
export function describeStatus(overallStatus: string): string {
  const words = Object.hasOwn(STATUS_WORDS, overallStatus) ? STATUS_WORDS[overallStatus] : undefined;
  const status = `${FACTS.overall_status}: ${truncate(oneLine(overallStatus), 250)}`;
  return words === undefined ? status : `${status} (${words})`;
}
