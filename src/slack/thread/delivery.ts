import type { Delivery, NotDelivered } from '../../add-inbox/request/deliver.ts';
import { type AddInboxRequest, type Announcement, LeaseLostError } from '../../add-inbox/request/request.ts';
import { NotInstalledError, TokenUnreadableError } from '../install/installations.ts';
import { toSlackId } from '../web-api/conversation.ts';
import { isRefusal, type SlackApi, SlackRefusedError, SlackUnavailableError } from '../web-api/slack-api.ts';
import { isEditRefused, isPostingRefused, isThreadGone, isViewLost } from '../web-api/slack-errors.ts';
import { NotBegunError } from '../web-api/slack-fetch.ts';
import { renderAnnouncement } from './announcement.ts';
import { renderReply } from './reply.ts';
import { renderRequestPage } from './request-page.ts';

export type DeliveryDeps = {
  /**
   * @throws NotInstalledError where the bot is not installed in the workspace
   * @throws TokenUnreadableError where the workspace's token can't be decrypted
   */
  apiOf(teamId: string): Promise<SlackApi>;
  /** Tells the person in the command's conversation that the result is in their DM. Best effort. */
  explainDm(request: AddInboxRequest, isStillOurs: () => boolean): Promise<void>;
  onIgnored(request: AddInboxRequest, error: unknown): void;
};

/**
 * Sends a request's messages to Slack. A post whose answer is lost counts as not delivered and is repeated: a duplicate
 * message is less harmful than a missing result. The message goes to another conversation only where Slack's refusal is about
 * the conversation; after any other refusal it is tried again later. Each call asks `isStillOurs` right before its first byte.
 */
export function createDelivery({ apiOf, explainDm, onIgnored }: DeliveryDeps): Delivery {
  return { announce, reply, refresh };

  function announce(request: AddInboxRequest, isStillOurs: () => boolean): ReturnType<Delivery['announce']> {
    return delivering(request, isStillOurs, async (api) => {
      const { announcement } = request;
      if (announcement !== undefined && (await updated(api, request, announcement))) {
        return { kind: 'announced', announcement };
      }
      return { kind: 'announced', announcement: await post(api, request, isStillOurs) };
    });
  }

  function reply(request: AddInboxRequest, isStillOurs: () => boolean): ReturnType<Delivery['reply']> {
    return delivering(request, isStillOurs, async (api) => {
      const { announcement } = request;
      if (announcement === undefined) return { kind: 'moved', announcement: await post(api, request, isStillOurs) };
      try {
        const { ts } = await api.postMessage(announcement.channelId, renderReply(request), announcement.ts);
        return { kind: 'replied', ts };
      } catch (error) {
        if (!isRefusal(error, isPostingRefused)) throw error;
        if (isThreadGone(error.reason)) return { kind: 'moved', announcement: await post(api, request, isStillOurs) };
        if (announcement.surface === 'dm') throw error;
        return { kind: 'moved', announcement: await postToDm(api, request, isStillOurs) };
      }
    });
  }

  function refresh(request: AddInboxRequest, isStillOurs: () => boolean): ReturnType<Delivery['refresh']> {
    return delivering(request, isStillOurs, async (api) => {
      if (request.announcement !== undefined) await updated(api, request, request.announcement);
      // Most people have closed the form by now, so a missing view is no error.
      await api.updateView(request.viewId, renderRequestPage(request)).catch((error: unknown) => {
        if (!isRefusal(error, isViewLost)) throw error;
      });
      return { kind: 'refreshed' };
    });
  }

  async function delivering<T>(
    request: AddInboxRequest,
    isStillOurs: () => boolean,
    deliver: (api: SlackApi) => Promise<T>,
  ): Promise<T | NotDelivered> {
    try {
      return await deliver((await apiOf(request.teamId)).whileStillOurs(isStillOurs));
    } catch (error) {
      if (error instanceof NotBegunError) throw new LeaseLostError(request.id);
      if (error instanceof SlackUnavailableError) return { kind: 'later', retryAfterMs: error.retryAfterMs };
      if (error instanceof TokenUnreadableError) return { kind: 'later', retryAfterMs: undefined };
      if (error instanceof NotInstalledError) return { kind: 'cannot_post' };
      if (!(error instanceof SlackRefusedError)) throw error;
      onIgnored(request, error);
      return isPostingRefused(error.reason) ? { kind: 'cannot_post' } : { kind: 'later', retryAfterMs: undefined };
    }
  }

  /** Posts in the channel for results, else in the command's channel; in the person's DM where the bot can't post there. */
  async function post(api: SlackApi, request: AddInboxRequest, isStillOurs: () => boolean): Promise<Announcement> {
    const known = request.announcement;
    try {
      const surface = known?.surface ?? 'channel';
      const channelId = known?.channelId ?? request.resultsChannelId ?? toSlackId(request.channelId);
      return { ...(await api.postMessage(channelId, renderAnnouncement(request))), surface };
    } catch (error) {
      if (!isRefusal(error, isPostingRefused) || known?.surface === 'dm') throw error;
      return postToDm(api, request, isStillOurs);
    }
  }

  async function postToDm(api: SlackApi, request: AddInboxRequest, isStillOurs: () => boolean): Promise<Announcement> {
    const inDm = { channelId: request.userId, ts: '', surface: 'dm' } as const;
    const posted = await api.postMessage(request.userId, renderAnnouncement({ ...request, announcement: inDm }));
    // The message is posted already. A failure here must not post it again.
    await explainDm(request, isStillOurs).catch((error: unknown) => onIgnored(request, error));
    return { ...posted, surface: 'dm' };
  }

  /** False where the message is gone or can no longer be changed. */
  async function updated(api: SlackApi, request: AddInboxRequest, announcement: Announcement): Promise<boolean> {
    try {
      await api.updateMessage(announcement.channelId, announcement.ts, renderAnnouncement(request));
      return true;
    } catch (error) {
      if (isRefusal(error, isEditRefused)) return false;
      throw error;
    }
  }
}
