import type { ModalView } from '@slack/types';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { openThenFill } from '../../modals/open-then-fill.ts';
import { findNotice, type Permissions } from '../../permissions/permissions.ts';
import { PASSWORD_NOTICES } from '../../sentences/form.ts';
import { sentences } from '../../sentences/notices.ts';
import { type PasswordLink, renderPasswordPage } from './password-link.ts';

/** "Enter password" and "New link": a new link to the secure page, for the person who asked for the inbox. */
export function createEnterPassword(deps: {
  permissions: Permissions;
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  /** Undefined if the request waits for no password, or there is no secure page. */
  createLink(request: AddInboxRequest): Promise<PasswordLink | undefined>;
}) {
  return async (press: Press): Promise<void> => {
    const opening = press.api.openView(press.triggerId, renderNotice(sentences.waiting));
    await openThenFill(press.api, opening, prepare(press), renderNotice(sentences.failed));
  };

  async function prepare(press: Press): Promise<ModalView> {
    const { teamId, userId } = press.actor;
    const [permission, request] = await Promise.all([
      deps.permissions.checkAdding(press),
      deps.find(teamId, press.value),
    ]);
    const refusal = findNotice(permission);
    if (refusal !== undefined) return renderNotice(refusal);
    if (request === undefined) return renderNotice(sentences.requestGone);
    if (request.userId !== userId) return renderNotice(PASSWORD_NOTICES.notTheirs(`<@${request.userId}>`));
    const link = await deps.createLink(request);
    return link === undefined ? renderNotice(PASSWORD_NOTICES.notNeeded) : renderPasswordPage(request, link);
  }
}
