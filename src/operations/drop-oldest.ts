/**
 * Keeps a map or a set within a bound: what was added first goes first.
 *
 * @param drop how one goes; must take it out of `kept`
 */
export function dropOldest<Key>(
  kept: { readonly size: number; keys(): Iterable<Key>; delete(key: Key): boolean },
  most: number,
  drop: (key: Key) => void = (key) => kept.delete(key),
): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    drop(oldest);
  }
}
