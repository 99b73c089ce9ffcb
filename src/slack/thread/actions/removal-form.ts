import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import { renderSection } from '../../blocks/blocks.ts';
import { CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../../modals/private-metadata.ts';
import { UnreadableViewError } from '../../modals/unreadable-view-error.ts';
import { readView } from '../../modals/view-state.ts';
import { BUTTONS } from '../../sentences/common.ts';
import { REMOVE_INBOX } from '../../sentences/thread.ts';

/** Asks before an inbox is removed from ColdSend. */
export function renderRemovalForm(
  openedBy: string,
  { id, account }: Pick<AddInboxRequest, 'id' | 'account'>,
): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.removeInbox, {
      title: BUTTONS.removeInbox,
      submit: REMOVE_INBOX.confirm,
      cancel: REMOVE_INBOX.deny,
    }),
    private_metadata: encodePrivateMetadata({ openedBy }, { r: id }),
    blocks: [renderSection('inbox', account.email_address), renderSection('about', REMOVE_INBOX.text)],
  };
}

/** The id of the request that added the inbox. Throws UnreadableViewError. */
export function parseRemovalForm(view: unknown): string {
  const requestId = z.string().safeParse(readView(view).metadata.more.r);
  if (!requestId.success) throw new UnreadableViewError('private_metadata');
  return requestId.data;
}
