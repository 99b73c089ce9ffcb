import type { BatchDefaults, BatchToAdd, ChosenColumns, PageColumn, RowCheck, RowsAnswer } from '../../contract.ts';
import { h, linkToNewTab, showWide } from '../../dom.ts';
import { renderWhom } from '../../plain-states.ts';
import type { Problem } from '../../sentences.ts';
import { BAR, SHEET, timeInWords } from '../batch-sentences.ts';
import { renderCount } from '../progress-state.ts';
import { createChecker } from './checker.ts';
import { renderColumns, renderDefaults, renderHeads, renderUnclear } from './setup.ts';
import { countStates, listOut, noteSent, ROW_STATES, type RowCounts, type SheetRow, takeChecks } from './sheet.ts';
import { createTable } from './table.ts';

/** With more rows, those to fix are hard to find among the others. */
const MANY_ROWS = 50;

const UNDO_WITHIN_MS = 10_000;

export type SheetDeps = {
  batch: BatchToAdd;
  rows: readonly SheetRow[];
  title: string;
  lead: string;
  /** What leads to another file; undefined where the rows are not from one. */
  useAnother: (() => void) | undefined;
  columns: readonly PageColumn[];
  defaults: BatchDefaults;
  ask(rows: readonly SheetRow[]): Promise<RowsAnswer | Problem>;
  setDefaults(defaults: BatchDefaults): void;
  chooseColumns(chosen: ChosenColumns): void;
  add(): void;
  onGone(): void;
};

/** Every row in a table, before anything is added. */
export function showSheet(deps: SheetDeps) {
  const { rows, batch, columns } = deps;
  const checker = createChecker({
    rows: () => rows,
    ask: deps.ask,
    onChecked: (checked) => {
      table.refresh(checked);
      unchecked = '';
      count();
    },
    onProblem: (problem) => {
      unchecked = BAR.unchecked[problem];
      count();
    },
    onGone: deps.onGone,
    schedule: (act, ms) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  });
  const head = renderHeads(columns, batch.canFindServers, deps.chooseColumns);
  const table = createTable({
    rows,
    head,
    canFindServers: batch.canFindServers,
    onChange: () => {
      count();
      checker.soon();
    },
    onLeftOut: offerUndo,
    checkNow: checker.now,
    onAllFixed: () => add.focus(),
  });
  const counts = h('ul', { class: 'counts', 'aria-label': SHEET.countsLabel });
  const only = h('input', { type: 'checkbox', role: 'switch', id: 'only' });
  const said = h('p', { class: 'dim', id: 'bar-says' });
  let offer: HTMLElement | undefined;
  const trouble = h('p', { class: 'bad', role: 'alert' });
  const add = h('button', { type: 'button', class: 'button main', 'aria-describedby': 'bar-says' });
  const discard = h('button', { type: 'button', class: 'button' }, BAR.discard);
  let stopOffer = (): void => {};
  /** Why nothing was sent, or checked; '' for nothing. */
  let [unsent, unchecked] = ['', ''];
  let isAdding = false;
  /** What to do, once the link does not work anymore. */
  let ending: string | undefined;
  let adding: string = BAR.adding;
  only.addEventListener('change', () => table.showOnlyProblems(only.checked));
  discard.hidden = deps.useAnother === undefined;
  discard.addEventListener('click', () => deps.useAnother?.());
  add.addEventListener('click', () => void press());
  const setDefaults = (defaults: BatchDefaults) => {
    deps.setDefaults(defaults);
    checker.soon(0);
  };
  const setup = h(
    'div',
    { class: 'setup' },
    ...renderUnclear(columns, deps.chooseColumns),
    renderDefaults(deps.defaults, batch.canFindServers, setDefaults),
  );
  // Rows that were sent before have no empty cells.
  setup.hidden = deps.useAnother === undefined;
  const onlySwitch = h('label', { class: 'switch' }, only, SHEET.onlyProblems);
  const details = renderColumns(columns, deps.chooseColumns);
  const top = renderTop(deps);
  showWide(
    'wide',
    top,
    setup,
    h('div', { class: 'row apart' }, h('div', { role: 'status' }, counts), onlySwitch),
    table.element,
    ...(details === undefined ? [] : [details]),
    h(
      'section',
      { class: 'act', 'aria-label': BAR.label },
      h('div', { class: 'row apart' }, h('div', {}, trouble, said), h('div', { class: 'row' }, discard, add)),
    ),
  );
  start();
  return { tell, setAdding, lock, correct, refresh, end, leave };

  function start(): void {
    const { fix, ready } = countStates(rows);
    only.checked = ready < rows.length && (rows.length > MANY_ROWS || (ready === 0 && fix > 0));
    table.showOnlyProblems(only.checked);
    count();
    if (rows.some(({ isStale }) => isStale)) void checker.now();
  }

  /** Nothing can be added from here anymore. The rows stay. */
  function end(what: string, next: string): void {
    checker.stop();
    stopOffer();
    ending = next;
    setup.hidden = discard.hidden = true;
    add.replaceWith(linkToNewTab(batch.channelUrl, 'button main', BAR.openSlack));
    tell(what);
  }

  function leave(): void {
    stopOffer();
    checker.stop();
    table.leave();
  }

  /** The bot added nothing, because it sees a row differently by now. */
  function correct(checks: readonly RowCheck[]): void {
    refresh(takeChecks(noteSent(rows), checks));
    tell(BAR.notAdded);
    table.focusNext();
  }

  function refresh(changed: readonly SheetRow[]): void {
    table.refresh(changed);
    count();
  }

  function count(): void {
    const states = countStates(rows);
    const items = ROW_STATES.filter((state) => states[state] > 0).map((state) =>
      renderCount(SHEET.states[state], states[state]),
    );
    const isNews = counts.textContent !== items.map(({ textContent }) => textContent).join('');
    if (isNews) counts.replaceChildren(...items);
    onlySwitch.hidden = states.ready === rows.length && !only.checked;
    const { ready, fix } = states;
    const isOff = ready === 0 || isAdding;
    add.setAttribute('aria-disabled', String(isOff));
    if (isAdding) add.textContent = adding;
    else if (ready > 0) add.textContent = BAR.add(ready);
    else add.textContent = fix > 0 ? BAR.fixFirst(fix) : BAR.nothing;
    const sentence = unsent || unchecked;
    if (trouble.textContent !== sentence) trouble.textContent = sentence;
    if (offer === undefined) said.textContent = ending ?? describe(states);
  }

  function describe(states: RowCounts): string {
    if (states.ready === 0) return BAR.noneReady;
    const time = timeInWords((states.ready / batch.rowsPerMinute) * 60_000);
    return `${BAR.stayOut(listOut(states))} · ${BAR.about(time)}`;
  }

  /** Says why nothing was sent; '' for nothing. */
  function tell(sentence: string): void {
    unsent = sentence;
    count();
  }

  function setAdding(isOn: boolean, words: string = BAR.adding): void {
    isAdding = isOn;
    adding = words;
    count();
  }

  /** While nobody knows what becomes of the rows that were sent, no others can take their place. */
  function lock(isOn: boolean): void {
    const controls = [top, setup, head, details].flatMap((part) => [
      ...(part?.querySelectorAll('button, input, select') ?? []),
    ]);
    for (const control of [discard, ...controls]) control.toggleAttribute('disabled', isOn);
  }

  /** Adds as many rows as the button says, or none. */
  async function press(): Promise<void> {
    if (add.getAttribute('aria-disabled') === 'true') return;
    tell('');
    const { ready } = countStates(rows);
    setAdding(true);
    await checker.now();
    setAdding(false);
    if (countStates(rows).ready === ready) deps.add();
    else tell(BAR.changed);
  }

  function offerUndo(row: SheetRow): void {
    stopOffer();
    const undo = h('button', { type: 'button', class: 'text' }, BAR.undo);
    undo.addEventListener('click', () => {
      stopOffer();
      table.toggleOut(row);
    });
    offer = undo;
    said.replaceChildren(`${BAR.leftOut(row.line)} `, undo);
    const timer = setTimeout(() => stopOffer(), UNDO_WITHIN_MS);
    stopOffer = () => {
      clearTimeout(timer);
      offer = undefined;
      count();
    };
  }
}

function renderTop({ batch, title, lead, useAnother }: SheetDeps): HTMLElement {
  const line = h('p', { class: 'lead' }, lead);
  if (useAnother !== undefined) {
    const another = h('button', { type: 'button', class: 'text' }, SHEET.otherFile);
    another.addEventListener('click', useAnother);
    line.append(' · ', another);
  }
  return h('header', {}, renderWhom(batch), h('h1', {}, title), line);
}
