import type { LogFields } from './log.ts';

const WARNING_INTERVAL_MS = 60_000;

/**
 * The likely mistake in the bot's own settings for each reason. Anyone can send such requests, so they are not logged as errors.
 */
const LIKELY_CAUSES: Record<string, string> = {
  signature: 'A request has a wrong signature; if commands in Slack fail, check SLACK_SIGNING_SECRET',
  clock: "Slack signed a request over five minutes before or after this machine's time; check its clock",
};

/**
 * Counts the refused requests. If the bot's own settings may be the reason, it logs a warning, at most once a minute for each
 * reason.
 *
 * @returns a function to call with the reason, in a word of ours
 */
export function createNoteRefused(deps: {
  count(why: string): void;
  /** `count` is the number of refused requests since the last warning. */
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
