import { openForm } from './guide.ts';
import { type Child, h, type VNode } from './h.ts';
import type { Page } from './state.ts';
import { renderTraffic } from './traffic-list.ts';

/** The column on the right, which Slack has not: ColdSend's side, the bot's process, and the traffic. */
export function renderBench(page: Page): VNode {
  const { bench, snapshot } = page.state;
  const renderTab = (name: typeof bench, label: Child[]) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': name === bench ? 'true' : 'false', onclick: () => page.set({ bench: name }) },
      label,
    );
  return h(
    'aside',
    { key: 'bench', class: 'bench', 'aria-label': 'Backstage' },
    h(
      'div',
      { class: 'tabs', role: 'group', 'aria-label': 'Backstage' },
      renderTab('coldsend', ['ColdSend and bot']),
      renderTab('traffic', [
        'Traffic',
        snapshot.problems > 0 &&
          h('span', { class: 'count', 'aria-label': `${snapshot.problems} broken rules` }, String(snapshot.problems)),
      ]),
    ),
    h(
      'div',
      {
        class: 'scroll',
        key: bench,
        tabindex: 0,
        role: 'region',
        'aria-label': bench === 'traffic' ? 'Traffic' : 'ColdSend and bot',
      },
      bench === 'traffic'
        ? renderTraffic(page, snapshot.traffic, 'Nothing was sent yet.')
        : [renderBot(page), renderSwitches(page), renderAddresses(page), renderRequests(page)],
    ),
  );
}

function renderBot(page: Page): VNode {
  const { name, state } = page.state.snapshot.bot;
  const words = { running: 'is running', starting: 'is starting…', stopped: 'is dead' }[state];
  return h(
    'section',
    { key: 'bot', class: 'bot' },
    h('h2', {}, 'The bot'),
    h('p', { role: 'status', class: state }, `${name} ${words}`),
    h(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-disabled': state === 'starting' ? 'true' : undefined,
        onclick: () => {
          if (state === 'running') void page.act({ kind: 'kill_bot' });
          if (state === 'stopped') void page.act({ kind: 'start_bot' });
        },
      },
      state === 'running' ? 'Kill it now' : 'Start it again',
    ),
  );
}

function renderSwitches(page: Page): VNode {
  const { answers, next, isKept } = page.state.snapshot.coldsend;
  return h(
    'section',
    { key: 'switches' },
    h('h2', { id: 'next-title' }, 'ColdSend answers next'),
    h(
      'div',
      { class: 'switches', role: 'radiogroup', 'aria-labelledby': 'next-title' },
      answers.map(({ name, label }) =>
        h(
          'label',
          { key: name },
          h('input', {
            type: 'radio',
            name: 'next',
            checked: name === next,
            onchange: () => void page.act({ kind: 'answer', name, keep: isKept }),
          }),
          h('span', {}, label),
        ),
      ),
    ),
    h(
      'label',
      { class: 'choice' },
      h('input', {
        type: 'checkbox',
        checked: isKept,
        onchange: () => void page.act({ kind: 'answer', name: next, keep: !isKept }),
      }),
      h('span', {}, 'and all later ones'),
    ),
  );
}

/** Mail servers and domains of all sorts. */
function renderAddresses(page: Page): VNode {
  return h(
    'details',
    { key: 'addresses' },
    h('summary', {}, 'Addresses to try'),
    h(
      'ul',
      { class: 'accounts' },
      page.state.snapshot.addresses.map(({ address, shows, isRefused }) =>
        h(
          'li',
          { key: address },
          h('span', {}, shows),
          h('button', { type: 'button', class: 'link', onclick: () => tryAddress(page, address, isRefused) }, address),
        ),
      ),
    ),
  );
}

function tryAddress(page: Page, address: string, isRefused: boolean): void {
  if (isRefused) void page.act({ kind: 'answer', name: 'login_failed', keep: false });
  openForm(page, address);
}

function renderRequests(page: Page): VNode {
  const { coldsend, traffic } = page.state.snapshot;
  const requests = traffic.filter(({ way }) => way === 'bot → ColdSend');
  return h(
    'section',
    { key: 'requests' },
    h('h2', {}, 'ColdSend has'),
    coldsend.accounts.length === 0
      ? h('p', { class: 'nothing' }, 'No inbox yet.')
      : h(
          'ul',
          { class: 'accounts' },
          coldsend.accounts.map(({ email_address, overall_status }) =>
            h(
              'li',
              { key: email_address },
              h('span', {}, email_address),
              h('code', { 'data-status': overall_status }, overall_status),
            ),
          ),
        ),
    h('h2', {}, 'Sent to ColdSend'),
    renderTraffic(page, requests, 'Nothing yet.'),
  );
}
