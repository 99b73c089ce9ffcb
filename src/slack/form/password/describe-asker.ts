import type { AddInboxRequest } from '../../../add-inbox/request/request.ts';
import { toSlackId } from '../../web-api/conversation.ts';
import type { SlackApi } from '../../web-api/slack-api.ts';

/** The names around a request for a page outside Slack; '' if Slack does not tell. `threadUrl`: where the result will be. */
export async function describeAsker(
  apiOf: (teamId: string) => Promise<SlackApi>,
  { teamId, userId, announcement, resultsChannelId, channelId }: AddInboxRequest,
): Promise<{ person: string; workspace: string; threadUrl: string }> {
  const api = await apiOf(teamId);
  const channel = announcement?.channelId ?? resultsChannelId ?? toSlackId(channelId);
  const inSlack = `https://slack.com/app_redirect?${new URLSearchParams({ team: teamId, channel })}`;
  const [person, workspace, threadUrl] = await Promise.all([
    api.findUser(userId).then(({ real_name, name }) => real_name || name, unnamed),
    api.authTest().then(({ teamName }) => teamName, unnamed),
    announcement === undefined ? inSlack : api.getPermalink(channel, announcement.ts).catch(() => inSlack),
  ]);
  return { person, workspace, threadUrl };
}

function unnamed(): string {
  return '';
}
