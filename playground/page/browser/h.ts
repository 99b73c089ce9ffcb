export type Handler = (event: Event) => void;

export type Props = { [name: string]: string | number | boolean | undefined | Handler };

export type VNode = { tag: string; props: Props; children: (VNode | string)[] };

export type Child = VNode | string | undefined | false | Child[];

/**
 * Describes an element: `on…` are listeners, `value`, `checked`, `defaultValue`, … are properties, everything else is an
 * attribute. `key` tells an element from its siblings: it stays the same element while its key does.
 */
export function h(tag: string, props: Props, ...children: Child[]): VNode {
  return { tag, props, children: flatten(children) };
}

function flatten(children: Child[]): (VNode | string)[] {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return flatten(child);
    return child === undefined || child === false ? [] : [child];
  });
}
