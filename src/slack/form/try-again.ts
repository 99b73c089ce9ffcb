import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import type { Click, Press } from '../bolt/interaction.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { sentences } from '../sentences/notices.ts';
import { renderSuccessor } from '../thread/request-page.ts';
import { isOfSlack, type SlackApi } from '../web-api/slack-api.ts';
import { draftOf } from './draft-defaults.ts';
import type { FormToOpen } from './open-form.ts';

/** Of the three seconds that the trigger lives, what looking up a link may take. */
const LINK_WITHIN_MS = 700;

/**
 * "Fix and try again" and "Try once more" under a reply: the form, filled in but for the passwords, for the same thread. Where
 * the inbox was added in the meantime, or is being added, that is said instead.
 */
export function createTryAgain(deps: {
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  /** The later request that makes trying this one again pointless. */
  findSuccessor(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  openForm(click: Click, form: FormToOpen): Promise<void>;
  /** Undefined where it is no URL of Slack's. */
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
    const instead = successor && renderSuccessor(successor, actor.userId, await findLink(api, successor));
    await deps.openForm(press, { context, draft, instead });
  };
}

/** The address of a request's reply, or of the thread it will be in; undefined where Slack does not say so in time. */
function findLink(api: SlackApi, { announcement, replyTs }: AddInboxRequest): Promise<string | undefined> {
  if (announcement === undefined) return Promise.resolve(undefined);
  const found = api.getPermalink(announcement.channelId, replyTs ?? announcement.ts).catch((error: unknown) => {
    if (isOfSlack(error)) return undefined;
    throw error;
  });
  return answerInTime(found, LINK_WITHIN_MS, () => undefined);
}
