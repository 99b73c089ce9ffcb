import { BATCH_FORM_PREVIEW } from '../sentences/batches.ts';

/**
 * As many whole lines as fit into `pieces` texts of `limit` characters each. The last text says how many more there are.
 *
 * @param toLine called only for the items that may fit; a line is much shorter than the limit
 * @param separator between two lines
 */
export function fitLines<Item>(
  items: readonly Item[],
  toLine: (item: Item) => string,
  { limit, pieces = 1, separator = '\n' }: { limit: number; pieces?: number; separator?: string },
): string[] {
  const texts: string[] = [];
  let text = '';
  for (const [index, item] of items.entries()) {
    const line = toLine(item);
    const longer = text === '' ? line : `${text}${separator}${line}`;
    const isLastText = texts.length === pieces - 1;
    const rest = `${separator}${BATCH_FORM_PREVIEW.more(items.length - index)}`;
    const isLastLine = index === items.length - 1;
    if (longer.length + (isLastText && !isLastLine ? rest.length : 0) <= limit) {
      text = longer;
      continue;
    }
    if (isLastText) return [...texts, `${text}${rest}`];
    texts.push(text);
    text = line;
  }
  return text === '' ? texts : [...texts, text];
}
