import type { ActionsBlock, KnownBlock, ModalView } from '@slack/types';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { renderActions, renderButton, renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeMrkdwn } from '../blocks/foreign-text.ts';
import { slackDate } from '../blocks/slack-date.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { ACTIONS, CALLBACKS } from '../ids.ts';
import { renderModalFrame } from '../modals/modal-frame.ts';
import { encodePrivateMetadata } from '../modals/private-metadata.ts';
import { BUTTONS } from '../sentences/common.ts';
import { FORM } from '../sentences/form.ts';
import { REQUEST_PAGE } from '../sentences/thread.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';
import { describeState } from './describe-state.ts';
import { renderInbox } from './inbox-text.ts';
import { renderOutcome } from './render-outcome.ts';
import { tryAgainLabel } from './reply.ts';

/** Replaces the form after its submission: the state of the request, in the words of its thread, and where that thread is. */
export function renderRequestPage(request: AddInboxRequest): ModalView {
  const { outcome } = request;
  const blocks = outcome === undefined ? renderUnsettled(request) : renderOutcome(request, outcome, 'page').blocks;
  return {
    ...renderModalFrame(CALLBACKS.notice, { title: FORM.title }),
    private_metadata: encodePrivateMetadata({ openedBy: request.userId }),
    blocks: [...blocks, renderContext('place', mrkdwn(sayWhere(request))), ...renderNext(request)],
  };
}

/**
 * Trying this inbox again where that makes sense, and the next inbox. Not before the result is shown: until then this page is
 * updated, which would replace the next form.
 */
function renderNext({ id, outcome }: AddInboxRequest): ActionsBlock[] {
  if (outcome === undefined) return [];
  const again = tryAgainLabel(outcome);
  const buttons = [
    ...(again === undefined ? [] : [{ ...renderButton(ACTIONS.tryAgain, again, id), style: 'primary' as const }]),
    renderButton(ACTIONS.addAnother, BUTTONS.addAnother, id),
  ];
  return [renderActions('next_inbox', buttons)];
}

/**
 * Replaces the form for trying a request again, where a later request has added the inbox, found it at ColdSend, or is still
 * under way. Names the person who made the later request and the place of its thread.
 *
 * @param link the address of the later request's message
 */
export function renderSuccessor(request: AddInboxRequest, shownTo: string, link?: string): ModalView {
  const { account, keyName, outcome, userId, acceptedAt, announcement, waitsFor } = request;
  const unsettled = waitsFor === 'password' ? 'password' : 'unsettled';
  const said = outcome?.kind === 'added' || outcome?.kind === 'exists' ? outcome.kind : unsettled;
  // Only its owner sees a DM. A place that is not known yet may be a DM.
  const maySeeIt = announcement?.surface === 'channel' || userId === shownTo;
  const where = link === undefined ? sayWhere(request) : REQUEST_PAGE.message(escapeMrkdwn(link));
  const by = REQUEST_PAGE.requestedBy(`<@${userId}>`, slackDate(acceptedAt, 'date'));
  return {
    ...renderModalFrame(CALLBACKS.notice, { title: FORM.title }),
    blocks: [
      renderSection('successor', REQUEST_PAGE.successor[said]),
      renderInbox(account, keyName),
      renderSection('place', mrkdwn(maySeeIt ? `${by} ${where}` : by)),
    ],
  };
}

function renderUnsettled(request: AddInboxRequest): KnownBlock[] {
  const { emoji, title, words } = describeState(request);
  return [
    renderSection('state', mrkdwn(`${emoji} *${title}*${words && `\n${words}`}`)),
    renderInbox(request.account, request.keyName),
    renderSection('next', REQUEST_PAGE.unsettled),
  ];
}

function sayWhere({ announcement, state, resultsChannelId }: AddInboxRequest): string {
  if (announcement === undefined && state === 'reported') return REQUEST_PAGE.cannotPost;
  if (announcement === undefined) {
    return resultsChannelId === undefined
      ? REQUEST_PAGE.toBeTold
      : REQUEST_PAGE.toBeToldThere(`<#${resultsChannelId}>`);
  }
  const { surface, channelId } = announcement;
  return surface === 'dm' || isBetweenPeople(channelId) ? REQUEST_PAGE.inDm : REQUEST_PAGE.inThread(`<#${channelId}>`);
}
