import type { ModalView } from '@slack/types';
import type { OpenedView, SlackApi } from '../web-api/slack-api.ts';
import { replaceView } from './replace-view.ts';

/**
 * Replaces a waiting page with the page that is being prepared. Where preparing fails, `failed` replaces it, so that nobody
 * waits forever. Throws what opening and preparing throw.
 */
export async function openThenFill(
  api: Pick<SlackApi, 'updateView'>,
  opening: OpenedView | Promise<OpenedView>,
  preparing: Promise<ModalView>,
  failed: ModalView,
): Promise<void> {
  const [opened, prepared] = await Promise.allSettled([opening, preparing]);
  if (opened.status === 'rejected') throw opened.reason;
  await replaceView(api, opened.value, prepared.status === 'fulfilled' ? prepared.value : failed);
  if (prepared.status === 'rejected') throw prepared.reason;
}
