import type { MrkdwnElement } from '@slack/types';

/**
 * A text object with markup, for words of ours, ids and times only: foreign text goes into plain text, since mrkdwn has
 * no escape for `*`, `_`, `~` and backticks. Verbatim: nothing but what we mark up becomes a link or a mention.
 */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true };
}
