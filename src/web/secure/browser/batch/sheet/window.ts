/* Which of many rows are in the document. */

/** The rows `first` to `end`, without `end`, and the heights of those before and after them, in pixels. */
export type DrawnRows = { first: number; end: number; before: number; after: number };

/** The rows in the document. */
const MOST_DRAWN = 60;

/**
 * The rows in view, and as many around them as may be in the document.
 *
 * @param top the upper edge of the view, from the first row's upper edge on
 * @param bottom its lower edge
 */
export function findDrawn(
  count: number,
  heightOf: (index: number) => number,
  { top, bottom }: { top: number; bottom: number },
  most = MOST_DRAWN,
): DrawnRows {
  const edges = [0];
  for (let index = 0; index < count; index += 1) edges.push((edges[index] ?? 0) + heightOf(index));
  const seen = findFirst(edges, (edge, index) => index > 0 && edge > top) - 1;
  const unseen = Math.max(
    seen,
    findFirst(edges, (edge) => edge >= bottom),
  );
  const spare = Math.max(8, most - (unseen - seen));
  const first = Math.max(0, Math.min(seen - Math.floor(spare / 2), count - most));
  const end = Math.min(count, Math.max(unseen + Math.ceil(spare / 2), first + most));
  const height = edges[count] ?? 0;
  return { first, end, before: edges[first] ?? 0, after: height - (edges[end] ?? height) };
}

/** The last index where no edge matches. */
function findFirst(edges: number[], matches: (edge: number, index: number) => boolean): number {
  const found = edges.findIndex(matches);
  return found === -1 ? edges.length - 1 : found;
}
