import type { GivenFile } from '../../modals/view-state.ts';
import type { Downloaded } from '../../web-api/download-file.ts';
import { isOfSlack, isRefusal, type SlackApi } from '../../web-api/slack-api.ts';
import { isFileGone, isScopeMissing } from '../../web-api/slack-errors.ts';

type Api = Pick<SlackApi, 'findFile' | 'downloadFile' | 'deleteFile'>;

/** The bytes of a file in a form. It is read into memory once. Of a file of Slack Connect, the form knows only the id. */
export async function fetchFile(
  api: Api,
  { id, name, url_private_download: url }: GivenFile,
): Promise<{ name: string | undefined; downloaded: Downloaded }> {
  try {
    const found = url === undefined ? await api.findFile(id) : { name, url_private_download: url };
    return { name: found.name, downloaded: await api.downloadFile(found.url_private_download) };
  } catch (error) {
    if (!isOfSlack(error)) throw error;
    if (isRefusal(error, isFileGone)) return { name, downloaded: { kind: 'gone' } };
    return { name, downloaded: { kind: isRefusal(error, isScopeMissing) ? 'no_scope' : 'unreachable' } };
  }
}

/** Tries to delete a file with passwords from Slack; false where it may still be there. */
export async function tryToDelete(api: Api, { id }: GivenFile): Promise<boolean> {
  try {
    await api.deleteFile(id);
    return true;
  } catch (error) {
    if (!isOfSlack(error)) throw error;
    return isRefusal(error, isFileGone);
  }
}
