import type { MAX_DISPLAY_NAME } from '../../../../../add-inbox/account/sender-account.ts';
import type { BatchDefaults, ChosenColumns, ColumnField, InboxType, PageColumn } from '../../contract.ts';
import { h, icon } from '../../dom.ts';
import { FORM } from '../../sentences.ts';
import { SHEET } from '../batch-sentences.ts';
import { CELLS, type Cell } from './cells.ts';

/* What a person sets for all rows: the columns of the file, and what fills empty cells. */

/** The fields that a cell shows, the first of them for a column that a person chooses. */
const COLUMN_OF: Record<Cell, readonly [ColumnField, ...ColumnField[]]> = {
  address: ['email_address'],
  name: ['display_name', 'first_name', 'last_name'],
  provider: ['inbox_type'],
  secret: ['smtp_password', 'app_password'],
  smtp: ['smtp_host'],
  imap: ['imap_host'],
  limit: ['daily_limit'],
};

/** Unclear columns that are asked about. The others can be chosen in the head of the table. */
const MOST_ASKED = 3;

/** The page can import only types, and this one is its value. */
const MOST_OF_DISPLAY_NAME: typeof MAX_DISPLAY_NAME = 255;

/** The head of the table, in which the column of each cell can be chosen. */
export function renderHeads(
  columns: readonly PageColumn[],
  canFindServers: boolean,
  choose: (chosen: ChosenColumns) => void,
): HTMLElement {
  const heads = CELLS.map((cell) => {
    const isServer = cell === 'smtp' || cell === 'imap';
    const head = h('th', { role: 'columnheader', scope: 'col', class: isServer ? 'server' : cell }, SHEET.cells[cell]);
    if (columns.length > 0) head.append(renderColumnChoice(cell, columns, canFindServers, choose));
    else if (cell === 'provider' && canFindServers) head.append(h('small', {}, SHEET.foundByDomain));
    return head;
  });
  const out = h('th', { role: 'columnheader', scope: 'col' }, h('span', { class: 'unseen' }, SHEET.leaveOut));
  const line = h('th', { role: 'columnheader', scope: 'col' }, SHEET.line);
  return h('thead', { role: 'rowgroup' }, h('tr', { role: 'row', 'aria-rowindex': '1' }, line, ...heads, out));
}

function renderColumnChoice(
  cell: Cell,
  columns: readonly PageColumn[],
  canFindServers: boolean,
  choose: (chosen: ChosenColumns) => void,
): HTMLElement {
  const fields = COLUMN_OF[cell];
  const used = columns.filter(({ field }) => field !== undefined && fields.includes(field));
  const none = cell === 'provider' && canFindServers ? SHEET.foundByDomain : SHEET.noColumn;
  const options = columns
    .filter(({ isDropped }) => !isDropped)
    .map(({ position, header }) => option(String(position), SHEET.fromColumn(header), position === used[0]?.position));
  const select = h(
    'select',
    { class: 'map', 'aria-label': SHEET.columnFor(SHEET.cells[cell]) },
    option('', none, used.length === 0),
    ...options,
  );
  select.addEventListener('change', () => {
    const before = Object.fromEntries(used.map(({ position }) => [position, null]));
    choose({ ...before, ...(select.value !== '' && { [select.value]: fields[0] }) });
  });
  return select;
}

/** A card for each column that may be of use. */
export function renderUnclear(columns: readonly PageColumn[], choose: (chosen: ChosenColumns) => void): HTMLElement[] {
  return columns
    .filter(({ field, suggested }) => field === undefined && suggested !== undefined)
    .slice(0, MOST_ASKED)
    .map((column) => renderColumn(column, choose));
}

function renderColumn(column: PageColumn, choose: (chosen: ChosenColumns) => void): HTMLElement {
  const { position, header, values } = column;
  const id = `unclear-${position}`;
  return renderCard(
    [h('span', { class: 'warn' }, icon('question')), ` ${SHEET.whatIs(header)}`],
    SHEET.unused(values),
    renderField(id, SHEET.useAs, renderFieldChoice(id, column, choose), 'choice'),
  );
}

function renderFieldChoice(
  id: string,
  { position, field: used, suggested }: PageColumn,
  choose: (chosen: ChosenColumns) => void,
): HTMLElement {
  const fields = listFields().toSorted((one, other) => Number(other === suggested) - Number(one === suggested));
  const options = fields.map((field) => {
    const words = SHEET.columnFields[field];
    return option(field, field === suggested ? SHEET.suggested(words) : words, field === used);
  });
  const select = h('select', { id }, option('', SHEET.dontUse, used === undefined), ...options);
  select.addEventListener('change', () =>
    choose({ [position]: fields.find((field) => field === select.value) ?? null }),
  );
  return select;
}

/** What empty cells are filled with. `change` is called with what is valid. */
export function renderDefaults(
  defaults: BatchDefaults,
  canFindServers: boolean,
  change: (defaults: BatchDefaults) => void,
): HTMLElement {
  const limit = h('input', { id: 'fill-limit', inputmode: 'numeric', autocomplete: 'off' });
  limit.value = String(defaults.dailyLimit ?? '');
  const name = h('input', {
    id: 'fill-name',
    maxlength: String(MOST_OF_DISPLAY_NAME),
    autocomplete: 'off',
    spellcheck: 'false',
  });
  name.value = defaults.displayName ?? '{local}';
  const types: [InboxType | '', string][] = [
    ['', canFindServers ? SHEET.byDomain : SHEET.byRow],
    ['GOOGLE_WORKSPACE', FORM.providers.GOOGLE_WORKSPACE],
    ['OUTLOOK_365', FORM.providers.OUTLOOK_365],
    ['CUSTOM_SMTP', FORM.providers.CUSTOM_SMTP],
  ];
  const options = types.map(([value, words]) => option(value, words, value === (defaults.inboxType ?? '')));
  const provider = h('select', { id: 'fill-provider' }, ...options);
  for (const input of [limit, name, provider]) input.addEventListener('change', read);
  return renderCard(
    [SHEET.fill],
    SHEET.fillHint,
    renderField('fill-limit', SHEET.cells.limit, limit, 'number'),
    renderField('fill-name', SHEET.cells.name, name, 'number'),
    renderField('fill-provider', SHEET.cells.provider, provider, 'choice'),
  );

  function read(): void {
    const dailyLimit = Number(limit.value);
    const isValid = Number.isSafeInteger(dailyLimit) && dailyLimit >= 1;
    limit.setAttribute('aria-invalid', String(!isValid));
    if (!isValid) return;
    const [inboxType] = types.map(([value]) => value).filter((value) => value === provider.value);
    change({
      dailyLimit,
      displayName: name.value.trim() || '{local}',
      ...(inboxType !== undefined && inboxType !== '' && { inboxType }),
    });
  }
}

/** All columns of the file, each with the field that it is used for. */
export function renderColumns(
  columns: readonly PageColumn[],
  choose: (chosen: ChosenColumns) => void,
): HTMLElement | undefined {
  if (columns.length === 0) return undefined;
  const dropped = columns.filter(({ isDropped }) => isDropped);
  const readable = columns.filter(({ isDropped }) => !isDropped);
  const used = readable.filter(({ field }) => field !== undefined).length;
  const choices = readable.map((column) => {
    const id = `column-${column.position}`;
    const label = column.field === undefined ? `“${column.header}” · ${column.values}` : `“${column.header}”`;
    return h('div', { class: 'field' }, h('label', { for: id }, label), renderFieldChoice(id, column, choose));
  });
  const details = h('details', {}, h('summary', {}, SHEET.columns(used, columns.length - used)));
  details.append(h('div', { class: 'columns' }, ...choices));
  const headers = dropped.map(({ header }) => `“${header}”`).join(', ');
  if (dropped.length > 0) details.append(h('p', {}, SHEET.notRead(headers)));
  return details;
}

function renderCard(title: (Node | string)[], hint: string, ...inputs: Node[]): HTMLElement {
  return h(
    'section',
    { class: 'card' },
    h('h2', {}, ...title),
    h('p', { class: 'hint' }, hint),
    h('div', { class: 'inputs' }, ...inputs),
  );
}

function renderField(id: string, label: string, input: Node, width: 'number' | 'choice'): HTMLElement {
  return h('div', { class: `field ${width}` }, h('label', { for: id }, label), input);
}

function option(value: string, words: string, selected = false): HTMLOptionElement {
  return h('option', { value, selected }, words);
}

function listFields(): ColumnField[] {
  return Object.keys(SHEET.columnFields).filter((field): field is ColumnField => field in SHEET.columnFields);
}
