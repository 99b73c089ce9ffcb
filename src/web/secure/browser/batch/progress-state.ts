import type { BatchToAdd, FailedRow, Progress, ProgressAnswer, ResultsAnswer } from '../contract.ts';
import { h, icon, linkToNewTab, say, showWide, svg } from '../dom.ts';
import { card, renderWhom } from '../plain-states.ts';
import type { Problem } from '../sentences.ts';
import { RUNNING, timeInWords } from './batch-sentences.ts';

const ASK_EVERY_MS = 2_000;

/** Nobody looks. */
const ASK_HIDDEN_EVERY_MS = 10_000;

/** Screen readers would talk all the time. */
const SAY_EVERY_MS = 15_000;

/** The others are in the thread, and on the page with what is to be fixed. */
const MOST_SHOWN = 100;

type CountWords = { icon: string; tone: string; word: string };

type Outcome = keyof Progress['counts'];

const OUTCOMES: readonly Outcome[] = ['added', 'exists', 'failed', 'unknown', 'stopped', 'left'];

export type ProgressDeps = {
  batch: BatchToAdd;
  progress: Progress;
  /** What is said of rows that were not added with the others, or not as they are now. */
  note: string;
  ask(what: 'progress' | 'stop'): Promise<ProgressAnswer | Problem>;
  download(): Promise<ResultsAnswer | Problem>;
  fix(failed: readonly FailedRow[]): void;
};

/** How far the bot is, as long as the page is open, and what needs the person in the end. */
export function showProgress(deps: ProgressDeps): { leave(): void } {
  let { progress } = deps;
  let saidAt = Date.now();
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const live = h('div', { class: 'field' });
  const note = h('p', { class: 'foot', role: 'status' });
  const stopping = createStop(async () => take(await deps.ask('stop'), RUNNING.stop.unclear));
  showAll();
  waitForNews();
  document.addEventListener('visibilitychange', waitForNews);
  return { leave };

  function leave(): void {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', waitForNews);
  }

  function waitForNews(): void {
    clearTimeout(timer);
    if (isOver || isDone(progress)) return;
    timer = setTimeout(() => void askNow(), document.hidden ? ASK_HIDDEN_EVERY_MS : ASK_EVERY_MS);
  }

  async function askNow(): Promise<void> {
    take(await deps.ask('progress'), RUNNING.offline);
  }

  function take(answer: ProgressAnswer | Problem, ifNone: string): void {
    if (isOver) return;
    if (typeof answer === 'string') note.textContent = ifNone;
    else if (answer.kind === 'progress') showNews(answer);
    else close();
    waitForNews();
  }

  function close(): void {
    note.textContent = RUNNING.closed;
    stopping.offer(undefined);
    leave();
  }

  async function download(): Promise<void> {
    const answer = await deps.download();
    if (typeof answer === 'string') note.textContent = RUNNING.notDownloaded;
    else if (answer.kind === 'results') saveFile(answer);
    else note.textContent = RUNNING.closed;
  }

  function showNews(news: Progress): void {
    const isNewState = isDone(news) || (news.state === 'stopped') !== (progress.state === 'stopped');
    progress = news;
    note.textContent = describeRest();
    if (isNewState) showAll();
    else showLive();
    if (isDone(news) || Date.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = Date.now();
    say(describeCounts(news));
  }

  function showAll(): void {
    note.textContent = describeRest();
    const shown = isDone(progress) ? renderFinished(progress, deps, download) : [renderRunning()];
    showWide('medium', ...shown, note);
  }

  function renderRunning(): HTMLElement {
    showLive();
    const title = progress.state === 'stopped' ? RUNNING.stopping : RUNNING.title(progress.total);
    const row = h('div', { class: 'row' }, renderThreadLink(progress, deps.batch), stopping.button);
    return card(renderHead(deps.batch, title, RUNNING.lead), live, row, stopping.question);
  }

  function showLive(): void {
    live.replaceChildren(...renderLive(progress));
    stopping.offer(progress.canStop ? progress.counts.left : undefined);
  }

  function describeRest(): string {
    const { stopped } = progress.counts;
    return [deps.note, isDone(progress) && stopped > 0 ? RUNNING.notSent(stopped) : ''].filter(Boolean).join(' ');
  }
}

/** A stopped list finishes once the inboxes that were on their way have ended. */
function isDone({ state }: Progress): boolean {
  return state === 'finished';
}

/** “Stop the rest”, with a question before it does that. */
function createStop(stop: () => Promise<void>) {
  const { stop: words } = RUNNING;
  const button = h('button', { type: 'button', class: 'button' }, words.button);
  const text = h('p', { id: 'stop-text' });
  const yes = h('button', { type: 'button', class: 'button danger', 'aria-describedby': 'stop-text' }, words.confirm);
  const no = h('button', { type: 'button', class: 'button' }, words.deny);
  const question = h(
    'div',
    { class: 'note question', role: 'group', 'aria-label': words.title, hidden: true },
    h('p', {}, h('b', {}, words.title)),
    text,
    h('div', { class: 'row' }, yes, no),
  );
  button.addEventListener('click', () => {
    ask(true);
    yes.focus();
  });
  no.addEventListener('click', () => {
    ask(false);
    button.focus();
  });
  yes.addEventListener('click', async () => {
    if (yes.getAttribute('aria-disabled') === 'true') return;
    yes.setAttribute('aria-disabled', 'true');
    await stop();
    yes.setAttribute('aria-disabled', 'false');
    ask(false);
    button.focus();
  });
  return { button, question, offer };

  function ask(isAsked: boolean): void {
    question.hidden = !isAsked;
  }

  /** @param left the inboxes that are not sent; undefined if nothing can be stopped */
  function offer(left: number | undefined): void {
    button.hidden = left === undefined;
    if (left === undefined) ask(false);
    else text.textContent = words.text(left);
  }
}

/** The browser saves it where it saves all files. The byte order mark tells Excel that it is UTF-8. */
function saveFile({ name, content }: { name: string; content: string }): void {
  const href = URL.createObjectURL(new Blob(['\uFEFF', content], { type: 'text/csv' }));
  h('a', { href, download: name }).click();
  URL.revokeObjectURL(href);
}

function renderHead(batch: BatchToAdd, title: string, lead: string): HTMLElement {
  return h('header', {}, renderWhom(batch), h('h1', {}, title), h('p', { class: 'lead' }, lead));
}

function renderLive(progress: Progress): Element[] {
  const { total, counts, leftMs, waitsForKey, state } = progress;
  let rest = leftMs === undefined ? '' : RUNNING.left(timeInWords(leftMs));
  if (state === 'waiting') rest = RUNNING.waiting;
  if (state === 'stopped') rest = RUNNING.underWay;
  if (waitsForKey) rest = RUNNING.waitsForKey;
  const figure = h('span', { class: 'figure' }, RUNNING.figure(total - counts.left, total));
  return [
    h('p', { class: 'row apart' }, figure, h('span', { class: 'dim' }, rest)),
    renderBar(progress),
    renderCounts(progress),
  ];
}

function renderFinished(progress: Progress, { batch, fix }: ProgressDeps, download: () => Promise<void>): Element[] {
  const { total, counts, failed } = progress;
  const added = counts.added + counts.exists;
  const title = counts.stopped > 0 ? RUNNING.stopped(added, total) : RUNNING.finished(added, total);
  const canFix = failed.length > 0;
  const lead = canFix ? RUNNING.needYou(failed.length) : RUNNING.done;
  const row = h('div', { class: 'row' });
  if (canFix) {
    const button = h('button', { type: 'button', class: 'button main' }, RUNNING.fix);
    button.addEventListener('click', () => fix(failed));
    row.append(button);
  }
  const save = h('button', { type: 'button', class: 'button', 'aria-describedby': 'csv' }, RUNNING.download);
  save.addEventListener('click', () => void download());
  row.append(renderThreadLink(progress, batch), save, h('span', { class: 'foot', id: 'csv' }, RUNNING.downloadHint));
  const result = h('div', { class: 'field' }, renderBar(progress), renderCounts(progress));
  return [renderHead(batch, title, lead), result, ...(failed.length > 0 ? [renderFailed(failed)] : []), row];
}

/** Widths of the outcomes, in inboxes. What is to go is empty. */
function renderBar(progress: Progress): SVGElement {
  const { total, counts } = progress;
  const bar = svg('svg', {
    class: 'bar',
    role: 'progressbar',
    'aria-label': RUNNING.barLabel,
    'aria-valuemin': '0',
    'aria-valuemax': String(total),
    'aria-valuenow': String(total - counts.left),
    'aria-valuetext': describeCounts(progress),
    viewBox: `0 0 ${total} 1`,
    preserveAspectRatio: 'none',
  });
  let x = 0;
  for (const outcome of OUTCOMES) {
    const width = outcome === 'left' ? 0 : counts[outcome];
    if (width === 0) continue;
    bar.append(svg('rect', { class: RUNNING.outcomes[outcome].tone, x: String(x), width: String(width), height: '1' }));
    x += width;
  }
  return bar;
}

function renderCounts({ counts }: Progress): HTMLElement {
  const items = OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) =>
    renderCount(RUNNING.outcomes[outcome], counts[outcome]),
  );
  return h('ul', { class: 'counts', 'aria-label': RUNNING.countsLabel }, ...items);
}

/** A number with its symbol and word. */
export function renderCount({ icon: symbol, tone, word }: CountWords, number: number): HTMLElement {
  return h('li', { class: tone }, icon(symbol), h('b', {}, number.toLocaleString('en-US')), ' ', h('span', {}, word));
}

function describeCounts({ total, counts }: Progress): string {
  const parts = OUTCOMES.filter((outcome) => counts[outcome] > 0 && outcome !== 'left');
  const words = parts.map((outcome) => `${counts[outcome]} ${RUNNING.outcomes[outcome].word}`);
  return `${RUNNING.figure(total - counts.left, total)}${words.length > 0 ? `: ${words.join(', ')}` : ''}`;
}

/** The channel until there is a thread. */
function renderThreadLink({ threadUrl }: Progress, { channelUrl }: BatchToAdd): HTMLElement {
  return linkToNewTab(threadUrl || channelUrl, 'button', RUNNING.open);
}

function renderFailed(failed: readonly FailedRow[]): HTMLElement {
  const heads = RUNNING.columns.map((words) => h('th', { role: 'columnheader', scope: 'col' }, words));
  const rows = failed.slice(0, MOST_SHOWN).map(renderFailedRow);
  const more = failed.length - rows.length;
  const table = h(
    'table',
    { role: 'table', class: 'failed' },
    h('caption', { class: 'unseen' }, RUNNING.table),
    h('colgroup', {}, ...heads.map(() => h('col'))),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, ...heads)),
    h('tbody', { role: 'rowgroup' }, ...rows),
  );
  return h('div', { class: 'card sheet' }, table, ...(more > 0 ? [h('p', { class: 'foot' }, RUNNING.more(more))] : []));
}

function renderFailedRow({ line, account, isUnknown, title, next, said }: FailedRow): HTMLElement {
  const { icon: symbol, tone } = RUNNING.outcomes[isUnknown ? 'unknown' : 'failed'];
  const label = `${isUnknown ? RUNNING.unknown : RUNNING.notAdded}, ${RUNNING.inLine} `;
  return h(
    'tr',
    { role: 'row' },
    h(
      'td',
      { role: 'cell', class: 'line' },
      h('span', { class: tone }, icon(symbol)),
      h('span', { class: 'unseen' }, label),
      String(line),
    ),
    h('td', { role: 'cell', class: 'address' }, account.email_address ?? ''),
    h('td', { role: 'cell', class: 'happened' }, h('b', {}, title), h('p', { class: 'why dim' }, said)),
    h('td', { role: 'cell', class: 'todo' }, next),
  );
}
