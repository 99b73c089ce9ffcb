import { renderComposer } from './composer.ts';
import { h, type VNode } from './h.ts';
import { renderMessages } from './messages.ts';
import type { Page } from './state.ts';

/** The column beside the conversation: one message and its replies. */
export function renderThread(page: Page): VNode | undefined {
  const { thread, snapshot } = page.state;
  const conversation = snapshot.conversations.find(({ id }) => id === thread?.channelId);
  const root = conversation?.messages.find(({ ts }) => ts === thread?.ts);
  if (conversation === undefined || root === undefined) return undefined;
  const close = () => {
    page.set({ thread: undefined, pane: 'conversation' });
    page.focus(`[data-thread="${root.ts}"]`);
  };
  return h(
    'aside',
    { key: 'thread', class: 'thread', 'aria-labelledby': 'thread-title' },
    h(
      'header',
      {},
      h('h2', { id: 'thread-title', tabindex: -1 }, 'Thread'),
      h('span', { class: 'where' }, conversation.kind === 'app' ? snapshot.bot.name : `# ${conversation.name}`),
      h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close the thread', onclick: close }, '✕'),
    ),
    renderMessages(page, [root, ...root.thread], { channelId: conversation.id, isThread: true }),
    conversation.canPost && renderComposer(page, { channelId: conversation.id, threadTs: root.ts, label: 'Reply…' }),
  );
}
