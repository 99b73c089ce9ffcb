import type { ModalView } from '@slack/types';
import type { Notice } from '../sentences/common.ts';
import { renderNotice } from './notice-page.ts';

export type SubmissionAnswer =
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update'; view: ModalView }
  /** Opens on top of the form, so that closing it leaves the person's input in place. */
  | { response_action: 'push'; view: ModalView };

/** Answers a submission that is refused as a whole. */
export function pushNotice(notice: Notice): SubmissionAnswer {
  return { response_action: 'push', view: renderNotice(notice) };
}
