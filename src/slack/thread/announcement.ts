import type { KnownBlock } from '@slack/types';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { renderActions, renderButton, renderContext, renderSection } from '../blocks/blocks.ts';
import { escapeMrkdwn, escapeTopLevel } from '../blocks/foreign-text.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { renderCancel } from '../form/password/password-link.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS, PROVIDER_PHRASES } from '../sentences/common.ts';
import { ANNOUNCEMENT, PLACES } from '../sentences/thread.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';
import type { Message } from '../web-api/slack-api.ts';
import { describeState } from './describe-state.ts';
import { nameInbox, renderInbox } from './inbox-text.ts';
import type { Threaded } from './posting.ts';

/**
 * The first message of a request's thread: the person, the inbox, its provider and the state of the request. Posted once and
 * updated with each change.
 */
export function renderAnnouncement(request: AddInboxRequest): Message {
  const { account, keyName, userId } = request;
  const { emoji, title, words, status } = describeState(request);
  const by = ANNOUNCEMENT.requestedBy(`<@${userId}>`, nameProvider(account));
  const misplaced = sayWhyHere(request);
  const blocks: KnownBlock[] = [
    renderSection('state', mrkdwn(`${emoji} *${title}*\n${by}`)),
    renderInbox(account, keyName),
    ...(words === '' ? [] : [renderContext('waits', mrkdwn(words))]),
    ...(status === undefined ? [] : [renderContext('status', status)]),
    ...(misplaced === '' ? [] : [renderContext('place', mrkdwn(misplaced))]),
    ...(request.waitsFor === 'password' && request.outcome === undefined ? [renderEnterPassword(request.id)] : []),
  ];
  const said = [
    `${title} – ${nameInbox(account, keyName)}.`,
    `${by}.`,
    words,
    status && `${escapeTopLevel(status)}.`,
    misplaced,
  ];
  return { text: said.filter(Boolean).join(' '), blocks };
}

function renderEnterPassword(requestId: string): KnownBlock {
  const enter = renderButton(ACTIONS.enterPassword, BUTTONS.enterPassword, requestId);
  return renderActions('password', [enter, renderCancel(requestId)]);
}

/** Names other providers by their server. A validated host name can't contain markup. */
function nameProvider({ inbox_type, smtp_host }: AccountToAdd): string {
  const name = PROVIDER_PHRASES[inbox_type];
  return inbox_type === 'CUSTOM_SMTP' ? `${name} (${escapeMrkdwn(smtp_host)})` : name;
}

/** Why the message is in the person's DM, and how to get it into the channel; '' where it is in the intended conversation. */
export function sayWhyHere({ announcement, channelId, resultsChannelId }: Threaded): string {
  if (announcement?.surface !== 'dm' || announcement.channelId === channelId) return '';
  if (resultsChannelId !== undefined) return PLACES.cannotPost(`<#${resultsChannelId}>`);
  return isBetweenPeople(channelId) ? PLACES.cannotPostInConversation : PLACES.cannotPost(`<#${channelId}>`);
}
