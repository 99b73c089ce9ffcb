import type { ModalView } from '@slack/types';
import { isRefusal, type OpenedView, type SlackApi } from '../web-api/slack-api.ts';
import { isViewOutdated } from '../web-api/slack-errors.ts';
import { tryPatiently } from '../web-api/try-patiently.ts';

/**
 * Replaces a view that has not changed since `hash`. Does nothing where the view is closed or shows something newer. The
 * view is also newer where Slack took the page at an earlier try and its answer was lost.
 */
export async function replaceView(
  api: Pick<SlackApi, 'updateView'>,
  view: { id: string; hash?: string | undefined },
  page: ModalView,
): Promise<void> {
  await unlessOutdated(tryPatiently(() => api.updateView(view.id, page, view.hash)));
}

/** The updated view; undefined where it is closed or shows something newer. */
export function unlessOutdated(updating: Promise<OpenedView>): Promise<OpenedView | undefined> {
  return updating.catch((error: unknown) => {
    if (isRefusal(error, isViewOutdated)) return undefined;
    throw error;
  });
}
