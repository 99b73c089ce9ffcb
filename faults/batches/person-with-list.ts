import type { LocalSlack, MessageSeen, Person } from '../../playground/local-slack/local-slack.ts';
import { previewPaste } from '../../test/acceptance/batches/batch-world.ts';
import { NOTICE } from '../../test/acceptance/world/fill-form.ts';
import { passwordFor } from '../world/fault-world.ts';

const CARD_WITHIN_MS = 5_000;

/** A person who pastes rows and confirms them, as far as the bot lives. */
export type PersonWithList = {
  userId: string;
  addresses: string[];
  /** True where they see the preview. */
  preview(): Promise<boolean>;
  /** True where they were told, now or before, that their inboxes are being added. */
  confirm(): Promise<boolean>;
  /** Waits for the card and so long after it, and presses "Stop the rest". */
  stop(afterMs: number): Promise<void>;
  hasPressedStop(): boolean;
  /** Their cards, the oldest first. */
  cards(): MessageSeen[];
};

export function createPersonWithList(slack: LocalSlack, channelId: string, addresses: string[]): PersonWithList {
  const person: Person = slack.as(slack.addPerson({ name: 'pat' }).id);
  const { userId } = person;
  slack.join(channelId, userId);
  const rows = addresses.map((address) => `${address}\t${passwordFor(address)}\tgoogle`);
  const text = ['Email\tApp Password\tProvider', ...rows].join('\n');
  let isConfirmed = false;
  let hasPressedStop = false;
  const cards = () => person.in(channelId).filter((message) => message.text.includes(`Requested by <@${userId}>`));

  return {
    userId,
    addresses,
    preview: () =>
      previewPaste(person, channelId, text).then(
        ({ submitLabel }) => submitLabel === `Add ${addresses.length} inboxes`,
        () => false,
      ),
    async confirm() {
      if (isConfirmed) return true;
      // What went wrong before stands on top of the preview.
      if (person.modal()?.callbackId === NOTICE) await person.close();
      const { modal } = await person.submit();
      isConfirmed = modal?.rendered.includes(`Adding ${addresses.length} inboxes`) ?? false;
      return isConfirmed;
    },
    async stop(afterMs) {
      const find = () => cards().find(({ rendered }) => rendered.includes('Stop the rest'));
      const card = await slack.waitFor(find, 'a card', { timeoutMs: CARD_WITHIN_MS }).catch(() => undefined);
      if (card === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      // Meanwhile the rows may be done and the button gone, or the bot dead.
      const pressed = await person.click('batch_stop', { in: card }).catch(() => undefined);
      hasPressedStop ||= pressed !== undefined;
    },
    hasPressedStop: () => hasPressedStop,
    cards,
  };
}
