const FORMATS = { time: '{time}', date: '{date_short_pretty} at {time}' } as const;

/**
 * A time in each reader's own time zone, as mrkdwn. Clients that can't show it use UTC.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 *
 * @param at milliseconds since 1970
 */
export function slackDate(at: number, format: keyof typeof FORMATS): string {
  const iso = new Date(at).toISOString();
  const fallback = `${format === 'date' ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, 16)} UTC`;
  return `<!date^${Math.floor(at / 1_000)}^${FORMATS[format]}|${fallback}>`;
}
