import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { replaceView } from '../../modals/replace-view.ts';
import { checkOwnerOrAdmin } from '../../permissions/owner-or-admin.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import { CANCEL_REQUEST, PASSWORD_NOTICES } from '../../sentences/form.ts';
import { sentences } from '../../sentences/notices.ts';

/** "Cancel" on an inbox that waits for its password, for the person who requested it and for admins. */
export function createCancelRequest(deps: {
  permissions: Pick<Permissions, 'checkAdding' | 'checkAdmin'>;
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  /** Ends the request and its links. False if it does not wait for a password anymore. */
  cancel(teamId: string, requestId: string, userId: string): Promise<boolean>;
  /** Makes the worker look for due requests. */
  wake(): void;
}) {
  return async (press: Press): Promise<void> => {
    const { api, actor, triggerId, value: id, view } = press;
    const request = await deps.find(actor.teamId, id);
    const checked = await checkOwnerOrAdmin(deps.permissions, press, request?.userId, CANCEL_REQUEST.notTheirs);
    const refusal = checked.notice ?? (request === undefined ? sentences.requestGone : undefined);
    const isCancelled = refusal === undefined && (await deps.cancel(actor.teamId, id, actor.userId));
    const notice = renderNotice(isCancelled ? CANCEL_REQUEST.done : (refusal ?? PASSWORD_NOTICES.notNeeded));
    if (isCancelled) deps.wake();
    if (view === undefined) {
      // The message with the button changes by itself.
      if (!isCancelled) await api.openView(triggerId, notice);
    } else if (isCancelled) await replaceView(api, view, notice);
    else await api.pushView(triggerId, notice);
  };
}
