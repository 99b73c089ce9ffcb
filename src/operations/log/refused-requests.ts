import type { LogFields } from './log.ts';

const WARNING_INTERVAL_MS = 60_000;

/** What is likely wrong with the bot's own settings where such requests come. Anybody can make them come, so it is no error. */
const LIKELY_CAUSES: Record<string, string> = {
  signature: 'A request has a wrong signature; if commands in Slack fail, check SLACK_SIGNING_SECRET',
  clock: "Slack signed a request over five minutes before or after this machine's time; check its clock",
};

/**
 * Counts the requests that were refused. Where the bot's own settings may be the reason it warns, once a minute for each.
 *
 * @returns called with why a request is refused, in a word of ours
 */
export function createNoteRefused(deps: {
  count(why: string): void;
  /** `count` is how many there were since the last warning. */
  warn(message: string, fields: Pick<LogFields, 'count'>): void;
  monotonicNow(): number;
}): (why: string) => void {
  const warnings = new Map(Object.keys(LIKELY_CAUSES).map((why) => [why, { next: 0, count: 0 }]));
  return (why) => {
    deps.count(why);
    const warning = warnings.get(why);
    if (warning === undefined) return;
    warning.count += 1;
    const now = deps.monotonicNow();
    if (now < warning.next) return;
    deps.warn(LIKELY_CAUSES[why] ?? '', { count: warning.count });
    Object.assign(warning, { next: now + WARNING_INTERVAL_MS, count: 0 });
  };
}
