import type { ModalView } from '@slack/types';
import type { Notice } from '../sentences/common.ts';
import { renderNotice } from './notice-page.ts';

/** What a submission is answered with. */
export type SubmissionAnswer =
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update'; view: ModalView }
  /** On top, so that what they typed is still there when they close it. */
  | { response_action: 'push'; view: ModalView };

/** The answer to a submission that is refused as a whole. */
export function pushNotice(notice: Notice): SubmissionAnswer {
  return { response_action: 'push', view: renderNotice(notice) };
}
