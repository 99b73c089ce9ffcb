import type { ModalView } from '@slack/types';
import { renderActions, renderButton, renderSection } from '../blocks/blocks.ts';
import { SECTION_TEXT, VIEW_TITLE } from '../blocks/limits.ts';
import { linkChannels } from '../blocks/link-channels.ts';
import { mrkdwn, plainText } from '../blocks/text-objects.ts';
import { ACTIONS, CALLBACKS } from '../ids.ts';
import { BUTTONS, type Notice } from '../sentences/common.ts';
import { REQUEST_PAGE } from '../sentences/thread.ts';

/** A modal without inputs or a submit button: a refusal, "One moment…" or a failure. */
export function renderNotice({ title, paragraphs, channelIds = [], facts = '', canAskForAccess }: Notice): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACKS.notice,
    title: plainText(title, VIEW_TITLE),
    close: plainText(REQUEST_PAGE.close, VIEW_TITLE),
    blocks: [
      ...paragraphs.map((paragraph, index) => renderSection(`paragraph.${index}`, paragraph)),
      ...(facts === '' ? [] : [renderSection('facts', mrkdwn(facts))]),
      ...(channelIds.length === 0 ? [] : [renderSection('channels', mrkdwn(linkChannels(channelIds, SECTION_TEXT)))]),
      ...(canAskForAccess
        ? [renderActions('access', [renderButton(ACTIONS.requestAccess, BUTTONS.requestAccess, 'ask')])]
        : []),
    ],
  };
}
