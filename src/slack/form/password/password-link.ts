import type { ActionsBlock, Button, KnownBlock, ModalView } from '@slack/types';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import { renderActions, renderButton, renderContext, renderDangerButton, renderSection } from '../../blocks/blocks.ts';
import { slackDate } from '../../blocks/slack-date.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import { ACTIONS, CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { CANCEL_REQUEST, PASSWORD_LINK } from '../../sentences/form.ts';
import { nameInbox, renderInbox } from '../../thread/inbox-text.ts';
import type { Message } from '../../web-api/slack-api.ts';

/** A link to the secure page. Whoever has it can enter what it is for, so only its person may see it. */
export type PasswordLink = { url: string; expiresAt: number };

/** The page with the button that opens the secure page. */
export function renderPasswordPage(request: AddInboxRequest, link: PasswordLink): ModalView {
  return {
    ...renderModalFrame(CALLBACKS.notice, { title: PASSWORD_LINK.title }),
    blocks: [
      ...renderState(request, link),
      renderActions('password', [{ ...renderOpen(link), style: 'primary' }, renderCancel(request.id)]),
      renderContext('next', PASSWORD_LINK.next),
    ],
  };
}

/** The same as a message that only its person sees, for after the window is closed. */
export function renderPasswordMessage(request: AddInboxRequest, link: PasswordLink): Message {
  const newLink = renderButton(ACTIONS.enterPassword, PASSWORD_LINK.newLink, request.id);
  const actions: ActionsBlock = renderActions('password', [{ ...renderOpen(link), style: 'primary' }, newLink]);
  const text = PASSWORD_LINK.text(nameInbox(request.account, request.keyName));
  return { text, blocks: [...renderState(request, link), actions] };
}

function renderState({ account, keyName }: AddInboxRequest, { expiresAt }: PasswordLink): KnownBlock[] {
  const works = PASSWORD_LINK.works(slackDate(expiresAt, 'time'));
  return [renderSection('state', mrkdwn(`${PASSWORD_LINK.state}\n${works}`)), renderInbox(account, keyName)];
}

/** Ends the request while it waits for its password. */
export function renderCancel(requestId: string): Button {
  return renderDangerButton(ACTIONS.cancelRequest, CANCEL_REQUEST.button, requestId, CANCEL_REQUEST);
}

/** The button that opens the secure page. */
export function renderOpen({ url }: PasswordLink): Button {
  return { ...renderButton(ACTIONS.openSecurePage, PASSWORD_LINK.open, 'open'), url };
}
