import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalSlack, MessageSeen, Person } from '../../playground/local-slack/local-slack.ts';

const CARD_WITHIN_MS = 5_000;

/** The cards of one person's lists. */
export type CardWatcher = {
  /** Waits for the card and so long after it, and presses "Stop the rest". */
  stop(afterMs: number): Promise<void>;
  hasPressedStop(): boolean;
  /** The oldest first. */
  cards(): MessageSeen[];
};

export function watchCards(slack: LocalSlack, person: Person, channelId: string): CardWatcher {
  let hasPressedStop = false;
  const requestedBy = `Requested by <@${person.userId}>`;
  const cards = () => person.in(channelId).filter(({ text }) => text.includes(requestedBy));
  return {
    async stop(afterMs) {
      const find = () => cards().find(({ rendered }) => rendered.includes('Stop the rest'));
      const card = await slack.waitFor(find, 'a card', { timeoutMs: CARD_WITHIN_MS }).catch(() => undefined);
      if (card === undefined) return;
      // Drawn for each trial, so that some lists are stopped early, and some late.
      await sleep(afterMs);
      // Meanwhile the rows may be done and the button gone, or the bot dead.
      const pressed = await person.click('batch_stop', { in: card }).catch(() => undefined);
      hasPressedStop ||= pressed !== undefined;
    },
    hasPressedStop: () => hasPressedStop,
    cards,
  };
}
