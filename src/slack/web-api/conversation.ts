/** Before the id of a group's direct message, which looks like a channel's. */
const GROUP = 'mpim:';

/**
 * The conversation a command was used in, as it is kept: only the command tells a group's direct message from a channel, by
 * its name `mpdm-ada--mel-1`.
 */
export function toConversation({ channel_id, channel_name }: { channel_id: string; channel_name: string }): string {
  return channel_name.startsWith('mpdm-') ? `${GROUP}${channel_id}` : channel_id;
}

/** What Slack calls a conversation that was kept. */
export function toSlackId(conversation: string): string {
  return conversation.startsWith(GROUP) ? conversation.slice(GROUP.length) : conversation;
}

/** Ids of direct messages start with D. Nobody can be invited into one, or into a group's. */
export function isBetweenPeople(conversation: string): boolean {
  return conversation.startsWith('D') || conversation.startsWith(GROUP);
}
