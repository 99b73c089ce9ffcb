import type { ModalView } from '@slack/types';
import { renderSection } from '../blocks/blocks.ts';
import { SECTION_TEXT, VIEW_TITLE } from '../blocks/limits.ts';
import { linkChannels } from '../blocks/link-channels.ts';
import { mrkdwn, plainText } from '../blocks/text-objects.ts';
import { CALLBACKS } from '../ids.ts';
import type { Notice } from '../sentences/common.ts';
import { REQUEST_PAGE } from '../sentences/thread.ts';

/** A modal of text only, without inputs or a submit button: a refusal, "One moment…" or a failure. */
export function renderNotice({ title, paragraphs, channelIds = [], facts = '' }: Notice): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.notice,
    title: plainText(title, VIEW_TITLE),
    close: plainText(REQUEST_PAGE.close, VIEW_TITLE),
    blocks: [
      ...paragraphs.map((paragraph, index) => renderSection(`paragraph.${index}`, paragraph)),
      ...(facts === '' ? [] : [renderSection('facts', mrkdwn(facts))]),
      ...(channelIds.length === 0 ? [] : [renderSection('channels', mrkdwn(linkChannels(channelIds, SECTION_TEXT)))]),
    ],
  };
}
