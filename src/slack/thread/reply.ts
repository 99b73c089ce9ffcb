import type { ActionsBlock } from '@slack/types';
import { findInboxId } from '../../add-inbox/actions/inbox-action.ts';
import { isHeldBack, type Outcome } from '../../add-inbox/request/outcome.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { renderActions, renderButton, renderDangerButton } from '../blocks/blocks.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS } from '../sentences/common.ts';
import { TRY_AGAIN } from '../sentences/outcomes.ts';
import { REMOVE_INBOX } from '../sentences/thread.ts';
import type { Message } from '../web-api/slack-api.ts';
import { renderOutcome } from './render-outcome.ts';

/** The one reply in the thread of a request. Throws a TypeError for a request that has no outcome yet. */
export function renderReply(request: AddInboxRequest): Message {
  const { outcome } = request;
  if (outcome === undefined) throw new TypeError(`request ${request.id} has no outcome yet`);
  const { text, blocks } = renderOutcome(request, outcome, 'thread');
  return { text, blocks: [...blocks, ...renderTryAgain(request.id, outcome), ...renderInboxButtons(request)] };
}

/** Buttons for an inbox that was added. */
function renderInboxButtons(request: Pick<AddInboxRequest, 'id' | 'outcome'>): ActionsBlock[] {
  const { id } = request;
  if (findInboxId(request) === undefined) return [];
  return [
    renderActions(`inbox_buttons.${id}`, [
      renderButton(ACTIONS.testEmail, BUTTONS.testEmail, id),
      renderDangerButton(ACTIONS.removeInbox, BUTTONS.removeInbox, id, REMOVE_INBOX),
    ]),
  ];
}

/** The button that tries an inbox again; undefined where nothing is left to try. */
export function tryAgainLabel(outcome: Outcome): string | undefined {
  const isNotTheirs = outcome.kind === 'refused' && (outcome.lostPermission ?? outcome.trouble) !== undefined;
  return isNotTheirs ? BUTTONS.tryOnceMore : TRY_AGAIN[outcome.kind];
}

function renderTryAgain(requestId: string, outcome: Outcome): ActionsBlock[] {
  const label = tryAgainLabel(outcome);
  if (label === undefined) return [];
  return [
    renderActions('try_again', [
      renderButton(ACTIONS.tryAgain, label, requestId),
      // Both open the form. An inbox is held back once, so the next try is sent in any case.
      ...(isHeldBack(outcome) ? [renderButton(ACTIONS.sendAnyway, BUTTONS.sendAnyway, requestId)] : []),
    ]),
  ];
}
