import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Click, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { sentences } from '../../sentences/notices.ts';
import { renderSuccessor } from '../../thread/request-page.ts';
import { findLink } from '../../web-api/find-link.ts';
import type { SlackApi } from '../../web-api/slack-api.ts';
import { draftLike, draftOf } from '../draft-defaults.ts';
import type { Draft } from '../fields.ts';
import type { FormToOpen } from '../open-form.ts';

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
      const open = press.view === undefined ? api.openView : api.pushView;
      await open(press.triggerId, renderNotice(sentences.requestGone));
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

/**
 * The form for the next inbox, like an earlier one: the same provider, servers, limit and channel, without anything about the inbox.
 */
export function createAddAnother(deps: {
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  /** The person's last request for a single inbox. */
  findLastOf(teamId: string, userId: string): Promise<AddInboxRequest | undefined>;
  openForm(click: Click, form: FormToOpen): Promise<void>;
}) {
  return { open, draftLast, openEmpty };

  /** The button in the window with a result. The value is the request's id. */
  async function open(press: Press): Promise<void> {
    const request = await deps.find(press.actor.teamId, press.value);
    const context = { channelId: request?.channelId ?? press.actor.userId, generation: 0, after: press.value };
    await deps.openForm(press, { context, draft: request ? draftLike(request.account) : {} });
  }

  /** The draft for `/add-inbox last`; empty where the person has added nothing. */
  async function draftLast(teamId: string, userId: string): Promise<Draft> {
    const last = await deps.findLastOf(teamId, userId);
    return last === undefined ? {} : draftLike(last.account);
  }

  /** The Home has no channel, so the result goes to the person's direct messages. */
  function openEmpty(press: Press): Promise<void> {
    return deps.openForm(press, { context: { channelId: press.actor.userId, generation: 0 }, draft: {} });
  }
}

/** The link to a request's reply, or to the thread it will be in; undefined where Slack does not answer in time. */
function findReplyLink(api: SlackApi, { announcement, replyTs }: AddInboxRequest): Promise<string | undefined> {
  if (announcement === undefined) return Promise.resolve(undefined);
  return findLink(api, announcement.channelId, replyTs ?? announcement.ts);
}
