import { ask, askToRead, isOpenQuestion, isTooLarge, thisPage } from '../ask.ts';
import type {
  AddAnswer,
  AddBody,
  BatchToAdd,
  ChosenColumns,
  FailedRow,
  LoginsAnswer,
  MostCharacters,
  NoPage,
  PageColumn,
  PageRow,
  Progress,
  ProgressAnswer,
  ReadAnswer,
  ResultsAnswer,
  RowsAnswer,
  RowsBody,
} from '../contract.ts';
import { showEnd } from '../plain-states.ts';
import type { Problem } from '../sentences.ts';
import { BAR, MOVED, RUNNING, SHEET, TAKEN, UPLOAD } from './batch-sentences.ts';
import { askForRows, type Handover, offerRows } from './other-tabs.ts';
import { showProgress } from './progress-state.ts';
import {
  countNotChecked,
  countStates,
  createFixes,
  createSheet,
  listCheckedLines,
  listOut,
  listToAdd,
  markStale,
  noteLogins,
  type RowCounts,
  type SheetRow,
  takeLogins,
  toAddedRows,
  toPageRows,
} from './sheet/sheet.ts';
import { showSheet } from './sheet/sheet-state.ts';
import { type Refusal, type Source, showUpload } from './upload-state.ts';

const MOST_OF_NAME: MostCharacters['fileName'] = 255;

type Unchecked = Extract<AddAnswer, { kind: 'unchecked' }>;

/** So many logins were refused, so the person decides about them. */
type Refused = { kind: 'refused_logins'; count: number };

type Read = Extract<ReadAnswer, { kind: 'read' }>;

/** A state of the page that is left before the next one. */
type Left = {
  leave(): void;
  /** The link does not work anymore. */
  end?(what: string, next: string): void;
};

/**
 * Many inboxes, from the file to their results. What is read and typed is in this page only, until it is added.
 *
 * @param end called once the link is used, and when the page is left for good
 */
export function showBatch(token: string, batch: BatchToAdd, end: () => void): { clear(): void; expire(): void } {
  const pageId = thisPage();
  let { defaults } = batch;
  let rows: SheetRow[] = [];
  let columns: readonly PageColumn[] = [];
  let chosen: ChosenColumns = {};
  let source: Source | undefined;
  let round = 0;
  let stayedOut = '';
  /** What was typed is added, and the page says that it can be closed. */
  let isAdded = false;
  let isAdding = false;
  /** Rows were sent, and no answer says what became of them. */
  let isUnsure = false;
  let isEnded = false;
  let state: Left = { leave: () => {} };
  const until = new AbortController();
  const { signal } = until;
  window.addEventListener('beforeunload', askBeforeLeaving, { signal });
  // Otherwise the browser leaves the page for a file that is dropped on it.
  for (const event of ['dragover', 'drop']) window.addEventListener(event, (each) => each.preventDefault(), { signal });
  if (batch.fix === undefined) openUpload();
  else openFixes(batch.fix, SHEET.fixLeadNoPasswords);
  let leaveTabs = askForRows(whose(), takeOver, () => void lookAgain());
  return { clear, expire };

  function clear(): void {
    until.abort();
    leaveTabs();
    enter(() => ({ leave: () => {} }));
    forget();
  }

  function forget(): void {
    rows = [];
    columns = [];
    chosen = {};
    source = undefined;
  }

  /** The browser asks, so that a slip loses no work. */
  function askBeforeLeaving(event: BeforeUnloadEvent): void {
    if (rows.length > 0 && !isAdded) event.preventDefault();
  }

  /**
   * The link does not work anymore. What is on the page stays there, also for a page with a new link. While rows were sent and nobody
   * knows what became of them, they can be sent again: the answer is what became of them.
   */
  function expire(): void {
    if (!isAdding && !isUnsure && !isAdded) endLink(BAR.ended, isFix() ? BAR.endedFix : BAR.endedNext);
  }

  function endLink(what: string, next: string): void {
    end();
    state.end?.(what, next);
    if (isEnded || rows.length === 0) return;
    isEnded = true;
    leaveTabs();
    leaveTabs = offerRows(whose(), { source, chosen, defaults, rows }, () => leaveFor(MOVED));
  }

  /** A page that was opened later may have a newer link, which ends this one. */
  async function lookAgain(): Promise<void> {
    const answer = await askAbout([]);
    if (typeof answer !== 'string' && answer.kind === 'gone') expire();
  }

  function isFix(): boolean {
    return batch.fix !== undefined || round > 0;
  }

  function whose(): string {
    return JSON.stringify([batch.whose, isFix()]);
  }

  /** Goes on with what another page has read, and its person has typed there. False where this page has rows of its own. */
  async function takeOver(given: Handover): Promise<boolean> {
    const { fix } = batch;
    if (fix !== undefined) return takeOverFixes(fix, given);
    const before = state;
    if (rows.length > 0 || given.source === undefined) return false;
    const answer = await askToRead(token, given.source.bytes, { columns: given.chosen, defaults: given.defaults });
    if (state !== before || typeof answer === 'string' || answer.kind !== 'read') return false;
    ({ source, chosen, defaults, rows } = given);
    openRead(answer, SHEET.takenOver);
    return true;
  }

  function takeOverFixes(fix: readonly FailedRow[], given: Handover): boolean {
    if (rows.some(({ edits }) => Object.keys(edits).length > 0)) return false;
    const addressOf = new Map(fix.map(({ line, account }) => [line, account.email_address]));
    rows = given.rows.filter(({ line, failure }) => failure?.account.email_address === addressOf.get(line));
    openFixes(fix, SHEET.fixLead);
    return true;
  }

  function enter<State extends Left>(open: () => State): State {
    state.leave();
    const opened = open();
    state = opened;
    return opened;
  }

  function openUpload(refusal?: Refusal): void {
    forget();
    const upload = enter(() => showUpload(batch, (used) => void readFirst(used)));
    if (refusal !== undefined) upload.refuse(refusal);

    async function readFirst(used: Source): Promise<void> {
      upload.showReading(used.name);
      const answer = await askToRead(token, used.bytes, { columns: {}, defaults });
      if (state !== upload) return;
      if (typeof answer === 'string') upload.refuse(splitSentence(UPLOAD.problems[answer]));
      else if (answer.kind === 'unreadable') upload.refuse(splitSentence(answer.why));
      else if (answer.kind === 'read') {
        source = used;
        openRead(answer);
      } else expire();
    }
  }

  function openRead(read: Read, ...notes: string[]): void {
    rows = createSheet(read.rows, read.checks, rows);
    columns = read.columns;
    const from = source?.name ?? UPLOAD.pasted;
    const vendor = read.vendor === undefined ? [] : [SHEET.vendor(read.vendor)];
    openSheet(SHEET.title(rows.length), [from, ...vendor, ...notes].join(' · '), () => openUpload());
  }

  function openFixes(failed: readonly FailedRow[], lead: string): void {
    rows = createFixes(failed, rows);
    columns = [];
    openSheet(SHEET.fixTitle(rows.length), lead, undefined);
  }

  function openSheet(title: string, lead: string, useAnother: (() => void) | undefined): void {
    const sheet = enter(() =>
      showSheet({
        batch,
        rows,
        title,
        lead,
        useAnother,
        columns,
        defaults,
        ask: askAbout,
        setDefaults: (changed) => {
          defaults = changed;
          for (const row of rows) markStale(row);
        },
        chooseColumns: (change) => void readAgain(change),
        add: () => void add(),
        onGone: expire,
      }),
    );
    /** When they were sent last. */
    let states = countStates(rows);
    /** The changes to the rows when they were sent first, and nobody knows what became of them. */
    let changesBefore: number | undefined;
    /** What is said of the rows once they are added. */
    let note = '';
    isAdded = false;
    if (isTooLarge(JSON.stringify(toBody(listToAdd(rows))))) sheet.tell(BAR.problems.tooLarge);

    async function readAgain(change: ChosenColumns): Promise<void> {
      if (source === undefined) return;
      const tried = { ...chosen, ...change };
      sheet.setAdding(true, BAR.reading);
      const answer = await askToRead(token, source.bytes, { columns: tried, defaults });
      if (state !== sheet || isAdding) return;
      sheet.setAdding(false);
      if (typeof answer === 'string') sheet.tell(SHEET.columnProblems[answer]);
      else if (answer.kind === 'unreadable') sheet.tell(answer.why);
      else if (answer.kind === 'read') {
        chosen = tried;
        openRead(answer);
      } else expire();
    }

    async function add(): Promise<void> {
      sheet.setAdding(true);
      const answer = await askToAdd();
      const tried = isUnchecked(answer) ? await tryLogins(answer) : undefined;
      const last = tried === 'no_refusals' ? await askToAdd() : (tried ?? answer);
      if (state !== sheet) return;
      sheet.setAdding(false);
      take(last);
    }

    async function askToAdd(): Promise<AddAnswer | Problem> {
      isAdding = true;
      sheet.lock(true);
      const wanted = listToAdd(rows);
      states = countStates(rows);
      const changes = rows.reduce((sum, { version }) => sum + version, 0);
      const isChanged = changesBefore !== undefined && changes > changesBefore;
      note = join(isChanged ? RUNNING.changed : '', RUNNING.notChecked(countNotChecked(wanted)));
      const answer = await ask<AddAnswer>('add', toBody(wanted), token);
      isAdding = false;
      isUnsure = isOpenQuestion(answer, isUnsure);
      changesBefore = isUnsure ? (changesBefore ?? changes) : undefined;
      sheet.lock(isUnsure);
      return answer;
    }

    /** Tries logins, a few at a time, until all are tried or the page can't go on. */
    async function tryLogins({ lines, atOnce }: Unchecked): Promise<'no_refusals' | Refused | NoPage | Problem> {
      const waiting = new Set(lines);
      const untried = rows.filter(({ line }) => waiting.has(line));
      let refused = 0;
      for (let done = 0; done < untried.length; done += atOnce) {
        sheet.setAdding(true, BAR.checkingLogins(done, untried.length));
        const some = untried.slice(done, done + atOnce);
        const sent = noteLogins(some);
        const answer = await ask<LoginsAnswer>('logins', toRowsBody(toAddedRows(some)));
        if (state !== sheet) return 'offline';
        if (typeof answer === 'string' || answer.kind !== 'logins') return answer;
        const held = takeLogins(sent, answer);
        refused += held.length;
        sheet.refresh(held);
      }
      return refused === 0 ? 'no_refusals' : { kind: 'refused_logins', count: refused };
    }

    function take(answer: AddAnswer | Refused | Problem): void {
      if (typeof answer === 'string') sheet.tell(BAR.problems[answer]);
      else if (answer.kind === 'refused_logins') sheet.tell(BAR.refusedLogins(answer.count, listToAdd(rows).length));
      // A row was changed while the logins were tried.
      else if (answer.kind === 'unchecked') sheet.tell(BAR.changed);
      else if (answer.kind === 'to_fix') sheet.correct(answer.checks);
      else if (answer.kind === 'stopping') sheet.tell(BAR.stopping);
      else if (answer.kind === 'added') openProgress(answer, states, note);
      else if (answer.kind === 'taken') leaveFor(TAKEN);
      else if (isUnsure) endLink(BAR.endedUnsure, BAR.endedUnsureNext);
      else expire();
    }
  }

  function askAbout(asked: readonly SheetRow[]): Promise<RowsAnswer | Problem> {
    return ask<RowsAnswer>('rows', toRowsBody(toPageRows(asked)));
  }

  function toRowsBody(sent: PageRow[]): RowsBody {
    return { token, defaults, rows: sent, ...(round > 0 && { pageId }) };
  }

  function toBody(wanted: readonly SheetRow[]): AddBody {
    const withHeld = wanted.some(({ check }) => check?.kind === 'held');
    const fileName = source?.name?.slice(0, MOST_OF_NAME);
    return {
      pageId,
      round,
      defaults,
      rows: toAddedRows(wanted),
      withHeld,
      checkedLines: listCheckedLines(wanted),
      ...(fileName !== undefined && { fileName }),
    };
  }

  function openProgress(progress: Progress, states: RowCounts, note: string): void {
    end();
    leaveTabs();
    // The rows of a fix are part of a list that has others, and those left out can be fixed later.
    if (!isFix()) stayedOut = RUNNING.stayedOut(listOut(states), states.ready - progress.total);
    round += 1;
    isAdded = true;
    enter(() =>
      showProgress({
        batch,
        progress,
        note: join(note, stayedOut),
        ask: (what) => ask<ProgressAnswer>(what, { token, pageId }),
        download: () => ask<ResultsAnswer>('results', { token, pageId }),
        fix: (failed) => openFixes(failed, SHEET.fixLead),
      }),
    );
  }

  function leaveFor(words: typeof TAKEN | typeof MOVED): void {
    clear();
    end();
    showEnd(words, batch.channelUrl);
  }
}

function join(...sentences: string[]): string {
  return sentences.filter(Boolean).join(' ');
}

function isUnchecked(answer: AddAnswer | Problem): answer is Unchecked {
  return typeof answer !== 'string' && answer.kind === 'unchecked';
}

/** A sentence that says what it is, and what to do. */
function splitSentence(text: string): Refusal {
  const [, what = text, next = ''] = /^(.+?[.!?]) (.+)$/.exec(text) ?? [];
  return { what, next };
}
