import { renderBlocks } from './block-kit.ts';
import { renderComposer } from './composer.ts';
import { type Child, h, type VNode } from './h.ts';
import { renderMessages } from './messages.ts';
import { conversationAt, type Page } from './state.ts';

/** The column in the middle: a conversation, or the app with its Home. */
export function renderConversation(page: Page): VNode {
  return h('main', { key: 'conversation', class: 'conversation' }, renderHead(page), renderContent(page));
}

function renderHead(page: Page): VNode {
  const { place, snapshot } = page.state;
  const conversation = conversationAt(page.state);
  const mark = { public: '# ', private: '🔒 ', dm: '', app: '' }[conversation?.kind ?? 'app'];
  return h(
    'header',
    { key: 'head' },
    h(
      'button',
      {
        type: 'button',
        class: 'quiet back',
        'aria-label': 'Back to the channels',
        onclick: () => page.set({ pane: 'channels' }),
      },
      '‹',
    ),
    h('h2', {}, place.kind === 'app' ? snapshot.bot.name : `${mark}${conversation?.name ?? ''}`),
    place.kind === 'app' && renderTabs(page, place.tab),
  );
}

function renderTabs(page: Page, current: 'home' | 'messages'): VNode {
  const renderTab = (tab: 'home' | 'messages', label: string) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': tab === current ? 'true' : 'false',
        onclick: () => {
          page.set({ place: { kind: 'app', tab } });
          void page.act({ kind: 'open_home', tab });
        },
      },
      label,
    );
  return h(
    'div',
    { class: 'tabs', role: 'group', 'aria-label': 'Tabs of the app' },
    renderTab('home', 'Home'),
    renderTab('messages', 'Messages'),
  );
}

function renderContent(page: Page): Child[] {
  const { place, snapshot } = page.state;
  const conversation = conversationAt(page.state);
  if (place.kind === 'app' && place.tab === 'home') return [renderHome(page)];
  if (conversation === undefined) return [h('p', { class: 'nothing' }, 'Nothing here yet.')];
  const { id, name, kind, canPost, messages } = conversation;
  const label =
    kind === 'dm' || kind === 'app' ? `Message ${kind === 'app' ? snapshot.bot.name : name}` : `Message #${name}`;
  return [
    renderMessages(page, messages, { channelId: id }),
    canPost && renderComposer(page, { channelId: id, label }),
    !canPost && h('p', { class: 'nothing' }, 'You are not a member of this channel.'),
  ];
}

function renderHome(page: Page): VNode {
  const { home, me } = page.state.snapshot;
  return h(
    'div',
    { key: `home ${me.userId}`, class: 'home', tabindex: 0, role: 'region', 'aria-label': 'Home of the app' },
    home === undefined
      ? h('p', { class: 'nothing' }, 'The app has not shown its Home yet.')
      : renderBlocks(home.blocks, { page, in: 'home', id: home.id, values: {}, errors: {} }),
  );
}
