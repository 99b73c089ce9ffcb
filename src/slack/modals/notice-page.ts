import type { ModalView } from '@slack/types';
import { renderActions, renderButton, renderSection } from '../blocks/blocks.ts';
import { SECTION_TEXT } from '../blocks/limits.ts';
import { linkChannels } from '../blocks/link-channels.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS, CALLBACKS } from '../ids.ts';
import { BUTTONS, type Notice } from '../sentences/common.ts';
import { renderModalFrame } from './modal-frame.ts';

/** A modal without inputs or a submit button: a refusal, "One moment…" or a failure. */
export function renderNotice({ title, paragraphs, channelIds = [], facts = '', canAskForAccess }: Notice): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.notice, { title }),
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
