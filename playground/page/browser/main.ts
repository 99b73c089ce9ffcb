import type { ActResult } from '../act.ts';
import type { Snapshot } from '../snapshot.ts';
import { renderBench } from './bench.ts';
import { renderChannels } from './channels.ts';
import { createConnection } from './connection.ts';
import { renderConversation } from './conversation.ts';
import { h } from './h.ts';
import { createModal } from './modal.ts';
import { patch } from './patch.ts';
import { drawQuestion } from './question.ts';
import { conversationAt, type Page, type State } from './state.ts';
import { renderThread } from './thread.ts';
import { renderTop } from './top.ts';

const root = getElement('page', HTMLElement);
const drawModal = createModal(getElement('modal', HTMLDialogElement));
const questionDialog = getElement('confirm', HTMLDialogElement);

let page: Page | undefined;
let isDrawing = false;
let toFocus: string | undefined;

const connection = createConnection((snapshot) => {
  if (snapshot === undefined) page?.set({ isConnected: false });
  else if (page === undefined) page = createPage(snapshot);
  else page.set({ snapshot, isConnected: true, ...whereNow(page.state, snapshot) });
  drawSoon();
});
connection.actAs(new URLSearchParams(location.hash.slice(1)).get('as') ?? undefined);

function createPage(snapshot: Snapshot): Page {
  const page: Page = {
    state: {
      snapshot,
      isConnected: true,
      place: { kind: 'conversation', id: snapshot.conversations[0]?.id ?? '' },
      thread: undefined,
      pane: 'conversation',
      bench: 'coldsend',
      drafts: {},
      completion: undefined,
      notes: [],
      question: undefined,
      isBusy: false,
      details: {},
    },
    set(change) {
      page.state = { ...page.state, ...change };
      drawSoon();
    },
    act: (act) => tellTrouble(connection.act(act)),
    attach: (field, files) => tellTrouble(connection.attach(field, files)),
    actAs(userId) {
      history.replaceState(null, '', `#as=${userId}`);
      connection.actAs(userId);
    },
    focus(selector) {
      toFocus = selector;
      drawSoon();
    },
    toggleDetail(id) {
      const { [id]: shown, ...others } = page.state.details;
      page.set({ details: shown === undefined ? { ...others, [id]: 'loading' } : others });
      if (shown !== undefined) return;
      void connection.loadDetail(id).then((detail) => page.set({ details: { ...page.state.details, [id]: detail } }));
    },
  };
  return page;

  async function tellTrouble(acting: Promise<ActResult>): Promise<ActResult> {
    const { snapshot } = page.state;
    const here = conversationAt(page.state)?.id;
    const result = await acting;
    if (result.trouble !== undefined && here !== undefined) {
      const note = { userId: snapshot.me.userId, channelId: here, text: result.trouble, at: Date.now() };
      page.set({ notes: [...page.state.notes, note] });
    }
    return result;
  }
}

/**
 * Somebody else may not see the conversation that is on the screen. The first reply to come opens its thread, and an open thread
 * follows the newest one, unless an answer is being written in it.
 */
function whereNow(state: State, snapshot: Snapshot): Partial<State> {
  const [first] = snapshot.conversations;
  const isGone =
    conversationAt({ ...state, snapshot }) === undefined && (state.place.kind !== 'app' || !snapshot.hasApp);
  if (isGone) return { place: { kind: 'conversation', id: first?.id ?? '' }, thread: undefined };
  const newest = (given: Snapshot) =>
    conversationAt({ ...state, snapshot: given })?.messages.findLast(({ thread }) => thread.length > 0);
  const [fresh, before] = [newest(snapshot), newest(state.snapshot)];
  const isWriting = (state.drafts[state.thread?.ts ?? ''] ?? '') !== '';
  const mayTurn = before === undefined || (state.thread !== undefined && !isWriting);
  return fresh !== undefined && fresh.ts !== before?.ts && mayTurn
    ? { thread: { channelId: fresh.channelId, ts: fresh.ts } }
    : {};
}

function drawSoon(): void {
  if (isDrawing) return;
  isDrawing = true;
  queueMicrotask(() => {
    isDrawing = false;
    if (page !== undefined) draw(page);
  });
}

function draw(page: Page): void {
  const { pane, snapshot } = page.state;
  const thread = renderThread(page);
  const before = new Map([...root.querySelectorAll('[data-count]')].map((list) => [list, whereIn(list)]));
  patch(root, [
    renderTop(page),
    h(
      'div',
      {
        key: 'columns',
        class: 'columns',
        'data-pane': pane === 'thread' && thread === undefined ? 'conversation' : pane,
      },
      renderChannels(page),
      renderConversation(page),
      thread,
      renderBench(page),
    ),
  ]);
  for (const list of root.querySelectorAll('[data-count]')) {
    const was = before.get(list);
    // The newest message stays in view, also where it has grown.
    if (was === undefined || was.isAtEnd || was.count !== whereIn(list).count) list.scrollTop = list.scrollHeight;
  }
  document.title = `${snapshot.workspace} (${snapshot.me.name}) – playground`;
  drawModal(page);
  drawQuestion(questionDialog, page);
  const target = toFocus === undefined ? null : document.querySelector(toFocus);
  toFocus = undefined;
  if (target instanceof HTMLElement) target.focus();
}

function whereIn(list: Element): { count: string | null; isAtEnd: boolean } {
  const below = list.scrollHeight - list.clientHeight - list.scrollTop;
  return { count: list.getAttribute('data-count'), isAtEnd: below < 4 };
}

function getElement<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`the page has no ${id}`);
}
