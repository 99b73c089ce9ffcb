import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { cleanText } from '../../../add-inbox/account/clean-text.ts';
import { MAX_ADDRESS } from '../../../add-inbox/account/email-address.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import { renderInputFrame, renderSection } from '../../blocks/blocks.ts';
import { PLACEHOLDER } from '../../blocks/limits.ts';
import { plainText } from '../../blocks/text-objects.ts';
import { blockId, CALLBACKS, RECIPIENT_FIELD } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { UnreadableViewError } from '../../modals/unreadable-view-error.ts';
import { readView } from '../../modals/view-state.ts';
import { TEST_EMAIL_FORM } from '../../sentences/thread.ts';

/** @param recipient the person's own address, '' where Slack does not show it */
export function renderTestEmailForm(
  openedBy: string,
  { id, account }: Pick<AddInboxRequest, 'id' | 'account'>,
  recipient: string,
): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.testEmail, TEST_EMAIL_FORM),
    private_metadata: encodePrivateMetadata({ openedBy }, { r: id }),
    blocks: [
      renderSection('about', TEST_EMAIL_FORM.about),
      renderSection('inbox', account.email_address),
      {
        ...renderInputFrame(blockId(RECIPIENT_FIELD, 0), TEST_EMAIL_FORM.recipient),
        element: {
          type: 'plain_text_input',
          action_id: RECIPIENT_FIELD,
          max_length: 2 * MAX_ADDRESS,
          placeholder: plainText(TEST_EMAIL_FORM.placeholder, PLACEHOLDER),
          ...(recipient !== '' && { initial_value: recipient.slice(0, MAX_ADDRESS) }),
        },
      },
    ],
  };
}

/** Throws UnreadableViewError. */
export function parseTestEmailForm(view: unknown): { requestId: string; recipient: string; block: string } {
  const { metadata, inputs, textOf } = readView(view);
  const requestId = z.string().safeParse(metadata.more.r);
  if (!requestId.success) throw new UnreadableViewError('private_metadata');
  return {
    requestId: requestId.data,
    recipient: cleanText(textOf(RECIPIENT_FIELD) ?? ''),
    block: inputs.get(RECIPIENT_FIELD) ?? RECIPIENT_FIELD,
  };
}
