import type { InboxType, MostCharacters } from '../../contract.ts';
import { h, icon } from '../../dom.ts';
import { FORM } from '../../sentences.ts';
import { SHEET } from '../batch-sentences.ts';
import {
  CELLS,
  type Cell,
  findError,
  findValue,
  hasOnePassword,
  hasPassword,
  isFilled,
  listWrong,
  PARTS,
  type Part,
  suggest,
  textOf,
} from './cells.ts';
import { findHold, type RowState, type SheetRow, stateOf } from './sheet.ts';

/** The cell of a row. */
export type Place = { line: number; cell: Cell };

export type RowContext = {
  /** The cell that a person opened. */
  editing: Place | undefined;
  /** The cell that was changed last, and how many empty cells are below it. */
  changed: (Place & { emptyBelow: number }) | undefined;
  canFindServers: boolean;
};

const DOTS = '••••••••';

/** What a person is in the middle of using. It keeps what is typed in it, which a password's cell would not show again. */
export const IN_USE = 'input, select, .masked button';

const MOST_OF_CELL: MostCharacters['cell'] = 20_000;

/** Not for the browser's memory, and not for password managers. */
const PRIVATE = {
  autocomplete: 'off',
  autocapitalize: 'none',
  autocorrect: 'off',
  spellcheck: 'false',
  'data-1p-ignore': true,
  'data-lpignore': 'true',
  'data-bwignore': true,
};

/** Which parts of a cell are inputs: those with a mistake, or all of an opened cell and of a login that was refused. */
export function listInputs(row: SheetRow, cell: Cell, { editing }: RowContext): readonly Part[] {
  if (row.isOut) return [];
  const isOpened = editing?.line === row.line && editing.cell === cell;
  if (!isOpened && !(cell === 'secret' && isHeldIn(row, cell))) return listWrong(row, cell);
  return hasOnePassword(row) ? PARTS[cell].filter(({ field }) => field !== 'imap_password') : PARTS[cell];
}

/** A row of the table. Its cells are filled by `fillRow`. */
export function createRowElement(row: SheetRow): HTMLTableRowElement {
  const cells = CELLS.map((cell) =>
    h('td', { role: 'gridcell', 'data-cell': cell, 'data-label': SHEET.cells[cell], tabindex: '-1' }),
  );
  return h(
    'tr',
    { role: 'row', 'data-line': String(row.line) },
    h('th', { role: 'rowheader', scope: 'row', class: 'line' }),
    ...cells,
    h('td', { role: 'gridcell', class: 'out' }),
  );
}

/** Brings a row's element up to date. An input in use stays, with what is typed in it. */
export function fillRow(element: HTMLTableRowElement, row: SheetRow, context: RowContext): void {
  const state = stateOf(row);
  element.className = row.failure === undefined ? state : `${state} again`;
  const { icon: symbol, tone, label } = SHEET.states[state];
  const [head, ...others] = element.cells;
  head?.replaceChildren(
    h('span', { class: tone }, icon(symbol)),
    h('span', { class: 'unseen' }, `${label}, ${SHEET.line.toLowerCase()} `),
    String(row.line),
  );
  for (const [index, cell] of CELLS.entries()) {
    const td = others[index];
    if (td !== undefined) fillCell(td, row, cell, context);
  }
  const out = others[CELLS.length];
  if (out !== undefined && out.dataset.state !== state) fillOut(out, row, state);
}

function fillCell(td: HTMLTableCellElement, row: SheetRow, cell: Cell, context: RowContext): void {
  const wrong = listWrong(row, cell);
  const inputs = listInputs(row, cell, context);
  const isHeld = isHeldIn(row, cell) && !row.isOut;
  td.className = [
    cell === 'smtp' || cell === 'imap' ? `server ${cell}` : cell,
    wrong.length > 0 ? 'wrong' : '',
    isHeld ? 'unsure' : '',
    inputs.length === 0 && isFilled(row, PARTS[cell][0]) && cell !== 'secret' ? 'dim' : '',
  ].join(' ');
  const active = td.querySelector<HTMLElement>(':focus');
  // It stays an input, even if it is right by now.
  if (active?.matches(IN_USE)) {
    for (const part of PARTS[cell]) markInvalid(td, row, part);
    td.querySelector('.notes')?.remove();
    td.append(...renderNotes(row, cell, context));
    return;
  }
  const isSeveral = inputs.length > 1;
  td.replaceChildren(
    ...(inputs.length === 0 ? renderText(row, cell) : inputs.map((part) => renderInput(row, part, isSeveral, context))),
    ...renderNotes(row, cell, context),
  );
  if (active !== null) (td.querySelector<HTMLElement>('input, select') ?? td).focus();
}

function renderText(row: SheetRow, cell: Cell): (Node | string)[] {
  const [part] = PARTS[cell];
  if (cell === 'secret') {
    if (!hasPassword(row)) return [h('span', { class: 'unseen' }, SHEET.empty)];
    return [h('span', { class: 'dots', 'aria-hidden': 'true' }, DOTS), h('span', { class: 'unseen' }, SHEET.filledIn)];
  }
  const [text = '', port] = textOf(row, part, FORM.providers).split(/(?=:\d+$)/);
  const isPlain = PARTS[cell].some((each) => each.kind === 'encryption' && findValue(row, each.field) === false);
  return [
    h('span', { class: 'value' }, text, ...(port === undefined ? [] : [h('wbr'), port])),
    ...(isPlain ? [h('span', { class: 'why warn' }, SHEET.unencrypted)] : []),
  ];
}

function renderInput(row: SheetRow, part: Part, isLabelled: boolean, context: RowContext): HTMLElement {
  const label = SHEET.columnFields[part.field];
  const error = findError(row, part);
  const attributes = {
    ...PRIVATE,
    'data-field': part.field,
    'aria-label': SHEET.inLine(label, row.line),
    'aria-describedby': part.kind === 'secret' && isHeldIn(row, 'secret') ? idOfHold(row) : idOfWhy(row, part),
    ...(error !== undefined && { 'aria-invalid': 'true' }),
  };
  const input = renderControl(row, part, attributes, context);
  if (part.kind === 'encryption') return h('label', { class: 'flag' }, input, label);
  const shown = part.kind === 'secret' ? h('div', { class: 'masked' }, input, renderEye(label, row)) : input;
  return isLabelled ? h('div', { class: 'part' }, h('span', { 'aria-hidden': 'true' }, label), shown) : shown;
}

function renderControl(
  row: SheetRow,
  part: Part,
  attributes: Record<string, string | boolean>,
  context: RowContext,
): HTMLInputElement | HTMLSelectElement {
  if (part.kind === 'provider') return renderChoice(row, attributes, context);
  if (part.kind === 'encryption') {
    const checked = findValue(row, part.field) === true;
    return h('input', { ...attributes, type: 'checkbox', checked });
  }
  const isSecret = part.kind === 'secret';
  const input = h('input', {
    ...attributes,
    type: isSecret ? 'password' : 'text',
    maxlength: String(MOST_OF_CELL),
    ...(part.kind === 'number' && { inputmode: 'numeric' }),
    ...(part.field === 'email_address' && { inputmode: 'email' }),
    placeholder: isSecret && row.account[part.field] !== undefined ? DOTS : ' ',
  });
  // A password that is there is replaced, never shown.
  if (!isSecret) input.value = textOf(row, part, FORM.providers);
  return input;
}

function renderChoice(
  row: SheetRow,
  attributes: Record<string, string | boolean>,
  { canFindServers }: RowContext,
): HTMLSelectElement {
  const types: [InboxType | '', string][] = [
    ['', canFindServers ? SHEET.byDomain : SHEET.chooseProvider],
    ['GOOGLE_WORKSPACE', FORM.providers.GOOGLE_WORKSPACE],
    ['OUTLOOK_365', FORM.providers.OUTLOOK_365],
    ['CUSTOM_SMTP', FORM.providers.CUSTOM_SMTP],
  ];
  const options = types.map(([value, text]) =>
    h('option', { value, selected: value === (row.account.inbox_type ?? '') }, text),
  );
  return h('select', attributes, ...options);
}

function renderEye(label: string, { line }: SheetRow): HTMLElement {
  const words = SHEET.inLine(`${FORM.show} ${label}`, line);
  return h('button', { type: 'button', 'data-act': 'eye', 'aria-pressed': 'false', 'aria-label': words }, icon('eye'));
}

function markInvalid(td: HTMLElement, row: SheetRow, part: Part): void {
  const input = td.querySelector(`[data-field="${part.field}"]`);
  if (findError(row, part) === undefined) input?.removeAttribute('aria-invalid');
  else input?.setAttribute('aria-invalid', 'true');
}

/** What is wrong or odd in a cell, and what can be done about it with one press. */
function renderNotes(row: SheetRow, cell: Cell, context: RowContext): HTMLElement[] {
  const notes = row.isOut ? [] : listNotes(row, cell, context);
  return notes.length === 0 ? [] : [h('div', { class: 'notes' }, ...notes)];
}

function listNotes(row: SheetRow, cell: Cell, { changed }: RowContext): HTMLElement[] {
  const notes = PARTS[cell].flatMap((part) => renderError(row, part));
  if (cell === 'address') notes.push(...renderWhole(row));
  notes.push(...renderHold(row, cell));
  if (changed?.line === row.line && changed.cell === cell && changed.emptyBelow > 0) {
    notes.push(action('fill', SHEET.fillDown(changed.emptyBelow), row));
  }
  return notes;
}

function renderError(row: SheetRow, part: Part): HTMLElement[] {
  const error = findError(row, part);
  if (error === undefined) return [];
  const why = h('p', { class: 'why bad', id: idOfWhy(row, part) }, error);
  const suggested = suggest(row, part);
  if (suggested === undefined) return [why];
  return [why, action('use', SHEET.use(suggested), row, { 'data-field': part.field })];
}

/** What concerns the whole row. */
function renderWhole({ check, failure, notes: odd }: SheetRow): HTMLElement[] {
  const warnings = check?.kind === 'to_fix' ? [] : [...odd, ...(check?.warnings ?? [])];
  const notes = warnings.map((warning) => h('p', { class: 'why warn' }, warning));
  if (failure !== undefined) {
    const why = [failure.title, failure.said].filter((text) => text !== '').join(': ');
    notes.push(h('p', { class: 'why warn' }, why), h('p', { class: 'why dim' }, failure.next));
  }
  if (check?.kind === 'twice') notes.push(h('p', { class: 'why dim' }, SHEET.sameAs(check.firstLine ?? 0)));
  else if (check?.kind === 'differs') notes.push(h('p', { class: 'why dim' }, SHEET.differsFrom(check.firstLine ?? 0)));
  else if (check?.why !== undefined && check.kind !== 'held') {
    notes.push(h('p', { class: 'why dim' }, check.why));
  }
  return notes;
}

/** Says why the bot advises against the row. */
function renderHold(row: SheetRow, cell: Cell): HTMLElement[] {
  const hold = findHold(row);
  if (hold?.cell !== cell) return [];
  if (hold.decision.isWanted) return row.failure === undefined ? [action('hold', SHEET.heldAgain, row)] : [];
  const id = idOfHold(row);
  const why = h('p', { class: 'why warn', id }, hold.why);
  return [why, action('anyway', SHEET.anyway, row, { 'aria-describedby': id })];
}

function isHeldIn(row: SheetRow, cell: Cell): boolean {
  const hold = findHold(row);
  return hold?.cell === cell && !hold.decision.isWanted;
}

function fillOut(td: HTMLTableCellElement, { line, isOut }: SheetRow, state: RowState): void {
  td.dataset.state = state;
  const words = `${isOut ? SHEET.putBack : SHEET.leaveOut} ${SHEET.line.toLowerCase()} ${line}`;
  const hadFocus = td.querySelector(':focus') !== null;
  const button = h(
    'button',
    {
      type: 'button',
      class: 'drop-row',
      'data-act': isOut ? 'back' : 'out',
      title: words,
      // Rows without a problem are one stop of the Tab key. In them, the Delete key does the same.
      ...(state === 'ready' && { tabindex: '-1' }),
    },
    icon(isOut ? 'back' : 'x'),
    h('span', { class: 'unseen' }, words),
  );
  td.replaceChildren(button);
  if (hadFocus) button.focus();
}

function action(act: string, words: string, { line }: SheetRow, more: Record<string, string> = {}): HTMLElement {
  const where = h('span', { class: 'unseen' }, SHEET.ofLine(line));
  return h('button', { type: 'button', class: 'text why', 'data-act': act, ...more }, words, where);
}

function idOfHold({ line }: SheetRow): string {
  return `held-${line}`;
}

function idOfWhy({ line }: SheetRow, { field }: Part): string {
  return `why-${line}-${field}`;
}
