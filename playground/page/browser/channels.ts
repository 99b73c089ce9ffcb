import type { ConversationSeen } from '../snapshot.ts';
import { type Child, h, type VNode } from './h.ts';
import { renderAvatar } from './messages.ts';
import { conversationAt, type Page, type Place } from './state.ts';

/** The column on the left: workspace, channels, direct messages, the app. */
export function renderChannels(page: Page): VNode {
  const { snapshot } = page.state;
  const channels = snapshot.conversations.filter(({ kind }) => kind === 'public' || kind === 'private');
  const dms = snapshot.conversations.filter(({ kind }) => kind === 'dm');
  return h(
    'nav',
    { key: 'channels', class: 'channels', 'aria-label': 'Channels and direct messages' },
    h('p', { class: 'workspace' }, snapshot.workspace),
    renderGroup(
      'Channels',
      channels.map((channel) => renderConversation(page, channel)),
    ),
    dms.length > 0 &&
      renderGroup(
        'Direct messages',
        dms.map((dm) => renderConversation(page, dm)),
      ),
    snapshot.hasApp && renderGroup('Apps', [renderApp(page)]),
  );
}

function renderGroup(title: string, items: Child[]): VNode {
  return h(
    'section',
    { key: title },
    h('h2', {}, title),
    h(
      'ul',
      {},
      items.map((item) => h('li', {}, item)),
    ),
  );
}

function renderConversation(page: Page, conversation: ConversationSeen): VNode {
  const { id, name, kind, isShared } = conversation;
  const isHere = page.state.place.kind === 'conversation' && conversationAt(page.state)?.id === id;
  const mark = { public: '#', private: '🔒', dm: '', app: '' }[kind];
  const label = { public: name, private: `${name}, private`, dm: name, app: name }[kind];
  return renderItem(page, { kind: 'conversation', id }, isHere, isShared ? `${label}, shared` : label, [
    kind === 'dm' ? renderAvatar(name, false) : h('span', { class: 'mark', 'aria-hidden': 'true' }, mark),
    h('span', {}, name),
    isShared && h('span', { class: 'shared', 'aria-hidden': 'true' }, '◇'),
  ]);
}

function renderApp(page: Page): VNode {
  const { place, snapshot } = page.state;
  return renderItem(page, { kind: 'app', tab: 'home' }, place.kind === 'app', snapshot.bot.name, [
    renderAvatar(snapshot.bot.name, true),
    h('span', {}, snapshot.bot.name),
  ]);
}

function renderItem(page: Page, place: Place, isHere: boolean, label: string, content: Child[]): VNode {
  const go = () => {
    page.set({ place, pane: 'conversation', thread: undefined, completion: undefined });
    if (place.kind === 'app') void page.act({ kind: 'open_home', tab: place.tab });
  };
  return h(
    'button',
    { type: 'button', 'aria-label': label, 'aria-current': isHere ? 'page' : undefined, onclick: go },
    content,
  );
}
