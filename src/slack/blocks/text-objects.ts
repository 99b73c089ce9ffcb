import type { MrkdwnElement, PlainTextElement } from '@slack/types';
import { truncate } from './foreign-text.ts';

/** A text object in which nothing is markup, not even `:smile:`; cut to `limit` characters. */
export function plainText(text: string, limit: number): PlainTextElement {
  return { type: 'plain_text', text: truncate(text, limit), emoji: false };
}

/**
 * A text object with markup, only for our own words, ids and times. Foreign text goes into plain text, since mrkdwn has no
 * escape for `*`, `_`, `~` and backticks. `verbatim` keeps Slack from adding links or mentions of its own.
 */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}
