import { stringAt, textAt } from '../../local-slack/json.ts';
import { h } from './h.ts';
import { patch } from './patch.ts';
import type { Page } from './state.ts';

/** Draws what a button asks before it does something, and does it when the person agrees. */
export function drawQuestion(dialog: HTMLDialogElement, page: Page): void {
  const { question } = page.state;
  if (question === undefined) {
    patch(dialog, []);
    if (dialog.open) dialog.close();
    return;
  }
  const { confirm, act } = question;
  const drop = () => page.set({ question: undefined });
  const agree = () => {
    drop();
    void page.act(act);
  };
  patch(dialog, [
    h(
      'form',
      { method: 'dialog' },
      h('header', {}, h('h2', { id: 'confirm-title' }, textAt(confirm, 'title') ?? '')),
      h('div', { class: 'body' }, h('p', { id: 'confirm-text' }, textAt(confirm, 'text') ?? '')),
      h(
        'footer',
        {},
        h('button', { type: 'button', class: 'button', onclick: drop }, textAt(confirm, 'deny') ?? 'Cancel'),
        h(
          'button',
          { type: 'button', class: `button ${stringAt(confirm, 'style') ?? 'primary'} filled`, onclick: agree },
          textAt(confirm, 'confirm') ?? 'OK',
        ),
      ),
    ),
  ]);
  dialog.onclose = () => {
    if (page.state.question !== undefined) drop();
  };
  if (!dialog.open) dialog.showModal();
}
