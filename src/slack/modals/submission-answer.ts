import type { ModalView } from '@slack/types';
import type { Notice } from '../sentences/common.ts';
import { renderNotice } from './notice-page.ts';
import type { ViewState } from './view-state.ts';

export type SubmissionAnswer =
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update'; view: ModalView }
  /** Opens on top of the form, so that closing it leaves the person's input in place. */
  | { response_action: 'push'; view: ModalView };

/** Answers a submission that is refused as a whole. */
export function pushNotice(notice: Notice): SubmissionAnswer {
  return { response_action: 'push', view: renderNotice(notice) };
}

/**
 * The errors of fields (field → sentence) at the blocks of a view: `block_id` → sentence. The error of a field that the view does
 * not show is shown at `fallback`.
 */
export function placeErrors(
  errors: Record<string, string | undefined>,
  { inputs }: Pick<ViewState, 'inputs'>,
  fallback: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).flatMap(([field, sentence]) => {
      const block = inputs.get(field) ?? inputs.get(fallback);
      return block === undefined || sentence === undefined ? [] : [[block, sentence]];
    }),
  );
}
