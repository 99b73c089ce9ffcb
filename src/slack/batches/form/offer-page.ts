import type { ModalView } from '@slack/types';
import type { Batch } from '../../../add-inbox/batch/batch.ts';
import { clientNameOf } from '../../../add-inbox/keys/key-owner.ts';
import { renderActions, renderContext, renderSection } from '../../blocks/blocks.ts';
import { slackDate } from '../../blocks/slack-date.ts';
import { mrkdwn } from '../../blocks/text-objects.ts';
import { type PasswordLink, renderOpen } from '../../form/password/password-link.ts';
import { CALLBACKS } from '../../ids.ts';
import { renderModalFrame } from '../../modals/modal-frame.ts';
import { renderNotice } from '../../modals/notice-page.ts';
import type { FindTarget } from '../../permissions/find-target.ts';
import { BATCH_FORM } from '../../sentences/batches.ts';
import { PASSWORD_LINK, PASSWORD_NOTICES } from '../../sentences/form.ts';
import { type ManyForm, renderManyForm } from './many-form.ts';

/** The inboxes that a link to the secure page is for. `fixOf`: only rows of this batch that failed. */
export type InboxesToAdd = Pick<Batch, 'teamId' | 'userId' | 'channelId' | 'resultsChannelId' | 'keyName' | 'fixOf'>;

/** The form for many inboxes with a link to the secure page, or the link alone where passwords are allowed nowhere else. */
export type OfferManyForm = (
  person: { teamId: string; userId: string },
  form: Omit<ManyForm, 'link'>,
) => Promise<ModalView>;

/** The form for many inboxes, with a link to the secure page if there is one. Where Slack may take no passwords, only the link. */
export function createOfferManyForm(deps: {
  findTarget: FindTarget;
  /** Undefined where this installation serves no secure page. */
  createBatchLink(inboxes: InboxesToAdd): Promise<PasswordLink | undefined>;
}): OfferManyForm {
  return async ({ teamId, userId }, form) => {
    const { channelId, batch } = form.context;
    const target = await deps.findTarget(teamId, form.context);
    if (!target.ok) return renderNotice(target.notice);
    const { settings, keyName } = target;
    const inboxes = { teamId, userId, channelId, keyName, fixOf: batch?.fixOf };
    const link = await deps.createBatchLink({ ...inboxes, resultsChannelId: settings.resultsChannelId });
    if (settings.passwordsIn === 'slack_or_page') return renderManyForm({ ...form, link });
    return link === undefined ? renderNotice(PASSWORD_NOTICES.noPage) : renderLinkPage(form, link);
  };
}

function renderLinkPage({ context, notice }: Omit<ManyForm, 'link'>, link: PasswordLink): ModalView {
  const client = clientNameOf(context.owner);
  const said = [
    notice,
    client === undefined ? undefined : BATCH_FORM.forClient(client),
    context.batch?.fixOf === undefined ? BATCH_FORM.onPage : BATCH_FORM.fixOnPage,
  ].filter((text) => text !== undefined);
  return {
    ...renderModalFrame(CALLBACKS.notice, { title: BATCH_FORM.title }),
    blocks: [
      ...said.map((text, index) => renderSection(`about.${index}`, text)),
      renderActions('secure_page', [{ ...renderOpen(link), style: 'primary' }]),
      renderContext('works', mrkdwn(PASSWORD_LINK.works(slackDate(link.expiresAt, 'time')))),
    ],
  };
}
