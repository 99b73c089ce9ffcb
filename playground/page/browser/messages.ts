import type { FileShown, MessageShown } from '../snapshot.ts';
import { renderBlocks } from './block-kit.ts';
import { type Child, h, type VNode } from './h.ts';
import { renderMrkdwn } from './mrkdwn.ts';
import type { Note, Page } from './state.ts';

/** The messages of a conversation, or of a thread where `isThread`. */
export function renderMessages(
  page: Page,
  messages: MessageShown[],
  { channelId, isThread = false }: { channelId: string; isThread?: boolean },
): VNode {
  const { notes, snapshot } = page.state;
  const own = isThread
    ? []
    : notes.filter((note) => note.channelId === channelId && note.userId === snapshot.me.userId);
  const rows = [
    ...messages.map((message) => ({ at: Number(message.ts), row: renderMessage(page, message, isThread) })),
    ...own.map((note) => ({ at: note.at / 1_000, row: renderNote(note) })),
  ].sort((one, other) => one.at - other.at);
  return h(
    'div',
    {
      key: `${channelId} ${isThread ? messages[0]?.ts : ''}`,
      class: 'messages',
      role: 'log',
      'aria-label': isThread ? 'Messages of the thread' : 'Messages',
      tabindex: 0,
      'data-count': rows.length,
    },
    !isThread &&
      h('p', { key: 'intro', class: 'intro' }, 'This is the very beginning. Type / to see what the bot can do.'),
    rows.map(({ row }, index) => [row, isThread && index === 0 && renderReplyCount(messages.length - 1)]),
  );
}

function renderMessage(page: Page, message: MessageShown, isThread: boolean): VNode {
  const { snapshot } = page.state;
  const { channelId, ts, userId, text, blocks, files, ephemeral, edited } = message;
  const isBot = userId === snapshot.bot.userId;
  const surface = { page, in: { channelId, ts }, id: `${channelId}-${ts}`, values: {}, errors: {} };
  return renderRow({
    key: ts,
    name: snapshot.names[userId] ?? userId,
    at: Number(ts) * 1_000,
    isBot,
    isEphemeral: ephemeral,
    content: [
      blocks.length > 0 ? renderBlocks(blocks, surface) : h('p', {}, renderMrkdwn(text, snapshot)),
      files.map((file) => renderFile(file, snapshot.me.userId)),
      edited && !isBot && h('small', {}, '(edited)'),
      !isThread && message.thread.length > 0 && renderReplies(page, message),
    ],
  });
}

function renderFile({ id, name, content, deleted }: FileShown, userId: string): VNode {
  if (deleted) return h('p', { key: id, class: 'quiet-text' }, `${name} was deleted.`);
  return h(
    'details',
    { key: id },
    h('summary', {}, name),
    h('pre', { tabindex: 0 }, content),
    h('a', { href: `/file?${new URLSearchParams({ as: userId, id })}`, target: '_blank' }, 'Open the whole file'),
  );
}

function renderReplyCount(count: number): VNode {
  return h('p', { key: 'count', class: 'reply-count' }, sayCount(count));
}

function renderReplies(page: Page, { channelId, ts, thread }: MessageShown): VNode {
  const open = () => {
    page.set({ thread: { channelId, ts }, pane: 'thread' });
    page.focus('#thread-title');
  };
  const at = Number(thread.at(-1)?.ts) * 1_000;
  return h(
    'button',
    { type: 'button', class: 'replies', 'data-thread': ts, onclick: open },
    h('strong', {}, sayCount(thread.length)),
    h('span', {}, `Last reply at ${timeOf(at)}`),
  );
}

function renderNote({ text, at }: Note): VNode {
  return renderRow({
    key: `note ${at}`,
    name: 'Slackbot',
    at,
    isBot: false,
    isEphemeral: true,
    content: [h('p', {}, text)],
  });
}

function renderRow(row: {
  key: string;
  name: string;
  at: number;
  isBot: boolean;
  isEphemeral: boolean;
  content: Child[];
}): VNode {
  const { key, name, at, isBot, isEphemeral, content } = row;
  return h(
    'article',
    { key, class: isEphemeral ? 'message ephemeral' : 'message', 'aria-label': `${name} at ${timeOf(at)}` },
    renderAvatar(name, isBot),
    h(
      'div',
      { class: 'content' },
      isEphemeral && h('p', { class: 'only-you' }, 'Only visible to you'),
      h(
        'div',
        { class: 'by' },
        h('strong', {}, name),
        isBot && h('span', { class: 'badge' }, 'APP'),
        h('time', {}, timeOf(at)),
      ),
      content,
    ),
  );
}

/** A picture of the app, or a person's first letter. */
export function renderAvatar(name: string, isBot: boolean): VNode {
  if (isBot) return h('img', { key: 'avatar', class: 'avatar', src: '/icon.svg', alt: '' });
  return h('span', { key: 'avatar', class: `avatar of-${name.toLowerCase()}`, 'data-letter': name.slice(0, 1) });
}

function sayCount(count: number): string {
  return count === 1 ? '1 reply' : `${count} replies`;
}

function timeOf(at: number): string {
  return new Date(at).toLocaleTimeString('en', { hour: 'numeric', minute: '2-digit' });
}
