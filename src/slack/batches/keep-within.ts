/** The first of `items` whose sizes together are at most `most`. */
export function keepWithin<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[] {
  let size = 0;
  const tooMuch = items.findIndex((item) => {
    size += sizeOf(item);
    return size > most;
  });
  return items.slice(0, tooMuch === -1 ? items.length : tooMuch);
}
