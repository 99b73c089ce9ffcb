import { renderBlocks } from './block-kit.ts';
import { fillInExample } from './fill-in-example.ts';
import { h } from './h.ts';
import { patch } from './patch.ts';
import { putVendorFile, takesVendorFile } from './put-vendor-file.ts';
import type { Page } from './state.ts';

/** What is drawn into the dialog now; a new one moves the focus. */
type Shown = { viewId: string; fields: string[]; errors: string } | undefined;

/** Draws the open modal into its dialog, opens and closes that, and keeps the focus where it belongs. */
export function createModal(dialog: HTMLDialogElement): (page: Page) => void {
  let shown: Shown;

  return (page) => {
    const { modal } = page.state.snapshot;
    if (modal === undefined) {
      if (dialog.open) dialog.close();
      patch(dialog, []);
      restoreCaret();
      shown = undefined;
      return;
    }
    patch(dialog, [renderModal(page)]);
    dialog.oncancel = (event) => {
      event.preventDefault();
      void page.act({ kind: 'close', all: false });
    };
    // A browser may close it by itself when Escape is pressed again.
    dialog.onclose = () => {
      if (page.state.snapshot.modal !== undefined) void page.act({ kind: 'close', all: false });
    };
    if (!dialog.open) dialog.showModal();
    const now = {
      viewId: modal.viewId,
      fields: [...dialog.querySelectorAll('[data-field]')].map(({ id }) => id),
      errors: JSON.stringify(modal.errors),
    };
    moveFocus(dialog, shown, now);
    shown = now;
  };
}

/** To the first mistake, else to the first field that has come, else to the title. */
function moveFocus(dialog: HTMLDialogElement, before: Shown, now: NonNullable<Shown>): void {
  if (before?.errors !== now.errors && now.errors !== '{}') {
    focusField(dialog.querySelector('[aria-invalid="true"]'));
    return;
  }
  const isSameView = before?.viewId === now.viewId;
  const hasSameFields = isSameView && before.fields.some((id) => now.fields.includes(id));
  const isSame = isSameView && before.fields.join() === now.fields.join();
  const isFocusInside = document.activeElement !== dialog && dialog.contains(document.activeElement);
  if (isSame ? isFocusInside : hasSameFields && isFocusInside) return;
  const fresh = now.fields.find((id) => !before?.fields.includes(id)) ?? now.fields[0];
  focusField(fresh === undefined ? dialog.querySelector('h2') : document.getElementById(fresh));
}

/** Chromium gives the focus back to a text area without its caret when what had it is removed; nothing could be typed. */
function restoreCaret(): void {
  const { activeElement } = document;
  if (activeElement instanceof HTMLTextAreaElement) activeElement.setSelectionRange(-1, -1);
}

function focusField(field: Element | null): void {
  const target = field?.matches('.choices') ? (field.querySelector(':checked') ?? field.querySelector('input')) : field;
  if (target instanceof HTMLElement) target.focus();
}

function renderModal(page: Page) {
  const { snapshot, isBusy } = page.state;
  const { modal } = snapshot;
  if (modal === undefined) return '';
  const close = (all: boolean) => () => void page.act({ kind: 'close', all });
  const hasFields = modal.blocks.some(({ type }) => type === 'input');
  return h(
    'form',
    {
      key: modal.viewId,
      novalidate: true,
      'aria-busy': isBusy ? 'true' : 'false',
      onsubmit: (event) => {
        event.preventDefault();
        if (modal.submitLabel !== undefined && !page.state.isBusy) void submit(page);
      },
    },
    h(
      'header',
      {},
      h('img', { src: '/icon.svg', alt: '', width: 24, height: 24 }),
      h('h2', { id: 'modal-title', tabindex: -1 }, modal.title),
      h('button', { type: 'button', class: 'quiet', 'aria-label': 'Close all', onclick: close(true) }, '✕'),
    ),
    h(
      'div',
      { class: 'body', key: 'body' },
      renderBlocks(modal.blocks, {
        page,
        in: 'modal',
        id: modal.viewId,
        values: modal.values,
        errors: modal.errors,
      }),
      modal.trouble !== undefined && h('p', { class: 'error', role: 'alert' }, modal.trouble),
    ),
    h(
      'footer',
      {},
      takesVendorFile(modal)
        ? h(
            'button',
            { key: 'vendor', type: 'button', class: 'hand', onclick: () => putVendorFile(page, modal) },
            'A vendor’s file with 40 rows, three of them wrong',
          )
        : hasFields &&
            h(
              'button',
              { key: 'fill', type: 'button', class: 'hand', onclick: () => fillInExample(page.state.snapshot) },
              'Fill in an example',
            ),
      h('button', { key: 'close', type: 'button', class: 'button', onclick: close(false) }, modal.closeLabel),
      modal.submitLabel !== undefined &&
        h(
          'button',
          { key: 'submit', type: 'submit', class: 'button primary', 'aria-disabled': isBusy ? 'true' : undefined },
          modal.submitLabel,
        ),
    ),
  );
}

async function submit(page: Page): Promise<void> {
  page.set({ isBusy: true });
  await page.act({ kind: 'submit' });
  page.set({ isBusy: false });
}
