import type { Interaction } from '../../bolt/interaction.ts';
import { isOfSlack, type Message } from '../../web-api/slack-api.ts';

/**
 * Shows a message to the person alone: where they used the command, or else in their DM with the bot. Best effort, since the link is
 * in the window, too.
 *
 * @param respond false where Slack does not take it; undefined where the person used no command, or too long ago
 */
export async function sendAlone(
  { api, actor }: Interaction,
  message: Message,
  respond: ((message: Message) => Promise<boolean>) | undefined,
): Promise<void> {
  if (await respond?.(message)) return;
  await api.postMessage(actor.userId, message).catch((error: unknown) => {
    if (!isOfSlack(error)) throw error;
  });
}
