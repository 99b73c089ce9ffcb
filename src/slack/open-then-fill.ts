import type { ModalView } from '@slack/types';
import { isRefusal, type OpenedView, type SlackApi } from './slack-api.ts';
import { isViewOutdated } from './slack-errors.ts';
import { tryPatiently } from './try-patiently.ts';

/**
 * Puts what is being prepared in the place of a page that says to wait; where it fails, `failed`, so that nobody waits before
 * that page for ever. Throws what opening and preparing throw.
 */
export async function openThenFill(
  api: Pick<SlackApi, 'updateView'>,
  opening: Promise<OpenedView>,
  preparing: Promise<ModalView>,
  failed: ModalView,
): Promise<void> {
  const [opened, prepared] = await Promise.allSettled([opening, preparing]);
  if (opened.status === 'rejected') throw opened.reason;
  const { id, hash } = opened.value;
  const page = prepared.status === 'fulfilled' ? prepared.value : failed;
  // Outdated: they closed it, or Slack had taken this before and its answer was lost.
  await tryPatiently(() => api.updateView(id, page, hash)).catch((error: unknown) => {
    if (!isRefusal(error, isViewOutdated)) throw error;
  });
  if (prepared.status === 'rejected') throw prepared.reason;
}
