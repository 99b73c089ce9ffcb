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

function listSteps(page: Page): Step[] {
  const { guide, me, cast, conversations } = page.state.snapshot;
  const [admin, member] = cast;
  const openForm = () => {
    const { state } = page;
    if (admin !== undefined && me.userId !== admin.userId && (!guide.keyStored || me.userId !== member?.userId)) {
      page.actAs(admin.userId);
    }
    const channel = state.snapshot.conversations.find(({ name }) => name === 'inboxes') ?? conversations[0];
    const command = state.snapshot.commands[0]?.command ?? '';
    if (channel === undefined) return;
    page.set({ place: { kind: 'conversation', id: channel.id }, pane: 'conversation' });
    page.focus(`[id="composer-${channel.id}"]`);
    void page.act({ kind: 'command', line: command, channelId: channel.id });
  };
  return [
    {
      title: 'Add a key',
      isDone: guide.keyStored,
      button: 'Open the form',
      run: openForm,
    },
    { title: 'Add an inbox', isDone: guide.inboxAdded, button: 'Open the form', run: openForm },
    {
      title: 'Break something',
      isDone: guide.somethingBroken,
      button: 'Refuse the next login',
      run: () => {
        page.set({ bench: 'coldsend' });
        void page.act({ kind: 'answer', name: 'login_failed', keep: false });
        openForm();
      },
    },
  ];
}
