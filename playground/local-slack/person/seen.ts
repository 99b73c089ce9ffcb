import type { HomeSeen, MessageSeen, ModalSeen } from '../api.ts';
import type { Core } from '../core.ts';
import { textAt } from '../json.ts';
import type { PersonRecord, StoredMessage } from '../state/records.ts';
import type { OpenView } from '../state/views.ts';
import { canRead } from '../state/visible-channels.ts';
import { fieldsSeen } from './client-form.ts';
import { renderText } from './render-text.ts';

/** Looks up what a person reads instead of an id. */
export function nameOf(core: Core): (id: string) => string | undefined {
  return (id) =>
    core.state.people.get(id)?.name ?? core.state.channels.get(id)?.name ?? core.state.userGroups.get(id)?.handle;
}

export function modalSeen(core: Core, open: OpenView): ModalSeen {
  const { view, values, errors, trouble } = open;
  return {
    viewId: view.id,
    title: textAt(view, 'title') ?? '',
    callbackId: view.callback_id,
    submitLabel: textAt(view, 'submit'),
    closeLabel: textAt(view, 'close') ?? 'Cancel',
    fields: fieldsSeen(open),
    errors: { ...errors },
    trouble,
    values: structuredClone(values),
    view: structuredClone(view),
    rendered: renderText(
      { ...view, close: view.close ?? { type: 'plain_text', text: 'Cancel' } },
      { values, errors, trouble, nameOf: nameOf(core) },
    ),
  };
}

export function homeSeen(core: Core, open: OpenView | undefined): HomeSeen {
  if (open === undefined) return { view: undefined, fields: [], rendered: '' };
  const { view, values } = open;
  return {
    view: structuredClone(view),
    fields: fieldsSeen(open),
    rendered: renderText({ ...view }, { values, nameOf: nameOf(core) }),
  };
}

/** The conversation as this person sees it: replies inside their root, ephemeral messages only if they are theirs. */
export function messagesSeen(core: Core, person: PersonRecord, channelId: string): MessageSeen[] {
  const channel = core.state.channels.get(channelId);
  if (channel === undefined || !canRead(channel, person)) return [];
  const visible = core.messages
    .inChannel(channelId)
    .filter(({ onlyFor }) => onlyFor === undefined || onlyFor === person.id);
  const seen = visible.map((message) => messageSeen(core, message));
  for (const message of seen) {
    if (message.threadTs === undefined) continue;
    seen.find(({ ts }) => ts === message.threadTs)?.thread.push(message);
  }
  return seen.filter(({ threadTs }) => threadTs === undefined || !visible.some(({ ts }) => ts === threadTs));
}

export function messageSeen(core: Core, message: StoredMessage): MessageSeen {
  const { channelId, ts, threadTs, userId, text, blocks, files } = message;
  return {
    channelId,
    ts,
    threadTs,
    userId,
    text,
    blocks: structuredClone(blocks),
    ephemeral: message.onlyFor !== undefined,
    edited: message.editedTs !== undefined,
    files: [...files],
    rendered: renderText({ text, blocks }, { nameOf: nameOf(core) }),
    thread: [],
  };
}
