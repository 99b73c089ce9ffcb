import { findAddressMistake, toAsciiAddress } from '../../../add-inbox/account/email-address.ts';
import { type AskedAction, findInboxId } from '../../../add-inbox/actions/inbox-action.ts';
import type { AcceptedAction } from '../../../add-inbox/actions/inbox-actions.ts';
import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import type { InModal, Interaction, Press } from '../../bolt/interaction.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import { pushNotice, type SubmissionAnswer } from '../../modals/submission-answer.ts';
import { checkOwnerOrAdmin, type OwnerOrAdmin } from '../../permissions/owner-or-admin.ts';
import type { Permissions } from '../../permissions/permissions.ts';
import type { Notice } from '../../sentences/common.ts';
import { sentences } from '../../sentences/notices.ts';
import { ACTION_NOTICES } from '../../sentences/thread.ts';
import { parseRemovalForm, renderRemovalForm } from './removal-form.ts';
import { parseTestEmailForm, renderTestEmailForm } from './test-email-form.ts';

/** The buttons under an inbox that was added, for the person who added it and for admins. */
export function createInboxButtons(deps: {
  permissions: Pick<Permissions, 'checkAdding' | 'checkAdmin'>;
  find(teamId: string, requestId: string): Promise<AddInboxRequest | undefined>;
  accept(asked: AskedAction, request: AddInboxRequest): Promise<AcceptedAction>;
  newReference(): string;
}) {
  return { openTestEmail, submitTestEmail, remove, openFromMenu, submitRemoval };

  async function openTestEmail(press: Press): Promise<void> {
    const found = await findAllowed(press, press.value);
    const page =
      found.notice === undefined
        ? renderTestEmailForm(press.actor.userId, found.request, found.person.email ?? '')
        : renderNotice(found.notice);
    await press.api.openView(press.triggerId, page);
  }

  async function submitTestEmail(submission: InModal): Promise<SubmissionAnswer> {
    const { requestId, recipient, block } = parseTestEmailForm(submission.view);
    const found = await findAllowed(submission, requestId);
    if (found.notice !== undefined) return pushNotice(found.notice);
    const mistake = findAddressMistake(recipient);
    if (mistake !== undefined) return { response_action: 'errors', errors: { [block]: mistake } };
    const { id: viewId } = submission.view;
    const asked = { kind: 'test_email', recipient: toAsciiAddress(recipient), viewId } as const;
    const accepted = await deps.accept({ ...identify(submission, found.request), ...asked }, found.request);
    // A view that comes twice has its one test email under way.
    const notice = accepted.kind === 'closed' ? sayClosed(found.request) : ACTION_NOTICES.accepted;
    return { response_action: 'update', view: renderNotice(notice) };
  }

  async function remove(press: Press): Promise<void> {
    const found = await findAllowed(press, press.value);
    const notice = found.notice ?? (await removeFound(press, found.request));
    // In the thread, the person sees the result.
    if (notice !== ACTION_NOTICES.removing) await press.api.openView(press.triggerId, renderNotice(notice));
  }

  /** The menu of an inbox in the Home. A removal is confirmed in a window, since a menu asks the same about all of its choices. */
  async function openFromMenu(press: Press): Promise<void> {
    const [kind, value = ''] = press.value.split(' ');
    if (kind !== 'remove') return openTestEmail({ ...press, value });
    const found = await findAllowed(press, value);
    const page =
      found.notice === undefined ? renderRemovalForm(press.actor.userId, found.request) : renderNotice(found.notice);
    await press.api.openView(press.triggerId, page);
  }

  async function submitRemoval(submission: InModal): Promise<SubmissionAnswer> {
    const found = await findAllowed(submission, parseRemovalForm(submission.view));
    if (found.notice !== undefined) return pushNotice(found.notice);
    return { response_action: 'update', view: renderNotice(await removeFound(submission, found.request)) };
  }

  async function removeFound(interaction: Interaction, request: AddInboxRequest): Promise<Notice> {
    const asked = { kind: 'remove', recipient: '', viewId: undefined } as const;
    const accepted = await deps.accept({ ...identify(interaction, request), ...asked }, request);
    if (accepted.kind === 'closed') return sayClosed(request);
    return accepted.kind === 'repeated' ? ACTION_NOTICES.repeated : ACTION_NOTICES.removing;
  }

  function identify({ actor: { teamId, userId } }: Interaction, { id: requestId }: AddInboxRequest) {
    return { id: deps.newReference(), teamId, userId, requestId };
  }

  /** The request, where this person may do something with its inbox and something can be done. */
  async function findAllowed(interaction: Interaction, requestId: string): Promise<Found> {
    const request = await deps.find(interaction.actor.teamId, requestId);
    const { permissions } = deps;
    const checked = await checkOwnerOrAdmin(permissions, interaction, request?.userId, ACTION_NOTICES.notTheirs);
    if (checked.notice !== undefined) return checked;
    if (request === undefined) return { notice: sentences.requestGone };
    return findInboxId(request) === undefined ? { notice: sayClosed(request) } : { ...checked, request };
  }
}

type Found = { notice: Notice } | (Extract<OwnerOrAdmin, { notice: undefined }> & { request: AddInboxRequest });

function sayClosed({ outcome }: AddInboxRequest): Notice {
  const closed = outcome?.kind === 'added' ? outcome.closed : undefined;
  return ACTION_NOTICES[closed ?? 'unsupported'];
}
