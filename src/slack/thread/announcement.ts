import type { KnownBlock } from '@slack/types';
import type { AccountToAdd } from '../../add-inbox/account/sender-account.ts';
import { clientNameOf } from '../../add-inbox/keys/key-owner.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { boldText, renderActions, renderButton, renderContext, renderRichText, richText } from '../blocks/blocks.ts';
import { escapeTopLevel, oneLine, truncate } from '../blocks/foreign-text.ts';
import { mrkdwn } from '../blocks/text-objects.ts';
import { renderCancel } from '../form/password/password-link.ts';
import { ACTIONS } from '../ids.ts';
import { BUTTONS, PROVIDER_PHRASES } from '../sentences/common.ts';
import { ANNOUNCEMENT, PLACES } from '../sentences/thread.ts';
import { isBetweenPeople } from '../web-api/conversation.ts';
import type { Message } from '../web-api/slack-api.ts';
import { describeState } from './describe-state.ts';
import { nameInbox } from './inbox-text.ts';
import type { Threaded } from './posting.ts';

/** Longer names take more than the line of the address. */
const NAME_SHOWN = 100;

/**
 * The first message of a request's thread. Its lines are the request's state, the inbox, the person with provider and client, and
 * the status or the reason to wait. Posted once and updated with each change.
 */
export function renderAnnouncement(request: AddInboxRequest): Message {
  const { account, keyName, userId } = request;
  const { emoji, title, words, status } = describeState(request);
  const misplaced = sayWhyHere(request);
  const client = clientNameOf(keyName);
  const last = [...[words, misplaced].filter(Boolean).map(mrkdwn), ...(status === undefined ? [] : [status])];
  const blocks: KnownBlock[] = [
    renderRichText('state', [
      boldText(`${emoji} ${title}\n`),
      boldText(oneLine(account.email_address)),
      richText(` · ${truncate(oneLine(account.display_name), NAME_SHOWN)}\n${ANNOUNCEMENT.requestedBy} `),
      { type: 'user', user_id: userId },
      richText(` · ${nameProvider(account)}${client === undefined ? '' : ` · ${oneLine(client)}`}`),
    ]),
    ...(last.length === 0 ? [] : [renderContext('last', ...last)]),
    ...(request.waitsFor === 'password' && request.outcome === undefined ? [renderEnterPassword(request.id)] : []),
  ];
  const said = [
    `${title} – ${nameInbox(account, keyName)}.`,
    `${ANNOUNCEMENT.requestedBy} <@${userId}> · ${escapeTopLevel(nameProvider(account))}.`,
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

/** Names other providers by their server. */
function nameProvider({ inbox_type, smtp_host }: AccountToAdd): string {
  const name = PROVIDER_PHRASES[inbox_type];
  return inbox_type === 'CUSTOM_SMTP' ? `${name} (${smtp_host})` : name;
}

/** Why the message is in the person's DM, and how to get it into the channel; '' where it is in the intended conversation. */
export function sayWhyHere({ announcement, channelId, resultsChannelId }: Threaded): string {
  if (announcement?.surface !== 'dm' || announcement.channelId === channelId) return '';
  if (resultsChannelId !== undefined) return PLACES.cannotPost(`<#${resultsChannelId}>`);
  return isBetweenPeople(channelId) ? PLACES.cannotPostInConversation : PLACES.cannotPost(`<#${channelId}>`);
}
