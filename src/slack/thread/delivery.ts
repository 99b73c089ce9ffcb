import type { Delivery } from '../../add-inbox/request/deliver.ts';
import type { AddInboxRequest } from '../../add-inbox/request/request.ts';
import { isRefusal } from '../web-api/slack-api.ts';
import { isPostingRefused, isThreadGone, isViewLost } from '../web-api/slack-errors.ts';
import { renderAnnouncement } from './announcement.ts';
import { createPosting, type PostingDeps } from './posting.ts';
import { renderReply } from './reply.ts';
import { renderRequestPage } from './request-page.ts';

/** Sends a request's messages to Slack; see `createPosting`. */
export function createDelivery(deps: PostingDeps<AddInboxRequest>): Delivery {
  const { delivering, post, postToDm, updated } = createPosting(deps);
  return { announce, reply, refresh };

  function announce(request: AddInboxRequest, isStillOurs: () => boolean): ReturnType<Delivery['announce']> {
    return delivering(request, isStillOurs, async (api) => {
      const { announcement } = request;
      if (announcement !== undefined && (await updated(api, announcement, renderAnnouncement(request)))) {
        return { kind: 'announced', announcement };
      }
      return { kind: 'announced', announcement: await post(api, request, renderAnnouncement, isStillOurs) };
    });
  }

  function reply(request: AddInboxRequest, isStillOurs: () => boolean): ReturnType<Delivery['reply']> {
    return delivering(request, isStillOurs, async (api) => {
      const { announcement } = request;
      const postAgain = () => post(api, request, renderAnnouncement, isStillOurs);
      if (announcement === undefined) return { kind: 'moved', announcement: await postAgain() };
      try {
        const { ts } = await api.postMessage(announcement.channelId, renderReply(request), announcement.ts);
        return { kind: 'replied', ts };
      } catch (error) {
        if (!isRefusal(error, isPostingRefused)) throw error;
        if (isThreadGone(error.reason)) return { kind: 'moved', announcement: await postAgain() };
        if (announcement.surface === 'dm') throw error;
        return { kind: 'moved', announcement: await postToDm(api, request, renderAnnouncement, isStillOurs) };
      }
    });
  }

  function refresh(request: AddInboxRequest, isStillOurs: () => boolean): ReturnType<Delivery['refresh']> {
    return delivering(request, isStillOurs, async (api) => {
      const { announcement } = request;
      if (announcement !== undefined) await updated(api, announcement, renderAnnouncement(request));
      // Most people have closed the form by now, so a missing view is no error.
      await api.updateView(toSlackView(request.viewId), renderRequestPage(request)).catch((error: unknown) => {
        if (!isRefusal(error, isViewLost)) throw error;
      });
      return { kind: 'refreshed' };
    });
  }
}

/** A form that is not the first one in its view has what came before it after a dot. */
function toSlackView(viewId: string): string {
  return viewId.split('.')[0] ?? viewId;
}
