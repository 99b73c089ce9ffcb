import type { AddInboxRequest } from '../../add-inbox/request.ts';
import { draftOf } from '../form/form-context.ts';
import { ACTIONS } from '../ids.ts';
import { renderNotice } from '../notice-page.ts';
import type { FormToOpen } from '../open-form.ts';
import type { ActionPayload, Actor } from '../payloads.ts';
import { sentences } from '../sentences.ts';
import type { SlackApi } from '../slack-api.ts';

/** "Fix and try again" and "Try once more" under a reply: the form, filled in but for the passwords, for the same thread. */
export function createTryAgain(deps: {
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  openForm(api: SlackApi, form: FormToOpen): Promise<void>;
  /** Undefined where it is no URL of Slack's. */
  sealResponseUrl(teamId: string, responseUrl: string): string | undefined;
}) {
  return async (api: SlackApi, actor: Actor, action: ActionPayload): Promise<void> => {
    const requestId = action.actions[0]?.value ?? '';
    const request = await deps.find(actor.teamId, requestId);
    if (request === undefined) {
      await api.openView(action.trigger_id, renderNotice(sentences.requestGone));
      return;
    }
    const responseUrl = action.response_url;
    const context = {
      channelId: request.channelId,
      sealedResponseUrl: responseUrl === undefined ? undefined : deps.sealResponseUrl(actor.teamId, responseUrl),
      retryOf: request.id,
      generation: 0,
    };
    const draft = draftOf(request.account);
    await deps.openForm(api, { what: ACTIONS.tryAgain, actor, triggerId: action.trigger_id, context, draft });
  };
}
