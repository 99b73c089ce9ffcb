import { h, icon, show } from './dom.ts';
import { BROKEN, CODE, FORM, GONE, NO_TOKEN, NOT_CHECKED, PAGE, type Problem, SAVED } from './sentences.ts';

/* The states without a form. */

export function showChecking(): void {
  show(h('p', { class: 'dim', role: 'status' }, PAGE.checking));
}

export function showGone(): void {
  show(dead(GONE), h('p', { class: 'foot' }, GONE.foot));
}

export function showNoToken(): void {
  show(dead(NO_TOKEN));
}

export function showBroken(): void {
  show(card(mark('alert'), heading(BROKEN.title, BROKEN.lead)));
}

/** Nothing more can be done here. @param url where to look, or '' */
export function showEnd({ title, lead, open }: { title: string; lead: string; open: string }, url: string): void {
  const link = h('a', { class: 'button wide', href: url, rel: 'noreferrer', hidden: url === '' }, open);
  show(card(mark('question'), heading(title, lead), link));
}

/** The same code stands in Slack, for the person of the link to compare. */
export function showCode(code: string): void {
  const steps = CODE.steps(code).map((step) => h('li', {}, step));
  const shown = h('p', { class: 'code' }, code);
  show(
    card(heading(CODE.title, CODE.lead), shown, h('ol', { class: 'steps' }, ...steps)),
    h('p', { class: 'foot' }, CODE.foot),
  );
}

export function showNotChecked(problem: Problem, again: () => void): void {
  const button = h('button', { type: 'button', class: 'button main wide' }, NOT_CHECKED.button);
  button.addEventListener('click', again);
  show(card(mark('alert'), heading(NOT_CHECKED.title, NOT_CHECKED.leads[problem]), button));
}

export function showSaved(address: string, threadUrl: string): void {
  const link = h('a', { class: 'button wide', href: threadUrl, rel: 'noreferrer' }, SAVED.open);
  show(card(mark('check', 'ok'), heading(SAVED.title(address), SAVED.lead), link));
}

function dead({ title, lead, next, nextLines }: typeof GONE | typeof NO_TOKEN): HTMLElement {
  const lines = nextLines.map((line) => h('p', { class: 'dim' }, line));
  return card(mark('unlink'), heading(title, lead), h('div', { class: 'rule' }, h('h2', {}, next), ...lines));
}

export function card(...children: Node[]): HTMLElement {
  return h('div', { class: 'card pad' }, ...children);
}

function heading(title: string, lead: string): HTMLElement {
  return h('header', {}, h('h1', {}, title), h('p', { class: 'lead' }, lead));
}

function mark(name: string, look = ''): HTMLElement {
  return h('p', { class: `mark ${look}` }, icon(name));
}

/** For whom it is. */
export function renderWhom(about: { client?: string; workspace?: string; person: string }): HTMLElement {
  const whom = h('p', { class: 'whom' });
  if (about.client !== undefined) whom.append(h('span', {}, `${FORM.client} `, h('b', {}, about.client)));
  if (about.workspace) whom.append(h('span', {}, `${FORM.workspace} `, h('b', {}, about.workspace)));
  if (about.person !== '') whom.append(h('span', {}, FORM.requestedBy(about.person)));
  return whom;
}

/** What happens with the passwords, step by step. */
export function renderFates(title: string, fates: readonly string[]): HTMLElement {
  const steps = fates.map((step) => h('li', {}, step));
  return h('div', { class: 'rule' }, h('h2', {}, title), h('ol', { class: 'steps' }, ...steps));
}
