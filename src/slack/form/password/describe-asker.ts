import type { Batch } from '../../../add-inbox/batch/batch.ts';
import { toSlackId } from '../../web-api/conversation.ts';
import type { SlackApi } from '../../web-api/slack-api.ts';

/** A request or a batch. */
type Asked = Pick<Batch, 'teamId' | 'userId' | 'announcement' | 'resultsChannelId' | 'channelId'>;

/** The names around it for a page outside Slack; '' if Slack does not tell. `threadUrl`: where the result will be. */
export async function describeAsker(
  apiOf: (teamId: string) => Promise<SlackApi>,
  asked: Asked,
): Promise<{ person: string; workspace: string; threadUrl: string }> {
  const api = await apiOf(asked.teamId);
  const [person, workspace, threadUrl] = await Promise.all([
    api.findUser(asked.userId).then(({ real_name, name }) => real_name || name, unnamed),
    api.authTest().then(({ teamName }) => teamName, unnamed),
    findThreadUrl(api, asked),
  ]);
  return { person, workspace, threadUrl };
}

/** The link to the announcement, or to the channel of the results. */
export async function findThreadUrl(
  api: Pick<SlackApi, 'getPermalink'>,
  { teamId, announcement, resultsChannelId, channelId }: Asked,
): Promise<string> {
  const channel = announcement?.channelId ?? resultsChannelId ?? toSlackId(channelId);
  const inSlack = `https://slack.com/app_redirect?${new URLSearchParams({ team: teamId, channel })}`;
  return announcement === undefined ? inSlack : api.getPermalink(channel, announcement.ts).catch(() => inSlack);
}

function unnamed(): string {
  return '';
}
