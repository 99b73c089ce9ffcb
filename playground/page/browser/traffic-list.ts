import type { TrafficDetail, TrafficEntry } from '../traffic.ts';
import { type Child, h, type VNode } from './h.ts';
import type { Page } from './state.ts';

/** Requests and their answers, each of which opens to show the whole. */
export function renderTraffic(page: Page, entries: TrafficEntry[], nothing: string): VNode {
  if (entries.length === 0) return h('p', { class: 'nothing' }, nothing);
  return h(
    'ul',
    { class: 'traffic' },
    entries.map((entry) => renderEntry(page, entry)),
  );
}

function renderEntry({ state, toggleDetail }: Page, entry: TrafficEntry): VNode {
  const { id, at, way, title, answer, isBad } = entry;
  const detail = state.details[id];
  return h(
    'li',
    { key: id, class: isBad ? 'bad' : undefined },
    h(
      'button',
      { type: 'button', 'aria-expanded': detail === undefined ? 'false' : 'true', onclick: () => toggleDetail(id) },
      h('span', { class: `way ${way.replaceAll(/\W+/g, '-').toLowerCase()}` }, way),
      h('time', {}, new Date(at).toLocaleTimeString('en', { hour12: false })),
      h('strong', {}, title),
      h('span', { class: 'answer' }, answer),
    ),
    detail !== undefined && detail !== 'loading' && renderDetail(detail),
  );
}

function renderDetail({ sent, answered, wrong }: TrafficDetail): VNode {
  const part = (name: string, value: unknown): Child =>
    value !== undefined && [
      h('h4', {}, name),
      h('pre', { tabindex: 0 }, typeof value === 'string' ? value : JSON.stringify(value, null, 2)),
    ];
  return h(
    'div',
    { class: 'detail' },
    wrong.map((what) => h('p', { class: 'error' }, what)),
    part('Sent', sent),
    part('Answered', answered),
  );
}
