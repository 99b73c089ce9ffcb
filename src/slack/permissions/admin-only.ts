import type { ModalView } from '@slack/types';
import type { InModal, Interaction, Press } from '../bolt/interaction.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { pushNotice, type SubmissionAnswer } from '../modals/submission-answer.ts';
import type { Notice } from '../sentences/common.ts';
import { findNotice, type Permissions } from './permissions.ts';

/** What only admins and owners may do. Anybody else sees why not: in place of the page, or on top of the modal they are in. */
export function createAdminOnly(permissions: Pick<Permissions, 'checkAdmin'>) {
  return { opens, does, submits };

  /** A button that opens a page, which is prepared while Slack is asked who they are. */
  function opens(prepare: (press: Press) => Promise<ModalView>): (press: Press) => Promise<void> {
    return async (press) => {
      const [denial, page] = await Promise.all([findDenial(press), prepare(press)]);
      await press.api.openView(press.triggerId, denial === undefined ? page : renderNotice(denial));
    };
  }

  /** A button that does something. */
  function does<P extends Press>(handler: (press: P) => Promise<void>): (press: P) => Promise<void> {
    return async (press) => {
      const denial = await findDenial(press);
      if (denial === undefined) return handler(press);
      const { api, triggerId, view } = press;
      await (view === undefined ? api.openView : api.pushView)(triggerId, renderNotice(denial));
    };
  }

  /** A form. */
  function submits(
    handler: (submission: InModal) => Promise<SubmissionAnswer | undefined>,
  ): (submission: InModal) => Promise<SubmissionAnswer | undefined> {
    return async (submission) => {
      const denial = await findDenial(submission);
      return denial === undefined ? handler(submission) : pushNotice(denial);
    };
  }

  async function findDenial(interaction: Interaction): Promise<Notice | undefined> {
    return findNotice(await permissions.checkAdmin(interaction));
  }
}
