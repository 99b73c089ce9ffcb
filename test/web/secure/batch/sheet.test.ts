import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BAR, RUNNING } from '../../../../src/web/secure/browser/batch/batch-sentences.ts';
import { createChecker } from '../../../../src/web/secure/browser/batch/sheet/checker.ts';
import {
  change,
  countNotChecked,
  countStates,
  createFixes,
  createSheet,
  findHold,
  findNextToFix,
  listCheckedLines,
  listEmptyBelow,
  listOut,
  listToAdd,
  listToCheck,
  noteLogins,
  noteSent,
  type SheetRow,
  splitByAddress,
  stateOf,
  takeChecks,
  takeLogins,
  toAddedRows,
  toPageRows,
} from '../../../../src/web/secure/browser/batch/sheet/sheet.ts';
import { findDrawn } from '../../../../src/web/secure/browser/batch/sheet/window.ts';
import type { RowCheck, RowFields, RowsAnswer } from '../../../../src/web/secure/browser/contract.ts';

const check = (line: number, kind: RowCheck['kind'] = 'ready', more: Partial<RowCheck> = {}): RowCheck => ({
  line,
  kind,
  errors: {},
  warnings: [],
  filled: {},
  isFoundByDomain: false,
  ...more,
});

const sheetOf = (...kinds: RowCheck['kind'][]): SheetRow[] =>
  createSheet(
    kinds.map((_, index) => ({ line: index + 1, account: { email_address: `u${index + 1}@acme.com` } })),
    kinds.map((kind, index) => check(index + 1, kind)),
  );

const REFUSED = { refused: [{ line: 1, why: 'Wrong.' }], notChecked: [] };

const lines = (rows: readonly SheetRow[]) => rows.map(({ line }) => line);

describe('the rows of the secure page', () => {
  test('are counted by what the bot and the person say of them', () => {
    const rows = sheetOf('ready', 'to_fix', 'held', 'held', 'twice', 'differs', 'waiting', 'not_failed', 'ready');
    Object.assign(rows[3] ?? {}, { isWanted: true });
    Object.assign(rows[8] ?? {}, { isOut: true });
    assert.deepEqual(countStates(rows), { ready: 2, fix: 1, held: 1, twice: 3, out: 2 });
    const out = listOut(countStates(rows));
    assert.equal(BAR.stayOut(out), '7 rows stay out: 1 to fix, 1 held back, 3 twice, 2 left out.');
    assert.equal(BAR.stayOut([]), 'All rows are ready.');
    assert.match(RUNNING.stayedOut(out, 1), /^8 rows stay out: .*, 2 left out, 1 changed since\. To add more/);
    assert.equal(RUNNING.stayedOut([{ state: 'twice', rows: 1 }], 0), '1 row stays out: 1 twice.');
    assert.equal(RUNNING.stayedOut([], 0), '');
    assert.match(RUNNING.needYou(1), /^1 needs you\. Fix it here/);
    assert.deepEqual(lines(listToAdd(rows)), [1, 4]);
  });

  test('a refused login holds its row back, until the login is another or the person wants it', () => {
    const rows = sheetOf('ready', 'ready', 'held');
    const [first, second, third] = rows;
    assert.ok(first && second && third);
    assert.deepEqual(takeLogins(noteLogins([first, second]), REFUSED), [first]);
    assert.deepEqual(rows.map(stateOf), ['held', 'ready', 'held']);
    const hold = findHold(first) ?? assert.fail();
    assert.deepEqual(hold, { cell: 'secret', why: 'Wrong.', decision: first.login });
    hold.decision.isWanted = true;
    assert.deepEqual([stateOf(first), listCheckedLines(rows)], ['ready', [1, 2]]);
    change(first, { display_name: 'Jane', daily_limit: '20' });
    assert.deepEqual([stateOf(first), listCheckedLines(rows)], ['ready', [1, 2]]);
    change(first, { smtp_password: 'another' });
    assert.deepEqual([stateOf(first), listCheckedLines(rows)], ['ready', [2]]);
    change(first, { smtp_password: undefined });
    hold.decision.isWanted = false;
    assert.equal(stateOf(first), 'held');
    Object.assign(findHold(third)?.decision ?? {}, { isWanted: true });
    assert.equal(stateOf(third), 'ready');
  });

  test('what is said of refused logins names the button only where it adds something', () => {
    assert.doesNotMatch(BAR.refusedLogins(2, 0), /the button/);
    assert.match(
      BAR.refusedLogins(1, 7),
      /Correct it, or press “Add it anyway”. Press the button again to add the others\.$/,
    );
  });

  test('a verdict is about the login that was sent, and outlives another look at the file', () => {
    const rows = sheetOf('ready', 'ready');
    const sent = noteLogins(rows);
    const [first] = rows;
    change(first ?? assert.fail(), { smtp_host: 'other.acme.com' });
    takeLogins(sent, { refused: [], notChecked: [1, 2] });
    assert.deepEqual([listCheckedLines(rows), countNotChecked(rows)], [[2], 1]);
    const read = rows.map(({ line, account }) => ({ line, account }));
    const again = createSheet(read, [check(1), check(2)], rows);
    assert.deepEqual(listCheckedLines(again), [2]);
  });

  test('a row that is not checked yet counts as ready', () => {
    const [row] = createSheet([{ line: 1, account: {} }], []);
    assert.ok(row?.isStale);
    assert.equal(stateOf(row), 'ready');
  });

  test('a change asks again for all rows that have or had the address', () => {
    const rows = sheetOf('ready', 'ready', 'twice', 'ready');
    const [first, second, third] = rows;
    assert.ok(first && second && third);
    assert.deepEqual(listToCheck(rows), []);
    change(third, { email_address: ' U1@acme.com ' });
    assert.deepEqual(lines(listToCheck(rows)), [1, 3], 'as the bot compares addresses');
    takeChecks(noteSent(listToCheck(rows)), [check(1), check(3, 'twice')]);
    change(first, { email_address: 'other@acme.com' });
    assert.deepEqual(lines(listToCheck(rows)), [1, 3], 'the second of two is the first by now');
    first.isOut = true;
    assert.deepEqual(lines(listToCheck(rows)), [3], 'a row that is left out counts for nobody');
  });

  test('an answer about a row that changed meanwhile is not used', () => {
    const [row] = sheetOf('ready');
    assert.ok(row);
    change(row, { display_name: 'A' });
    const sent = noteSent([row]);
    change(row, { display_name: 'B' });
    assert.deepEqual(takeChecks(sent, [check(1, 'to_fix')]), []);
    assert.ok(row.isStale && stateOf(row) === 'ready');
    assert.equal(takeChecks(noteSent([row]), [check(1, 'to_fix')]).length, 1);
    assert.ok(!row.isStale && stateOf(row) === 'fix');
  });

  test('an emptied field is left out of what is sent', () => {
    const [row] = sheetOf('ready');
    assert.ok(row);
    change(row, { email_address: '', display_name: 'Jane' });
    assert.equal(JSON.stringify(toPageRows([row])), '[{"line":1,"account":{"display_name":"Jane"}}]');
  });

  test('what a person changed stays when the file is read with other columns', () => {
    const rows = sheetOf('ready', 'to_fix');
    const [first, second] = rows;
    assert.ok(first && second);
    change(second, { smtp_password: 'typed' });
    first.isOut = true;
    const again = createSheet(
      [
        { line: 1, account: { daily_limit: '20' } },
        { line: 2, account: { daily_limit: '20' } },
      ],
      [check(1), check(2, 'to_fix')],
      rows,
    );
    assert.deepEqual(again[1]?.account, { daily_limit: '20', smtp_password: 'typed' });
    assert.deepEqual([again[0]?.isOut, again[1]?.isStale], [true, true]);
  });

  test('rows that failed have what the page still holds of them', () => {
    const rows = sheetOf('held');
    change(rows[0] ?? assert.fail(), { smtp_password: 'kept' });
    const failure = {
      line: 1,
      account: { email_address: 'u1@acme.com' },
      isUnknown: false,
      title: 'T',
      next: 'N',
      said: '',
    };
    const [fix] = createFixes([failure], rows);
    assert.deepEqual(fix?.account, { email_address: 'u1@acme.com', smtp_password: 'kept' });
    assert.ok(fix?.isStale && fix.isWanted && fix.failure === failure);
  });

  test('servers that were found by the domain are sent with the row, below what is written in it', () => {
    const account: RowFields = { email_address: 'u@acme.com', smtp_port: '465' };
    const filled = { smtp_host: 'smtp.acme.com', smtp_port: '587' };
    const added = (isFoundByDomain: boolean) =>
      toAddedRows(createSheet([{ line: 1, account }], [check(1, 'ready', { filled, isFoundByDomain })]))[0]?.account;
    assert.deepEqual(added(true), { email_address: 'u@acme.com', smtp_host: 'smtp.acme.com', smtp_port: '465' });
    assert.deepEqual(added(false), account);
    const rows = createSheet([{ line: 1, account }], [check(1, 'ready', { filled, isFoundByDomain: true })]);
    change(rows[0] ?? assert.fail(), { email_address: 'u@globex.com' });
    const [changed] = toAddedRows(rows);
    assert.deepEqual(changed?.account, { ...account, email_address: 'u@globex.com' }, 'not those of the old domain');
  });

  test('the next row to fix is below, or else the first', () => {
    const rows = sheetOf('to_fix', 'ready', 'to_fix');
    assert.equal(findNextToFix(rows, 1)?.line, 3);
    assert.equal(findNextToFix(rows, 3)?.line, 1);
    assert.equal(findNextToFix(sheetOf('ready'), 0), undefined);
  });

  test('a value is filled down into empty cells only', () => {
    const rows = sheetOf('ready', 'ready', 'ready', 'ready');
    change(rows[2] ?? assert.fail(), { smtp_host: 'smtp.acme.com' });
    Object.assign(rows[3] ?? {}, { isOut: true });
    assert.deepEqual(lines(listEmptyBelow(rows, 1, ['smtp_host', 'smtp_port'])), [2]);
  });

  test('many rows are asked in parts, and an address stays in one of them', () => {
    const rows = sheetOf('ready', 'ready', 'ready', 'ready', 'ready');
    change(rows[4] ?? assert.fail(), { email_address: 'u1@acme.com' });
    assert.deepEqual(splitByAddress(rows, 3, () => 1).map(lines), [
      [1, 2, 5],
      [3, 4],
    ]);
    assert.deepEqual(splitByAddress(rows, 1, () => 1).map(lines), [[1, 5], [2], [3], [4]]);
  });

  test('a part of rows is at most as long as the bot reads', () => {
    const rows = createSheet(
      Array.from({ length: 5_000 }, (_, line) => ({
        line,
        account: { email_address: `ü${line}@acme.com`, smtp_password: 'ÿ'.repeat(90) },
      })),
      [],
    );
    const sizes = splitByAddress(rows, 200 * 1024).map((part) => Buffer.byteLength(JSON.stringify(toPageRows(part))));
    assert.ok(sizes.length < 12 && Math.max(...sizes) < 210 * 1024, String(sizes));
  });
});

describe('the rows that are in the document', () => {
  const drawn = (top: number, count = 5_000) => findDrawn(count, () => 40, { top, bottom: top + 800 });

  test('are those in view and as many around them', () => {
    assert.deepEqual(drawn(0), { first: 0, end: 60, before: 0, after: 4_940 * 40 });
    assert.deepEqual(drawn(-300), { first: 0, end: 60, before: 0, after: 4_940 * 40 });
    assert.deepEqual(drawn(40_000), { first: 980, end: 1_040, before: 39_200, after: 3_960 * 40 });
    assert.deepEqual(drawn(199_500), { first: 4_940, end: 5_000, before: 4_940 * 40, after: 0 });
  });

  test('are all rows of a short list, and none of an empty one', () => {
    assert.deepEqual(drawn(0, 15), { first: 0, end: 15, before: 0, after: 0 });
    assert.deepEqual(drawn(9_000, 15), { first: 0, end: 15, before: 0, after: 0 });
    assert.deepEqual(drawn(0, 0), { first: 0, end: 0, before: 0, after: 0 });
  });

  test('cover a window that is higher than usual, and rows of different heights', () => {
    const { first, end } = findDrawn(5_000, () => 40, { top: 4_000, bottom: 8_000 });
    assert.ok(first < 100 && end > 200 && end - first < 120);
    const heightOf = (index: number) => (index === 2 ? 1_000 : 40);
    assert.deepEqual(findDrawn(10, heightOf, { top: 500, bottom: 900 }, 3), {
      first: 0,
      end: 7,
      before: 0,
      after: 120,
    });
  });
});

describe('what the page asks about rows', () => {
  function start(answers: (RowsAnswer | 'offline')[], rows = sheetOf('ready', 'ready')) {
    const asked: number[][] = [];
    const said: string[] = [];
    const timers: { act: () => void; ms: number }[] = [];
    const checker = createChecker({
      rows: () => rows,
      ask: async (part) => {
        asked.push(lines(part));
        return answers.shift() ?? { kind: 'rows', checks: part.map(({ line }) => check(line)) };
      },
      onChecked: (checked) => void said.push(`checked ${lines(checked)}`),
      onProblem: (problem) => void said.push(problem),
      onGone: () => void said.push('gone'),
      schedule: (act, ms) => {
        const timer = { act, ms };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    });
    return { checker, rows, asked, said, timers };
  }

  test('is one question for several keystrokes', async () => {
    const { checker, rows, asked, said, timers } = start([]);
    for (const letter of ['J', 'Ja', 'Jane']) {
      change(rows[1] ?? assert.fail(), { display_name: letter });
      checker.soon();
    }
    assert.equal(timers.length, 1);
    await checker.now();
    assert.deepEqual([asked, said, timers], [[[2]], ['checked 2'], []]);
  });

  test('comes again later where there was no answer', async () => {
    const { checker, rows, asked, said, timers } = start(['offline']);
    change(rows[0] ?? assert.fail(), { display_name: 'A' });
    await checker.now();
    assert.deepEqual(said, ['offline']);
    assert.deepEqual(
      timers.map(({ ms }) => ms),
      [5_000],
    );
    await checker.now();
    assert.deepEqual([asked, said.at(-1)], [[[1], [1]], 'checked 1']);
  });

  test('ends with the link', async () => {
    const { checker, rows, said, timers } = start([{ kind: 'gone' }]);
    change(rows[0] ?? assert.fail(), { display_name: 'A' });
    await checker.now();
    assert.deepEqual([said, timers], [['gone'], []]);
  });

  test('is asked once more for what changed meanwhile, and never after the end', async () => {
    const { checker, rows, asked } = start([]);
    const [row] = rows;
    assert.ok(row);
    change(row, { display_name: 'A' });
    const first = checker.now();
    change(row, { display_name: 'B' });
    await first;
    assert.deepEqual(asked, [[1], [1]]);
    change(row, { display_name: 'C' });
    const last = checker.now();
    checker.stop();
    await last;
    assert.ok(row.isStale);
  });
});
