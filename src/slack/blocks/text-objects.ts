import type { PlainTextElement } from '@slack/types';
import { truncate } from './truncate.ts';

/** A text object in which nothing is markup, not even `:smile:`; cut to `limit` characters. */
export function plainText(text: string, limit: number): PlainTextElement {
  return { type: 'plain_text', text: truncate(text, limit), emoji: false };
}
