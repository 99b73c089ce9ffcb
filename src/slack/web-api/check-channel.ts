import type { CheckChannel } from '../../add-inbox/keys/store-key.ts';
import { isOfSlack, isRefusal, type SlackApi } from './slack-api.ts';
import { isChannelSeen, isPostingRefused } from './slack-errors.ts';

/** Ids of channels. Any other id that accepts posts is a private conversation. */
const CHANNEL = /^[CG][A-Z0-9]+$/;

/** A message with this time can't exist, since it is older than Slack. */
const NO_MESSAGE_TS = '1000000000.000000';

/**
 * Checks whether the bot can post in a channel, as far as possible without a post and without scopes that read channels.
 * `chat.getPermalink` needs no scope and changes nothing. It answers `channel_not_found` for a channel that the bot can't see:
 * a private one without the bot, or one of another workspace. For any other, it answers that the message does not exist. Only a
 * post shows that a channel is archived or restricted: `announceChange` finds that out.
 */
export function createCheckChannel(api: Pick<SlackApi, 'getPermalink'>): CheckChannel {
  return async (channelId) => {
    if (!CHANNEL.test(channelId)) return 'cannot_post';
    try {
      await api.getPermalink(channelId, NO_MESSAGE_TS);
      return 'ok';
    } catch (error) {
      if (isRefusal(error, isChannelSeen)) return 'ok';
      if (isRefusal(error, isPostingRefused)) return 'cannot_post';
      if (isOfSlack(error)) return 'slack_silent';
      throw error;
    }
  };
}
