/** The prefix for a group direct message, whose id looks like a channel's. */
const GROUP = 'mpim:';

/**
 * The stored form of a command's conversation. Only the command's payload distinguishes a group direct message from a channel,
 * by a name such as `mpdm-ada--mel-1`.
 */
export function toConversation({ channel_id, channel_name }: { channel_id: string; channel_name: string }): string {
  return channel_name.startsWith('mpdm-') ? `${GROUP}${channel_id}` : channel_id;
}

/** Slack's id of a stored conversation. */
export function toSlackId(conversation: string): string {
  return conversation.startsWith(GROUP) ? conversation.slice(GROUP.length) : conversation;
}

/**
 * True for direct messages (ids start with D, or are the id of the person who gets the bot's direct message) and group direct
 * messages. The bot can't be invited into any of them.
 */
export function isBetweenPeople(conversation: string): boolean {
  return /^[DUW]/.test(conversation) || conversation.startsWith(GROUP);
}
