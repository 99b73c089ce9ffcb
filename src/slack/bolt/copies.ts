import { dropOldest } from '../../operations/drop-oldest.ts';

/** Enough for some minutes of a busy bot. Slack drops a `trigger_id` after 3 s, so older copies open nothing. */
const MAX_REMEMBERED = 10_000;

/**
 * Checks whether a command or press with this `trigger_id` came before. Slack gives each its own, so a repeated one marks a
 * copy, which gets no action or answer. Copies at other replicas are unknown here; Slack refuses them with
 * `exchanged_trigger_id`.
 */
export function createIsCopy(): (triggerId: string) => boolean {
  const seen = new Set<string>();
  return (triggerId) => {
    if (seen.has(triggerId)) return true;
    seen.add(triggerId);
    dropOldest(seen, MAX_REMEMBERED);
    return false;
  };
}
