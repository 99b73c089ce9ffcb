import { mrkdwn } from './mrkdwn.ts';
import { isRefusal, type SlackApi, SlackRefusedError, SlackUnavailableError } from './slack-api.ts';
import { isPlaceRefused } from './slack-errors.ts';

/** Ids of channels; whatever else can be posted to is somebody's own conversation. */
const CHANNEL = /^[CG][A-Z0-9]+$/;

/** Whether the bot can post in a channel, found out by posting `text`: without further scopes there is no other way. */
export async function canPost(
  api: SlackApi,
  channelId: string,
  text: string,
): Promise<'ok' | 'cannot_post' | 'slack_silent'> {
  if (!CHANNEL.test(channelId)) return 'cannot_post';
  try {
    await api.postNow(channelId, {
      text,
      blocks: [{ type: 'section', block_id: 'introduction', text: mrkdwn(text) }],
    });
    return 'ok';
  } catch (error) {
    if (isRefusal(error, isPlaceRefused)) return 'cannot_post';
    if (error instanceof SlackRefusedError || error instanceof SlackUnavailableError) return 'slack_silent';
    throw error;
  }
}
