import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import type { Click, Press } from '../bolt/interaction.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { sentences } from '../sentences/notices.ts';
import { renderSuccessor } from '../thread/request-page.ts';
import { findLink } from '../web-api/find-link.ts';
import type { SlackApi } from '../web-api/slack-api.ts';
import { draftOf } from './draft-defaults.ts';
import type { FormToOpen } from './open-form.ts';

/**
 * "Fix and try again" and "Try once more" under a reply open the form for the same thread, filled in except for the passwords.
 * Where a later request has added the inbox or is adding it, a page about that request opens instead.
 */
export function createTryAgain(deps: {
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  /** The later request for the same inbox that makes another try pointless. */
  findSuccessor(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  openForm(click: Click, form: FormToOpen): Promise<void>;
  /** Undefined where the URL is not Slack's. */
  sealResponseUrl(teamId: string, responseUrl: string): string | undefined;
}) {
  return async (press: Press): Promise<void> => {
    const { api, actor, value: requestId, responseUrl } = press;
    const [request, successor] = await Promise.all([
      deps.find(actor.teamId, requestId),
      deps.findSuccessor(actor.teamId, requestId),
    ]);
    if (request === undefined) {
      await api.openView(press.triggerId, renderNotice(sentences.requestGone));
      return;
    }
    const context = {
      channelId: request.channelId,
      sealedResponseUrl: responseUrl === undefined ? undefined : deps.sealResponseUrl(actor.teamId, responseUrl),
      retryOf: request.id,
      generation: 0,
    };
    const draft = draftOf(request.account);
    const instead = successor && renderSuccessor(successor, actor.userId, await findReplyLink(api, successor));
    await deps.openForm(press, { context, draft, instead });
  };
}

/** The link to a request's reply, or to the thread it will be in; undefined where Slack does not answer in time. */
function findReplyLink(api: SlackApi, { announcement, replyTs }: AddInboxRequest): Promise<string | undefined> {
  if (announcement === undefined) return Promise.resolve(undefined);
  return findLink(api, announcement.channelId, replyTs ?? announcement.ts);
}
