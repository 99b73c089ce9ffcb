import { MOST_UPLOAD_BYTES } from '../ask.ts';
import type { BatchToAdd } from '../contract.ts';
import { h, icon, say, showWide } from '../dom.ts';
import { renderFates, renderWhom } from '../plain-states.ts';
import { UPLOAD } from './batch-sentences.ts';

/** A file or a pasted text as it is; `name` is missing for a text. */
export type Source = { name: string | undefined; bytes: Uint8Array<ArrayBuffer> };

/** Why nothing could be read: what it is, and what to do. */
export type Refusal = { what: string; next: string };

const SLOW_AFTER_MS = 2_000;

/**
 * The page without rows: a file can be dropped anywhere on it, chosen, or rows be pasted. What was pasted stays until the state is
 * left, because it may have to be sent again.
 */
export function showUpload(batch: BatchToAdd, use: (source: Source) => void) {
  const zone = h('div', { class: 'zone' });
  const note = h('div', { class: 'note bad', role: 'alert', hidden: true });
  const picker = h('input', { type: 'file', accept: '.csv,.tsv,.txt,text/csv', hidden: true, 'aria-hidden': 'true' });
  const area = h('textarea', {
    id: 'paste',
    rows: '5',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'none',
    placeholder: UPLOAD.pasteExample,
    'aria-describedby': 'paste-hint',
    'data-lpignore': 'true',
    'data-1p-ignore': true,
  });
  const form = renderPasteForm(area);
  const until = new AbortController();
  const { signal } = until;
  picker.addEventListener('change', () => void take(picker.files?.[0]));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    paste(area.value);
  });
  // Rows of a spreadsheet, or a file that was copied.
  area.addEventListener('paste', ({ clipboardData }) => void takeCopied(clipboardData));
  window.addEventListener('dragenter', () => zone.classList.add('over'), { signal });
  window.addEventListener('dragleave', ({ relatedTarget }) => zone.classList.toggle('over', relatedTarget !== null), {
    signal,
  });
  window.addEventListener('drop', drop, { signal });
  const or = h('p', { class: 'or' }, UPLOAD.or);
  let stopWaiting = (): void => {};
  rest();
  showWide(
    'medium',
    h('header', {}, renderWhom(batch), h('h1', {}, UPLOAD.title), h('p', { class: 'lead' }, UPLOAD.lead)),
    note,
    zone,
    picker,
    or,
    form,
    renderFates(UPLOAD.fate, UPLOAD.fates),
  );
  return { showReading, refuse, leave, end: () => refuse(UPLOAD.ended) };

  /** While the bot reads. It says more if that takes long. */
  function showReading(name: string = UPLOAD.pasted.toLowerCase()): void {
    note.hidden = true;
    or.hidden = form.hidden = true;
    const slow = h('p', { class: 'hint' });
    const busy = h('div', { class: 'busy', hidden: true }, h('i'));
    const timer = setTimeout(() => {
      slow.textContent = UPLOAD.aFewSeconds;
      busy.hidden = false;
    }, SLOW_AFTER_MS);
    stopWaiting = () => clearTimeout(timer);
    zone.replaceChildren(icon('file'), h('p', {}, h('b', {}, UPLOAD.reading(name))), slow, busy);
    zone.setAttribute('aria-busy', 'true');
    say(UPLOAD.reading(name));
  }

  function leave(): void {
    stopWaiting();
    until.abort();
    area.value = '';
    picker.value = '';
  }

  /** The zone, as long as nothing is read. */
  function rest(): void {
    stopWaiting();
    or.hidden = form.hidden = false;
    zone.removeAttribute('aria-busy');
    say('');
    const choose = h(
      'button',
      { type: 'button', class: 'button main', 'aria-describedby': 'zone-hint' },
      UPLOAD.choose,
    );
    choose.addEventListener('click', () => picker.click());
    const hint = h('p', { class: 'hint', id: 'zone-hint' }, `${UPLOAD.vendors} ${UPLOAD.most(batch.mostRows)}`);
    zone.replaceChildren(icon('file'), h('p', {}, h('b', {}, UPLOAD.drop)), hint, choose);
  }

  function drop(event: DragEvent): void {
    zone.classList.remove('over');
    const [file] = event.dataTransfer?.files ?? [];
    const text = event.dataTransfer?.getData('text/plain') ?? '';
    if (file !== undefined) void take(file);
    else if (text !== '') paste(text);
  }

  async function takeCopied(copied: DataTransfer | null): Promise<void> {
    const [file] = copied?.files ?? [];
    if (file !== undefined) return take(file);
    // The text is in the field once this event is over. A single word may be the start of more.
    setTimeout(() => {
      if (/[\s,;:|]\S/.test(area.value.trim())) paste(area.value);
    });
  }

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    if (file.size > MOST_UPLOAD_BYTES) return refuse(UPLOAD.tooLarge);
    try {
      use({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch {
      refuse(UPLOAD.notReadable);
    }
  }

  function paste(text: string): void {
    const bytes = new TextEncoder().encode(text);
    if (text.trim() === '') refuse({ what: UPLOAD.nothingPasted, next: '' });
    else if (bytes.length > MOST_UPLOAD_BYTES) refuse(UPLOAD.tooLarge);
    else use({ name: undefined, bytes });
  }

  function refuse({ what, next }: Refusal): void {
    rest();
    note.hidden = false;
    note.replaceChildren(icon('alert'), h('p', {}, h('b', {}, what), ` ${next}`));
    picker.value = '';
  }
}

function renderPasteForm(area: HTMLTextAreaElement): HTMLFormElement {
  return h(
    'form',
    { class: 'stack', autocomplete: 'off' },
    h(
      'div',
      { class: 'field' },
      h('label', { for: 'paste' }, UPLOAD.paste),
      area,
      h('p', { class: 'hint', id: 'paste-hint' }, UPLOAD.pasteHint),
    ),
    h('div', {}, h('button', { class: 'button' }, UPLOAD.check)),
  );
}
