import type { Props, VNode } from './h.ts';

const PROPERTIES = new Set(['value', 'checked', 'defaultValue', 'defaultChecked', 'defaultSelected']);

const drawn = new WeakMap<Node, VNode>();

/**
 * Makes the children of an element look as described, and changes no more than needed: focus, scrolling and what is
 * being typed stay.
 */
export function patch(parent: Element, children: (VNode | string)[]): void {
  const unused = [...parent.childNodes];
  const nodes = children.map((child) => {
    const at = unused.findIndex((node) => isSame(node, child));
    return at === -1 ? create(child) : (unused.splice(at, 1)[0] ?? create(child));
  });
  for (const node of unused) node.remove();
  for (const [index, node] of nodes.entries()) {
    const there = parent.childNodes[index] ?? null;
    if (there !== node) parent.insertBefore(node, there);
    const child = children[index];
    if (child !== undefined) fill(node, child);
  }
}

function isSame(node: Node, child: VNode | string): boolean {
  const before = drawn.get(node);
  if (typeof child === 'string') return before === undefined && node.nodeType === Node.TEXT_NODE;
  return before?.tag === child.tag && before.props.key === child.props.key;
}

function create(child: VNode | string): Node {
  return typeof child === 'string' ? document.createTextNode(child) : document.createElement(child.tag);
}

function fill(node: Node, child: VNode | string): void {
  if (typeof child === 'string') {
    if (node.nodeValue !== child) node.nodeValue = child;
    return;
  }
  if (!(node instanceof Element)) return;
  setProps(node, drawn.get(node)?.props ?? {}, child.props);
  drawn.set(node, child);
  // What stands in a text area is its value.
  if (child.tag !== 'textarea') patch(node, child.children);
}

function setProps(element: Element, before: Props, now: Props): void {
  for (const name of Object.keys(before)) {
    if (!(name in now)) set(element, name, undefined);
  }
  for (const [name, value] of Object.entries(now)) {
    const isControlled = name === 'value' || name === 'checked';
    if (name !== 'key' && (isControlled || before[name] !== value)) set(element, name, value);
  }
}

function set(element: Element, name: string, value: Props[string]): void {
  if (name.startsWith('on')) Reflect.set(element, name, value ?? null);
  else if (PROPERTIES.has(name)) {
    if (Reflect.get(element, name) !== value) Reflect.set(element, name, value ?? '');
  } else if (value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? '' : String(value));
}
