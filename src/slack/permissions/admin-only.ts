import type { ModalView } from '@slack/types';
import type { InModal, Interaction, Press } from '../bolt/interaction.ts';
import { renderNotice } from '../modals/notice-page.ts';
import { pushNotice, type SubmissionAnswer } from '../modals/submission-answer.ts';
import type { Notice } from '../sentences/common.ts';
import { findNotice, type Permissions } from './permissions.ts';

/** Wraps handlers for admins and owners only. Anybody else sees the refusal as a modal, on top of the one that is open. */
export function createAdminOnly(permissions: Pick<Permissions, 'checkAdmin'>) {
  return { opens, does, submits };

  /** Wraps a button that opens a page. The page is prepared while Slack is asked about the person. */
  function opens(prepare: (press: Press) => Promise<ModalView>): (press: Press) => Promise<void> {
    return async (press) => {
      const [denial, page] = await Promise.all([findDenial(press), prepare(press)]);
      await press.api.openView(press.triggerId, denial === undefined ? page : renderNotice(denial));
    };
  }

  /** Wraps a button that does something. */
  function does<P extends Press>(handler: (press: P) => Promise<void>): (press: P) => Promise<void> {
    return async (press) => {
      const denial = await findDenial(press);
      if (denial === undefined) return handler(press);
      const { api, triggerId, view } = press;
      await (view === undefined ? api.openView : api.pushView)(triggerId, renderNotice(denial));
    };
  }

  /** Wraps the submission of a form. */
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
