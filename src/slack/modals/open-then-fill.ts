import type { ModalView } from '@slack/types';
import type { OpenedView, SlackApi } from '../web-api/slack-api.ts';
import { replaceView } from './replace-view.ts';

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
  await replaceView(api, opened.value, prepared.status === 'fulfilled' ? prepared.value : failed);
  if (prepared.status === 'rejected') throw prepared.reason;
}
