import { PAGE } from './sentences.ts';

/** An element with attributes and children. Text is always text: it can't become markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | boolean> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function svg(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** One of the page's symbols. It only goes with words, so screen readers skip it. */
export function icon(name: string): SVGElement {
  const symbol = svg('svg', { 'aria-hidden': 'true' });
  symbol.append(svg('use', { href: `#i-${name}` }));
  return symbol;
}

/** A link for a page with something on it that would be lost if the link opened in its place. Hidden without an address. */
export function linkToNewTab(href: string, look: string, words: string): HTMLElement {
  const attributes = { class: look, href, hidden: href === '', rel: 'noreferrer noopener', target: '_blank' };
  return h('a', attributes, words, h('span', { class: 'unseen' }, ` ${PAGE.newTab}`));
}

/** An element of secure-page.html. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new TypeError(`#${id} is missing`);
  return found;
}

/** Replaces the page's state and moves the focus to its heading, so that screen readers read it. */
export function show(...children: Node[]): void {
  showWide('narrow', ...children);
}

/** A state that needs more room. */
export function showWide(width: 'narrow' | 'medium' | 'wide', ...children: Node[]): void {
  byId('state').className = `page ${width}`;
  byId('state').replaceChildren(...children);
  say('');
  const heading = byId('state').querySelector('h1');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}

/** For screen readers only. */
export function say(text: string): void {
  byId('said').textContent = text;
}
