import type { ModalView } from '@slack/types';
import type { ActionPayload, Actor } from '../bolt/payloads.ts';
import { renderNotice } from '../modals/notice-page.ts';
import type { Notice } from '../sentences/common.ts';
import type { SlackApi } from '../web-api/slack-api.ts';
import { findNotice, type Rights } from './permissions.ts';

type OnButton<T> = (api: SlackApi, actor: Actor, action: ActionPayload) => Promise<T>;

/** What only admins and owners may do; anybody else gets to see why not. `what` is the button, for the audit trail. */
export function createAdminOnly(rights: Pick<Rights, 'checkAdmin'>) {
  return { opens, does };

  /** A button of the Home that opens a page, which is prepared while Slack is asked who they are. */
  function opens(what: string, prepare: OnButton<ModalView>): OnButton<void> {
    return async (api, actor, action) => {
      const [refusal, page] = await Promise.all([findRefusal(api, actor, what), prepare(api, actor, action)]);
      await api.openView(action.trigger_id, refusal === undefined ? page : renderNotice(refusal));
    };
  }

  /** A button of the Home that changes something. */
  function does(what: string, handler: OnButton<void>): OnButton<void> {
    return async (api, actor, action) => {
      const refusal = await findRefusal(api, actor, what);
      if (refusal === undefined) return handler(api, actor, action);
      await api.openView(action.trigger_id, renderNotice(refusal));
    };
  }

  async function findRefusal(api: SlackApi, actor: Actor, what: string): Promise<Notice | undefined> {
    return findNotice(await rights.checkAdmin(api, actor, { what }));
  }
}
