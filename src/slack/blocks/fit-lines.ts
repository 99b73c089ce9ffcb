import { BATCH_FORM_PREVIEW } from '../sentences/batches.ts';

/**
 * As many whole lines as fit into `pieces` texts of `limit` characters each. The last text says how many more there are.
 *
 * @param lines each much shorter than the limit
 * @param separator between two lines
 */
export function fitLines(
  lines: readonly string[],
  { limit, pieces = 1, separator = '\n' }: { limit: number; pieces?: number; separator?: string },
): string[] {
  const texts: string[] = [];
  let text = '';
  for (const [index, line] of lines.entries()) {
    const longer = text === '' ? line : `${text}${separator}${line}`;
    const isLastText = texts.length === pieces - 1;
    const rest = `${separator}${BATCH_FORM_PREVIEW.more(lines.length - index)}`;
    const isLastLine = index === lines.length - 1;
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
