import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { SecureLink } from '../../../add-inbox/secure-links/secure-link.ts';
import { renderActions, renderButton, renderSection } from '../../blocks/blocks.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import type { Press } from '../../bolt/interaction.ts';
import { ACTIONS } from '../../ids.ts';
import { TokenUnreadableError } from '../../install/installations.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { findNotice, type Permissions } from '../../permissions/permissions.ts';
import { MATCHING_CODE } from '../../sentences/form.ts';
import { nameInbox, renderInbox } from '../../thread/inbox-text.ts';
import type { ResponseUrls } from '../../web-api/response-url.ts';
import { isOfSlack, type Message, type SlackApi } from '../../web-api/slack-api.ts';

/** Asks the person of a link, in the DM with the bot, if they see this code on the secure page. False if Slack does not take it. */
export async function askForCode(
  apiOf: (teamId: string) => Promise<SlackApi>,
  { teamId, userId }: SecureLink,
  code: string,
  about: AddInboxRequest | undefined,
): Promise<boolean> {
  try {
    await (await apiOf(teamId)).postMessage(userId, renderQuestion(code, about));
    return true;
  } catch (error) {
    if (isOfSlack(error) || error instanceof TokenUnreadableError) return false;
    throw error;
  }
}

/** @param about undefined for a link that is not about one inbox */
function renderQuestion(code: string, about: AddInboxRequest | undefined): Message {
  const text = MATCHING_CODE.question(code);
  return {
    text: about === undefined ? text : `${text} ${nameInbox(about.account, about.keyName)}`,
    blocks: [
      renderSection('question', mrkdwn(`${MATCHING_CODE.title}\n${text}`)),
      ...(about === undefined ? [] : [renderInbox(about.account, about.keyName)]),
      renderActions('code', [
        { ...renderButton(ACTIONS.confirmCode, MATCHING_CODE.confirm(code), code), style: 'primary' },
        { ...renderButton(ACTIONS.denyCode, MATCHING_CODE.deny, code), style: 'danger' },
      ]),
    ],
  };
}

/** "This is me" and "Not me". Each works only for the person of the link, and only while a page of it shows the code. */
export function createCodeButtons(deps: {
  permissions: Pick<Permissions, 'checkAdding'>;
  links: Record<'confirmCode' | 'denyCode', (person: Press['actor'], code: string) => Promise<boolean>>;
  replace: ResponseUrls['replace'];
  onDenied(person: Press['actor']): void;
}) {
  return { confirm, deny };

  async function confirm(press: Press): Promise<void> {
    await decide(press, deps.links.confirmCode, MATCHING_CODE.confirmed);
  }

  async function deny(press: Press): Promise<void> {
    if (await decide(press, deps.links.denyCode, MATCHING_CODE.denied)) deps.onDenied(press.actor);
  }

  async function decide(press: Press, change: typeof deps.links.confirmCode, done: string): Promise<boolean> {
    const { api, actor, triggerId, value, responseUrl } = press;
    const refusal = findNotice(await deps.permissions.checkAdding(press));
    if (refusal !== undefined) {
      await api.openView(triggerId, renderNotice(refusal));
      return false;
    }
    const isDone = await change(actor, value);
    const text = isDone ? done : MATCHING_CODE.gone;
    if (responseUrl !== undefined) await deps.replace(responseUrl, { text, blocks: [renderSection('done', text)] });
    return isDone;
  }
}
