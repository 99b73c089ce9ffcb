import type { FailedRow, LoginsAnswer, PageRow, ReadRow, RowCheck, RowFields } from '../../contract.ts';

/* The rows as the page holds them: what is written in them, what the bot thinks of them, and what the person decided. */

export type SheetRow = {
  line: number;
  account: RowFields;
  /** What the person wrote over the file. An emptied field is undefined. */
  edits: RowFields;
  check: RowCheck | undefined;
  /** The address that was checked last, to find the rows that had the same. */
  checkedAddress: string;
  /** Counts the changes, so that an answer about an older row can be told apart. */
  version: number;
  isStale: boolean;
  isOut: boolean;
  /** Added although it is held back. */
  isWanted: boolean;
  login: Login | undefined;
  /** Why it was not added before. */
  failure: FailedRow | undefined;
  /** What was odd when the file was read, in words. */
  notes: readonly string[];
};

/** A login that the bot has tried, and why it was refused; '' if it was not. `isChecked`: the bot knows whether it works. */
type Login = { tried: string; refused: string; isChecked: boolean; isWanted: boolean };

/** In the order in which they are counted on the page. */
export const ROW_STATES = ['ready', 'fix', 'held', 'twice', 'out'] as const;

export type RowState = (typeof ROW_STATES)[number];

const STATE_OF: Record<RowCheck['kind'], RowState> = {
  ready: 'ready',
  to_fix: 'fix',
  held: 'held',
  twice: 'twice',
  differs: 'twice',
  waiting: 'twice',
  not_failed: 'out',
};

export function createSheetRow({ line, account, notes = [] }: ReadRow, check?: RowCheck): SheetRow {
  return {
    line,
    account: { ...account },
    edits: {},
    check,
    checkedAddress: addressOf(account),
    version: 0,
    isStale: check === undefined,
    isOut: false,
    isWanted: false,
    login: undefined,
    failure: undefined,
    notes,
  };
}

/** The rows of a file, with what the person had changed before the file was read again. */
export function createSheet(rows: readonly ReadRow[], checks: readonly RowCheck[], before: readonly SheetRow[] = []) {
  const checkOf = new Map(checks.map((check) => [check.line, check]));
  const earlier = new Map(before.map((row) => [row.line, row]));
  return rows.map((row) => {
    const made = createSheetRow(row, checkOf.get(row.line));
    const { edits = {}, isOut = false, isWanted = false, login } = earlier.get(row.line) ?? {};
    Object.assign(made, { isOut, isWanted, login });
    if (Object.keys(edits).length > 0) change(made, edits);
    return made;
  });
}

/** Rows that a person has to look at again, with what was wrong. */
export function createFixes(failed: readonly FailedRow[], before: readonly SheetRow[] = []): SheetRow[] {
  const earlier = new Map(before.map((row) => [row.line, row]));
  return failed.map((failure) => {
    const { account, login } = earlier.get(failure.line) ?? {};
    const row = createSheetRow({ line: failure.line, account: { ...failure.account, ...account } });
    return { ...row, isWanted: true, login, failure };
  });
}

export function stateOf(row: SheetRow): RowState {
  const { isOut, check } = row;
  if (isOut) return 'out';
  // A row counts as ready until the bot says otherwise.
  const state = check === undefined ? 'ready' : STATE_OF[check.kind];
  if (state !== 'ready' && state !== 'held') return state;
  return findHold(row)?.decision.isWanted === false ? 'held' : 'ready';
}

/** Why the bot advises against a row that can be added, and the cell that is about. `decision`: added all the same, or held back. */
type Hold = { cell: 'provider' | 'secret'; why: string; decision: { isWanted: boolean } };

export function findHold(row: SheetRow): Hold | undefined {
  const { check, login } = row;
  if (check?.kind === 'held') return { cell: 'provider', why: check.why ?? '', decision: row };
  if (check?.kind !== 'ready' || !login?.refused || !isTried(row)) return undefined;
  return { cell: 'secret', why: login.refused, decision: login };
}

/** Takes over what the bot said of logins. Returns the rows that were refused. */
export function takeLogins(
  sent: readonly SentLogin[],
  { refused, notChecked }: Pick<Extract<LoginsAnswer, { kind: 'logins' }>, 'refused' | 'notChecked'>,
): SheetRow[] {
  const whyOf = new Map(refused.map(({ line, why }) => [line, why]));
  const unknown = new Set(notChecked);
  for (const { row, tried } of sent) {
    row.login = { tried, refused: whyOf.get(row.line) ?? '', isChecked: !unknown.has(row.line), isWanted: false };
  }
  return sent.filter(({ row }) => whyOf.has(row.line)).map(({ row }) => row);
}

type SentLogin = { row: SheetRow; tried: string };

export function noteLogins(rows: readonly SheetRow[]): SentLogin[] {
  return rows.map((row) => ({ row, tried: loginOf(row) }));
}

/** The lines whose logins, as they are now, need no more tries. */
export function listCheckedLines(rows: readonly SheetRow[]): number[] {
  return rows.filter(isTried).map(({ line }) => line);
}

/** The logins that were tried, and nobody knows whether they work. */
export function countNotChecked(rows: readonly SheetRow[]): number {
  return rows.filter((row) => isTried(row) && row.login?.isChecked === false).length;
}

function isTried(row: SheetRow): boolean {
  return row.login?.tried === loginOf(row);
}

/** Everything that a login depends on. */
function loginOf({ account, check }: SheetRow): string {
  const { display_name, daily_limit, inbox_type, smtp_use_tls, imap_use_ssl, ...login } = {
    ...check?.filled,
    ...withoutEmpty(account),
  };
  return JSON.stringify(Object.entries(login).toSorted());
}

export type RowCounts = Record<RowState, number>;

export function countStates(rows: readonly SheetRow[]): RowCounts {
  const counts = { ready: 0, fix: 0, held: 0, twice: 0, out: 0 };
  for (const row of rows) counts[stateOf(row)] += 1;
  return counts;
}

export type RowsOut = { state: RowState; rows: number }[];

/** How many rows are not added, by state. */
export function listOut(counts: RowCounts): RowsOut {
  const out = ROW_STATES.filter((state) => state !== 'ready' && counts[state] > 0);
  return out.map((state) => ({ state, rows: counts[state] }));
}

/** Writes fields of a row. Undefined and '' empty them. */
export function change(row: SheetRow, fields: { [Field in keyof RowFields]?: RowFields[Field] | undefined }): void {
  for (const [field, value] of Object.entries(fields)) {
    const written = value === '' ? undefined : value;
    Object.assign(row.edits, { [field]: written });
    Object.assign(row.account, { [field]: written });
  }
  markStale(row);
}

export function markStale(row: SheetRow): void {
  row.version += 1;
  row.isStale = true;
}

/** The rows to check: those that changed, and those that have, or had, the same address. Rows that are left out count for nobody. */
export function listToCheck(rows: readonly SheetRow[]): SheetRow[] {
  const stale = rows.filter(({ isStale }) => isStale);
  const addresses = new Set(stale.flatMap((row) => [addressOf(row.account), row.checkedAddress]));
  addresses.delete('');
  return rows.filter((row) => !row.isOut && (row.isStale || addresses.has(addressOf(row.account))));
}

export type Sent = { row: SheetRow; version: number };

export function noteSent(rows: readonly SheetRow[]): Sent[] {
  return rows.map((row) => ({ row, version: row.version }));
}

/** Takes over what the bot said of rows that did not change in the meantime. Returns them. */
export function takeChecks(sent: readonly Sent[], checks: readonly RowCheck[]): SheetRow[] {
  const checkOf = new Map(checks.map((check) => [check.line, check]));
  const current = sent.filter(({ row, version }) => row.version === version && checkOf.has(row.line));
  for (const { row } of current) {
    row.check = checkOf.get(row.line);
    row.checkedAddress = addressOf(row.account);
    row.isStale = false;
  }
  return current.map(({ row }) => row);
}

/** The first row to fix after a line, or else the first of all. */
export function findNextToFix(rows: readonly SheetRow[], line: number): SheetRow | undefined {
  const toFix = rows.filter((row) => stateOf(row) === 'fix');
  return toFix.find((row) => row.line > line) ?? toFix[0];
}

/** The rows below a line that have nothing in any of these fields. */
export function listEmptyBelow(
  rows: readonly SheetRow[],
  line: number,
  fields: readonly (keyof RowFields)[],
): SheetRow[] {
  return rows.filter(
    (row) => row.line > line && !row.isOut && fields.every((field) => row.account[field] === undefined),
  );
}

/** What will be added, in the order of the lines. */
export function listToAdd(rows: readonly SheetRow[]): SheetRow[] {
  return rows.filter((row) => stateOf(row) === 'ready');
}

export function toPageRows(rows: readonly SheetRow[]): PageRow[] {
  return rows.map(({ line, account }) => ({ line, account }));
}

/** With the servers that were found by the domain, so that nothing is looked up twice. */
export function toAddedRows(rows: readonly SheetRow[]): PageRow[] {
  return rows.map(({ line, account, check, isStale }) => ({
    line,
    // A row that changed since may have another domain.
    account: check?.isFoundByDomain === true && !isStale ? { ...check.filled, ...withoutEmpty(account) } : account,
  }));
}

function withoutEmpty(account: RowFields): RowFields {
  return Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined));
}

/**
 * Parts that fit into one request each. Rows with one address stay together, so that the bot sees which of them is the first.
 *
 * @param size the length of a row as it is sent
 */
export function splitByAddress(
  rows: readonly SheetRow[],
  most: number,
  size: (row: SheetRow) => number = lengthOf,
): SheetRow[][] {
  const groups = Map.groupBy(rows, ({ account, line }) => addressOf(account) || line);
  const parts: { rows: SheetRow[]; size: number }[] = [];
  for (const group of groups.values()) {
    const needed = group.reduce((sum, row) => sum + size(row), 0);
    const last = parts.at(-1);
    if (last === undefined || last.size + needed > most) parts.push({ rows: [...group], size: needed });
    else {
      last.rows.push(...group);
      last.size += needed;
    }
  }
  return parts.map((part) => part.rows.toSorted((one, other) => one.line - other.line));
}

/** As the bot compares addresses. */
function addressOf({ email_address = '' }: RowFields): string {
  return email_address.trim().toLowerCase();
}

/** UTF-8 has at most three bytes for a character of JavaScript. */
function lengthOf({ account }: SheetRow): number {
  const text = JSON.stringify(account);
  return 20 + (/^[ -~]*$/.test(text) ? 1 : 3) * text.length;
}
