import { h, type VNode } from './h.ts';
import type { Page } from './state.ts';

type Step = { title: string; isDone: boolean; button: string; run: () => void };

/** Three steps for the first minute; each ticks itself off. */
export function renderGuide(page: Page): VNode {
  const steps = listSteps(page);
  const current = steps.findIndex(({ isDone }) => !isDone);
  return h(
    'ol',
    { class: 'guide', 'aria-label': 'First steps' },
    steps.map(({ title, isDone, button, run }, index) =>
      h(
        'li',
        { key: title, class: isDone ? 'done' : index === current ? 'current' : undefined },
        h('span', { class: 'tick', 'aria-hidden': 'true' }, isDone ? '✓' : String(index + 1)),
        h('span', {}, title, isDone && h('span', { class: 'unseen' }, ' (done)')),
        index === current && h('button', { type: 'button', class: 'hand', onclick: run }, button),
      ),
    ),
  );
}

/** Types the command, and an address behind it, in the first channel as a person who may. */
export function openForm(page: Page, address = ''): void {
  const { guide, me, cast, conversations, commands } = page.state.snapshot;
  const [admin, member] = cast;
  if (admin !== undefined && me.userId !== admin.userId && (!guide.keyStored || me.userId !== member?.userId)) {
    page.actAs(admin.userId);
  }
  const channel = conversations.find(({ name }) => name === 'inboxes') ?? conversations[0];
  if (channel === undefined) return;
  page.set({ place: { kind: 'conversation', id: channel.id }, pane: 'conversation' });
  page.focus(`[id="composer-${channel.id}"]`);
  const line = `${commands[0]?.command ?? ''} ${address}`.trim();
  void page.act({ kind: 'command', line, channelId: channel.id });
}

function listSteps(page: Page): Step[] {
  const { guide } = page.state.snapshot;
  return [
    {
      title: 'Add a key',
      isDone: guide.keyStored,
      button: 'Open the form',
      run: () => openForm(page),
    },
    { title: 'Add an inbox', isDone: guide.inboxAdded, button: 'Open the form', run: () => openForm(page) },
    {
      title: 'Break something',
      isDone: guide.somethingBroken,
      button: 'Refuse the next login',
      run: () => {
        page.set({ bench: 'coldsend' });
        void page.act({ kind: 'answer', name: 'login_failed', keep: false });
        openForm(page);
      },
    },
  ];
}
