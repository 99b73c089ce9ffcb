/**
 * Keeps a map or a set within a limit by dropping the oldest entries first.
 *
 * @param drop removes an entry; it must delete the entry from `kept`
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
