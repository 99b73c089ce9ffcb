import type { ContextBlock } from '@slack/types';
import type { Unreadable } from '../../add-inbox/request/unreadable.ts';
import { renderContext } from '../blocks/blocks.ts';
import { oneLine, truncate } from '../blocks/foreign-text.ts';
import { slackDate } from '../blocks/slack-date.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { UNREADABLE } from '../sentences/common.ts';

/**
 * Replaces a stored row that can't be read in a list.
 *
 * @param title the kind of row
 * @param index the row's position in the list
 */
export function renderUnreadable({ id, at }: Unreadable, title: string, index: number): ContextBlock {
  const when = at === undefined ? '' : ` · ${slackDate(at, 'date')}`;
  return renderContext(
    `unreadable.${index}`,
    mrkdwn(`${UNREADABLE.emoji} *${title}*${when}`),
    `${UNREADABLE.next} ${UNREADABLE.code(truncate(oneLine(id), 100))}`,
  );
}
