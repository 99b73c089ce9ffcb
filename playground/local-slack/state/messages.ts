import type { Change } from '../ledger/traffic.ts';
import { withIds } from './elements.ts';
import type { Ids } from './ids.ts';
import type { StoredMessage } from './records.ts';

export type NewMessage = Pick<StoredMessage, 'channelId' | 'userId' | 'text'> & Partial<StoredMessage>;

export type MessageChange = Partial<Pick<StoredMessage, 'text' | 'blocks' | 'attachments' | 'metadata'>>;

export type Messages = ReturnType<typeof createMessages>;

/** Messages by conversation, ephemeral ones included. */
export function createMessages({ ids, emit }: { ids: Ids; emit: (change: Change) => void }) {
  const byChannel = new Map<string, StoredMessage[]>();

  function inChannel(channelId: string): StoredMessage[] {
    const messages = byChannel.get(channelId) ?? [];
    byChannel.set(channelId, messages);
    return messages;
  }

  return {
    inChannel,
    all: (): StoredMessage[] => [...byChannel.values()].flat(),
    find: (channelId: string, ts: string): StoredMessage | undefined =>
      inChannel(channelId).find((message) => message.ts === ts),
    /** Whether replies can be put under this `ts`. */
    isThread: (channelId: string, ts: string): boolean =>
      inChannel(channelId).some((message) => message.ts === ts && message.onlyFor === undefined),
    post(given: NewMessage): StoredMessage {
      const message: StoredMessage = {
        ts: ids.nextTs(),
        threadTs: undefined,
        botId: undefined,
        attachments: [],
        metadata: undefined,
        editedTs: undefined,
        onlyFor: undefined,
        files: [],
        mrkdwn: true,
        ...given,
        blocks: withIds(given.blocks ?? [], ids),
      };
      inChannel(message.channelId).push(message);
      emit({ kind: 'message', message });
      return message;
    },
    update(message: StoredMessage, change: MessageChange): void {
      Object.assign(message, change);
      if (change.blocks !== undefined) message.blocks = withIds(change.blocks, ids);
      message.editedTs = ids.nextTs();
      emit({ kind: 'message', message });
    },
    delete(channelId: string, ts: string): void {
      const messages = inChannel(channelId);
      const at = messages.findIndex((message) => message.ts === ts);
      if (at === -1) return;
      messages.splice(at, 1);
      emit({ kind: 'message_deleted', channelId, ts });
    },
    deleteChannel(channelId: string): void {
      byChannel.delete(channelId);
    },
  };
}
