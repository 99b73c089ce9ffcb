import { h, say } from '../../dom.ts';
import { FORM } from '../../sentences.ts';
import { SHEET } from '../batch-sentences.ts';
import { CELLS, type Cell, fieldsOf, findError, listWrong, PARTS, parsePart, suggest, textOf } from './cells.ts';
import { IN_USE, listInputs, type Place, type RowContext } from './row-view.ts';
import { createRowsInView } from './rows-in-view.ts';
import { change, findHold, findNextToFix, listEmptyBelow, markStale, type SheetRow, stateOf } from './sheet.ts';

const INPUTS = 'input, select';

/** The table of all rows. For each kind of event there is one listener on it. */
export function createTable(deps: {
  rows: readonly SheetRow[];
  head: HTMLElement;
  canFindServers: boolean;
  /** Rows were changed, left out, or wanted. */
  onChange(): void;
  onLeftOut(row: SheetRow): void;
  /** Resolves once the bot has answered for all rows. */
  checkNow(): Promise<void>;
  /** The last problem was solved. */
  onAllFixed(): void;
}) {
  const { rows } = deps;
  const byLine = new Map(rows.map((row) => [row.line, row]));
  const context: RowContext = { editing: undefined, changed: undefined, canFindServers: deps.canFindServers };
  const shown = createRowsInView(listShown, context);
  const { cellAt, refresh, reveal } = shown;
  const columns = [...CELLS, 'line', 'out'].map(() => h('col'));
  const caption = h('caption', { class: 'unseen' }, SHEET.caption);
  const table = h(
    'table',
    { role: 'grid', class: 'rows' },
    caption,
    h('colgroup', {}, ...columns),
    deps.head,
    shown.body,
  );
  let isOnlyProblems = false;
  /** The row of the cell that a person is in, as it was before. */
  let before: (Place & { account: SheetRow['account'] }) | undefined;
  const cellKeys: Partial<Record<string, (place: Place) => void>> = {
    ArrowUp: (place) => move(place, -1, 0),
    ArrowDown: (place) => move(place, 1, 0),
    ArrowLeft: (place) => move(place, 0, -1),
    ArrowRight: (place) => move(place, 0, 1),
    Home: (place) => move(place, 0, -CELLS.length),
    End: (place) => move(place, 0, CELLS.length),
    Enter: edit,
    F2: edit,
    Delete: ({ line }) => toggleOut(byLine.get(line)),
  };
  const inputKeys: typeof cellKeys = { Enter: (place) => void commit(place), Escape: restore };
  const acts: Partial<Record<string, (row: SheetRow, button: HTMLElement) => void>> = {
    use: useSuggestion,
    anyway: (row) => decide(row, true),
    hold: (row) => decide(row, false),
    out: toggleOut,
    back: toggleOut,
    fill: fillDown,
    eye: (_row, button) => showPassword(button),
  };

  table.addEventListener('click', click);
  table.addEventListener('mousedown', keepFocus);
  table.addEventListener('keydown', press);
  table.addEventListener('input', ({ target }) => type(target));
  table.addEventListener('focusin', ({ target }) => enter(target));
  table.addEventListener('focusout', leaveCell);
  return {
    element: h('div', { class: 'card sheet' }, table),
    refresh: redraw,
    focusNext,
    toggleOut,
    leave: shown.leave,
    showOnlyProblems,
  };

  function showOnlyProblems(isOn: boolean): void {
    isOnlyProblems = isOn;
    redraw();
  }

  function redraw(changed: readonly SheetRow[] = rows): void {
    refresh(changed);
    table.setAttribute('aria-rowcount', String(shown.view().length + 1));
  }

  /** The row in use stays, although it has no problem by now. */
  function listShown(): readonly SheetRow[] {
    if (!isOnlyProblems) return rows;
    const used = document.activeElement === null ? undefined : placeOf(document.activeElement)?.line;
    return rows.filter((row) => stateOf(row) !== 'ready' || row.line === used);
  }

  /* The keyboard. */

  function enter(target: EventTarget | null): void {
    const place = placeOf(target);
    const row = place && byLine.get(place.line);
    if (place === undefined || row === undefined) return;
    if (!isSame(before, place)) before = { ...place, account: { ...row.account } };
    if (target === cellAt(place)) shown.setAnchor(place);
  }

  function leaveCell({ target, relatedTarget }: FocusEvent): void {
    const place = placeOf(target);
    const stays = place !== undefined && isSame(placeOf(relatedTarget), place) && relatedTarget !== cellAt(place);
    if (place === undefined || stays) return;
    if (isSame(context.editing, place)) context.editing = undefined;
    const row = byLine.get(place.line);
    // The focus is at its new place by then.
    if (row !== undefined && isElement(target) && target.matches(IN_USE)) setTimeout(() => redraw([row]));
  }

  function press(event: KeyboardEvent): void {
    const { target, key } = event;
    const place = placeOf(target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === 'Tab') tab(event);
    if (place === undefined || !(isInput(target) || target === cellAt(place))) return;
    const act = (isInput(target) ? inputKeys : cellKeys)[key];
    if (act === undefined) return;
    event.preventDefault();
    act(place);
  }

  /** Problems that are not in the document come next all the same. */
  function tab(event: KeyboardEvent): void {
    const stops = [...shown.body.querySelectorAll(':is(input, select, button):not([tabindex="-1"]), td[tabindex="0"]')];
    if (stops.at(event.shiftKey ? 0 : -1) !== event.target) return;
    const line = lineOf(event.target) ?? 0;
    const others = rows.filter((row) => stateOf(row) === 'fix' && !shown.isDrawn(row));
    const next = event.shiftKey ? others.findLast((row) => row.line < line) : others.find((row) => row.line > line);
    if (next === undefined) return;
    event.preventDefault();
    focusProblem(next);
  }

  function move({ line, cell }: Place, down: number, right: number): void {
    const view = shown.view();
    const index = view.findIndex((row) => row.line === line);
    const row = view[Math.max(0, Math.min(view.length - 1, index + down))];
    const column = Math.max(0, Math.min(CELLS.length - 1, CELLS.indexOf(cell) + right));
    if (row === undefined) return;
    reveal(row);
    cellAt({ line: row.line, cell: CELLS[column] ?? cell })?.focus();
  }

  function edit(place: Place): void {
    const row = byLine.get(place.line);
    if (row === undefined || row.isOut) return;
    if (listInputs(row, place.cell, context).length === 0) {
      context.editing = place;
      redraw([row]);
    }
    before = { ...place, account: { ...row.account } };
    const input = cellAt(place)?.querySelector<HTMLElement>(INPUTS);
    input?.focus();
    if (input instanceof HTMLInputElement) input.select();
  }

  function restore(place: Place): void {
    const row = byLine.get(place.line);
    if (row !== undefined && isSame(before, place) && before !== undefined) {
      const { account } = before;
      change(row, Object.fromEntries(fieldsIn(place.cell).map((field) => [field, account[field]])));
      context.changed = undefined;
      deps.onChange();
    }
    cellAt(place)?.focus();
  }

  /** The bot looks at a corrected cell at once, and the next problem is next. */
  async function commit(place: Place): Promise<void> {
    const row = byLine.get(place.line);
    const isProblem = cellAt(place)?.classList.contains('wrong') === true;
    if (!isProblem || row === undefined) return cellAt(place)?.focus();
    await deps.checkNow();
    const [wrong] = listWrong(row, place.cell);
    if (wrong === undefined) focusNext(place.line - 1);
    else say(findError(row, wrong) ?? '');
  }

  /** Moves to the first problem after a line. */
  function focusNext(line = 0): void {
    const row = findNextToFix(rows, line);
    if (row === undefined) deps.onAllFixed();
    else focusProblem(row);
  }

  function focusProblem(row: SheetRow): void {
    reveal(row);
    const element = shown.elementOf(row);
    element?.querySelector<HTMLElement>('.wrong :is(input, select)')?.focus();
  }

  /* What people change. */

  function type(target: EventTarget | null): void {
    const place = placeOf(target);
    const row = place && byLine.get(place.line);
    if (place === undefined || row === undefined || !isInput(target)) return;
    const part = PARTS[place.cell].find(({ field }) => field === target.dataset.field);
    if (part === undefined) return;
    const isBox = target instanceof HTMLInputElement && target.type === 'checkbox';
    change(row, parsePart(row, part, isBox ? target.checked : target.value));
    // An address is nobody else's.
    const empty = place.cell === 'address' ? [] : listEmptyBelow(rows, row.line, fieldsIn(place.cell));
    context.changed = { ...place, emptyBelow: empty.length };
    deps.onChange();
  }

  /** Safari focuses no button that is pressed. A cell whose input loses the focus is drawn anew, with the button in it. */
  function keepFocus(event: MouseEvent): void {
    if (isElement(event.target) && event.target.closest('[data-act]') !== null) event.preventDefault();
  }

  function click({ target }: MouseEvent): void {
    const place = placeOf(target);
    const row = byLine.get(lineOf(target) ?? 0);
    if (row === undefined || !isElement(target)) return;
    const button = target.closest<HTMLElement>('[data-act]');
    if (button !== null) acts[button.dataset.act ?? '']?.(row, button);
    else if (place !== undefined && target.closest('input, select, label, .notes') === null) edit(place);
  }

  function decide(row: SheetRow, isWanted: boolean): void {
    const hold = findHold(row);
    if (hold !== undefined) hold.decision.isWanted = isWanted;
    checkAgain(row);
  }

  function checkAgain(row: SheetRow): void {
    markStale(row);
    redraw([row]);
    deps.onChange();
  }

  function toggleOut(row: SheetRow | undefined): void {
    if (row === undefined) return;
    row.isOut = !row.isOut;
    checkAgain(row);
    if (row.isOut) deps.onLeftOut(row);
  }

  function useSuggestion(row: SheetRow, button: HTMLElement): void {
    const place = placeOf(button);
    const part = place && PARTS[place.cell].find(({ field }) => field === button.dataset.field);
    const suggested = part && suggest(row, part);
    if (place === undefined || part === undefined || suggested === undefined) return;
    change(row, { [part.field]: suggested });
    deps.onChange();
    const input = cellAt(place)?.querySelector<HTMLInputElement>(`input[data-field="${part.field}"]`);
    if (input) input.value = textOf(row, part, FORM.providers);
    void commit(place);
  }

  function fillDown(row: SheetRow): void {
    const { changed } = context;
    if (changed === undefined) return;
    const fields = fieldsIn(changed.cell);
    const filled = listEmptyBelow(rows, row.line, fields);
    const values = Object.fromEntries(fields.map((field) => [field, row.account[field]]));
    for (const each of filled) change(each, values);
    context.changed = undefined;
    redraw([row, ...filled]);
    deps.onChange();
  }
}

function showPassword(button: HTMLElement): void {
  const input = button.parentElement?.querySelector('input');
  if (!input) return;
  const isShown = input.type === 'password';
  input.type = isShown ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(isShown));
}

function fieldsIn(cell: Cell) {
  return PARTS[cell].flatMap(fieldsOf);
}

function isElement(target: EventTarget | null): target is Element {
  return target instanceof Element;
}

function isInput(target: EventTarget | null): target is HTMLInputElement | HTMLSelectElement {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

function lineOf(target: EventTarget | null): number | undefined {
  const line = isElement(target) ? target.closest<HTMLElement>('tr[data-line]')?.dataset.line : undefined;
  return line === undefined ? undefined : Number(line);
}

function placeOf(target: EventTarget | null): Place | undefined {
  const line = lineOf(target);
  const name = isElement(target) ? target.closest<HTMLElement>('[data-cell]')?.dataset.cell : undefined;
  const cell = CELLS.find((each) => each === name);
  return line === undefined || cell === undefined ? undefined : { line, cell };
}

function isSame(one: Place | undefined, other: Place): boolean {
  return one?.line === other.line && one.cell === other.cell;
}
