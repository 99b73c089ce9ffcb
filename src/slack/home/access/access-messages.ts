import { renderActions, renderButton, renderContext, renderSection } from '../../blocks/blocks.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import { ACTIONS } from '../../ids.ts';
import { BUTTONS } from '../../sentences/common.ts';
import { ACCESS } from '../../sentences/settings.ts';
import type { Message } from '../../web-api/slack-api.ts';

/** To an admin: a person asks. `switches`: an approval changes the setting from "Admins only" to "Chosen people". */
export function renderAccessRequest(id: string, userId: string, switches: boolean): Message {
  const text = ACCESS.asks(`<@${userId}>`);
  return {
    text,
    blocks: [
      renderSection('access', mrkdwn(text)),
      renderContext('access_effect', switches ? ACCESS.switches : ACCESS.adds),
      renderActions('access_buttons', [
        renderButton(ACTIONS.approveAccess, BUTTONS.approve, id),
        renderButton(ACTIONS.declineAccess, BUTTONS.decline, id),
      ]),
    ],
  };
}

/** A message about a decision. */
export function renderDecision(text: string): Message {
  return { text, blocks: [renderSection('access', mrkdwn(text))] };
}
