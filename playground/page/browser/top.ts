import { renderGuide } from './guide.ts';
import { h, type VNode } from './h.ts';
import type { Page } from './state.ts';

/** The bar of the playground itself: who one acts as, and the guide. */
export function renderTop(page: Page): VNode {
  const { isConnected, pane } = page.state;
  const isBench = pane === 'bench';
  return h(
    'header',
    { key: 'top', class: 'top' },
    h('h1', {}, 'Playground'),
    renderCast(page),
    renderGuide(page),
    h(
      'button',
      {
        type: 'button',
        class: 'hand to-bench',
        'aria-pressed': isBench ? 'true' : 'false',
        onclick: () => page.set({ pane: isBench ? 'conversation' : 'bench' }),
      },
      isBench ? 'Slack' : 'Backstage',
    ),
    !isConnected &&
      h('p', { class: 'lost', role: 'alert' }, 'The playground has ended. Start it again: npm run playground'),
  );
}

function renderCast({ state: { snapshot }, actAs }: Page): VNode {
  return h(
    'fieldset',
    { class: 'cast' },
    h('legend', {}, 'Act as'),
    snapshot.cast.map(({ userId, name, role }) =>
      h(
        'label',
        { key: userId },
        h('input', {
          type: 'radio',
          name: 'as',
          checked: userId === snapshot.me.userId,
          onchange: () => actAs(userId),
        }),
        h('span', {}, h('strong', {}, name), ` ${role}`),
      ),
    ),
  );
}
