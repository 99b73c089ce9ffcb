import { VIEW_TITLE } from '../blocks/limits.ts';
import { plainText } from '../blocks/text-objects.ts';
import { REQUEST_PAGE } from '../sentences/thread.ts';

/** A modal without its blocks. Without `submit`, it has only the button that closes it. */
export function renderModalFrame(
  callbackId: string,
  { title, submit, cancel = REQUEST_PAGE.close }: { title: string; submit?: string; cancel?: string },
) {
  return {
    type: 'modal' as const,
    callback_id: callbackId,
    title: plainText(title, VIEW_TITLE),
    ...(submit !== undefined && { submit: plainText(submit, VIEW_TITLE) }),
    close: plainText(cancel, VIEW_TITLE),
  };
}
