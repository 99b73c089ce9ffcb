import { dropOldest } from '../../operations/drop-oldest.ts';

/** Those of some minutes of a busy bot; a trigger that is older than Slack's three seconds opens nothing anyway. */
const MAX_REMEMBERED = 10_000;

/**
 * Whether a command or press with this `trigger_id` came before: Slack gives each one of its own, so the same again is a copy,
 * for which nothing is to be done or said. Another replica's copies are not known here; of those Slack says that the trigger
 * was used.
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
