import { answerInTime } from '../../add-inbox/worker/time-limit.ts';
import { isOfSlack, type SlackApi } from './slack-api.ts';

/** Slack drops a `trigger_id` after 3 s; looking up a link may take this much of it. */
const LINK_WITHIN_MS = 700;

/** The link to a message; undefined where Slack does not answer in time. */
export function findLink(
  api: Pick<SlackApi, 'getPermalink'>,
  channelId: string,
  ts: string,
): Promise<string | undefined> {
  const found = api.getPermalink(channelId, ts).catch((error: unknown) => {
    if (isOfSlack(error)) return undefined;
    throw error;
  });
  return answerInTime(found, LINK_WITHIN_MS, () => undefined);
}
