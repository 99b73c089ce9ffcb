import type { CheckChannel } from '../../add-inbox/keys/store-key.ts';
import { isOfSlack, isRefusal, type SlackApi } from './slack-api.ts';
import { isChannelSeen, isPostingRefused } from './slack-errors.ts';

/** Ids of channels; whatever else can be posted to is somebody's own conversation. */
const CHANNEL = /^[CG][A-Z0-9]+$/;

/** A message that can't be there: older than Slack. */
const NO_MESSAGE_TS = '1000000000.000000';

/**
 * Whether the bot can post in a channel, as far as Slack says without a post and without scopes that read channels.
 * `chat.getPermalink` needs no scope and changes nothing; for a channel that the bot can't see (private without it, or of
 * another workspace) it answers `channel_not_found`, for any other that there is no such message. That a channel is archived,
 * or that only some may post there, Slack says to a post alone: `announceChange` finds that out.
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
