import type { ContextBlock } from '@slack/types';
import type { Unreadable } from '../add-inbox/unreadable.ts';
import { SECTION_TEXT } from './limits.ts';
import { mrkdwn } from './mrkdwn.ts';
import { oneLine } from './one-line.ts';
import { plainText } from './plain-text.ts';
import { UNREADABLE } from './sentences.ts';
import { slackDate } from './slack-date.ts';
import { truncate } from './truncate.ts';

/**
 * What stands in a list where a stored row can't be read.
 *
 * @param title which kind of row it is
 * @param index its place in the list
 */
export function renderUnreadable({ id, at }: Unreadable, title: string, index: number): ContextBlock {
  const when = at === undefined ? '' : ` · ${slackDate(at, 'date')}`;
  return {
    type: 'context',
    block_id: `unreadable.${index}`,
    elements: [
      mrkdwn(`${UNREADABLE.emoji} *${title}*${when}`),
      plainText(`${UNREADABLE.next} ${UNREADABLE.code(truncate(oneLine(id), 100))}`, SECTION_TEXT),
    ],
  };
}
